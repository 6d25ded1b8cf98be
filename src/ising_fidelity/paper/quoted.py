"""The numbers that the paper quotes, each beside ours."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity import fidelity
from ising_fidelity.exceptions import InputError
from ising_fidelity.files import read_yaml
from ising_fidelity.temperatures import canonical

KEYS = {"id", "statement", "where", "source", "quantity"}
PAPER_SIZE = 64
"""L of the paper."""


def beside(path: Path, sources: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return the paper's numbers beside ours; ours is empty where this run lacks the source.

    Parameters
    ----------
    path
        YAML list of entries, see ``resources/paper.yaml``.
    sources
        The groups of ``fidelity.nc``.

    Raises
    ------
    InputError
        If the file is missing, no such list, or names a variable that does not exist.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    entries = read_yaml(path)
    if not isinstance(entries, list):
        raise InputError(f"{path}: a list of entries is needed, each with {sorted(KEYS)}")
    rows = []
    for entry in entries:
        if not isinstance(entry, dict) or KEYS - entry.keys():
            raise InputError(f"{path}: entry {entry!r} lacks one of {sorted(KEYS)}")
        value, error, note = _ours(path, entry, sources)
        quoted = entry.get("value", "")
        numbers = quoted if isinstance(quoted, list) else [quoted]
        at = entry.get("at", "")
        rows.append(
            {
                "id": entry["id"],
                "statement": entry["statement"],
                "where": entry["where"],
                "paper_value": " to ".join(str(number) for number in numbers),
                "source": entry["source"],
                "temperature": " ".join(
                    canonical(one) for one in (at if isinstance(at, list) else [at]) if one != ""
                ),
                "quantity": " of ".join(
                    str(entry[key]) for key in ("quantity", "of", "kind") if key in entry
                ),
                "our_value": value,
                "our_error": error,
                "note": "; ".join(text for text in (entry.get("note", ""), note) if text),
            }
        )
    return pd.DataFrame(rows)


def _ours(
    path: Path, entry: Mapping[str, Any], sources: Mapping[str, xr.Dataset]
) -> tuple[float, float, str]:
    """Return our value, its error and a note for one of the paper's numbers."""
    at = entry.get("at", [])
    wanted = [float(one) for one in (at if isinstance(at, list) else [at])]
    data = sources.get(entry["source"])
    if data is None or not np.isin(wanted, data["temperature"].values).all():
        return np.nan, np.nan, "not in this run"
    quantity = entry["quantity"]
    variable = {"energy_spread": "specific_heat"}.get(quantity, entry.get("of", quantity))
    if variable not in data:
        raise InputError(f"{path}: {entry['id']}: {variable} is no variable of fidelity.nc")
    if "kind" in entry:
        data = data.sel(correlation_kind=entry["kind"])
    if quantity == "peak_temperature":
        return float(data["temperature"][int(np.nanargmax(data[variable].values))]), np.nan, ""
    data = data.sel(temperature=wanted)
    values = data[variable].values.astype(float)
    errors = np.zeros(len(values))
    if f"{variable}_error" in data:
        errors = data[f"{variable}_error"].values.astype(float)
    if quantity == "slope_ratio":
        return *fidelity.slope_ratio(np.array(wanted), values, errors), ""
    if quantity == "energy_spread":
        size = int(data["lattice_size"][0])
        spread, error = fidelity.energy_spread(values[0], errors[0], wanted[0], size)
        scaled = f"{spread * size / PAPER_SIZE:.2g} at {PAPER_SIZE}"
        return spread, error, f"at L = {size}; a spread goes as 1/L: {scaled}"
    return values[0], errors[0], ""
