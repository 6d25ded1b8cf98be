"""Shared parts of studies: tables that are resumed, and the observables of frames."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from benchmarks.harness import ROOT
from ising_fidelity import lattice
from ising_fidelity.observables import thermodynamics
from ising_fidelity.observables.errors import Primaries

RESULTS = ROOT / "studies" / "results"
FIGURES = ROOT / "resources" / "readme"
BOOTSTRAP_SEED = 1

Row = dict[str, str]


def fill(path: Path, rows: Iterable[tuple[Row, Callable[[], Row]]]) -> None:
    """Write the missing rows of a table, each once it is computed.

    Parameters
    ----------
    path
        Path of the table; existing rows are not computed again.
    rows
        The key of each row, and a function that computes the rest of it.
    """
    found: list[Row] = []
    if path.exists():
        with path.open(newline="") as file:
            found = list(csv.DictReader(file))
    for key, make in rows:
        if any(key.items() <= row.items() for row in found):
            continue
        row = key | make()
        new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row), lineterminator="\n")
            if new:
                writer.writeheader()
            writer.writerow(row)
        found.append(row)
        print(", ".join(row.values()), flush=True)


def observables(spins: NDArray[np.int8], temperature: float, sampling_kind: str) -> xr.Dataset:
    """Return the observables by which frames (chain, draw, L, L) are judged, with errors."""
    sites = spins.shape[-1] ** 2
    totals = (np.rint(sites * of(spins)) for of in (lattice.energy, lattice.magnetization))
    sample = Primaries(thermodynamics.primaries(*totals), sampling_kind, BOOTSTRAP_SEED)

    def quantities(moments: NDArray[np.float64]) -> NDArray[np.float64]:
        return thermodynamics.from_moments(moments, sites, temperature)

    values, errors = quantities(sample.means), sample.errors(quantities)
    named = zip(thermodynamics.QUANTITIES, values, errors, strict=True)
    variables = {}
    for name, value, error in named:
        variables[name] = ("temperature", [value])
        variables[f"{name}_error"] = ("temperature", [error])
    return xr.Dataset(variables, {"temperature": [temperature]})
