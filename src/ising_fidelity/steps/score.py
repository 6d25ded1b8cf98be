"""Every source held against exact results, the Monte Carlo reference and the paper's numbers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity import dataset, fidelity, page, quotations
from ising_fidelity.exceptions import InputError
from ising_fidelity.files import whole
from ising_fidelity.temperatures import canonical

EXACT = "exact"
COLUMNS = (
    "source",
    "temperature",
    "quantity",
    "reference",
    "value",
    "error",
    "expected",
    "expected_error",
    "deviation",
    "deviation_in_errors",
    "within_2_errors",
    "within_3_errors",
    "in_training_temperatures",
)


def score(
    *,
    fidelity: Path,
    exact: Path,
    models: Mapping[str, Sequence[str]],
    reference: str,
    output: Path,
    table: Path,
    paper: Path | None = None,
    paper_table: Path | None = None,
) -> None:
    """Write the scores as CSV and as a page, and the paper's numbers beside ours.

    A source is scored at the temperatures that the exact results or the reference have too; the
    reference is not held against itself. Rows whose temperature is ``all`` or ``training`` sum up:
    root mean squares and shares over all temperatures or those that the model was trained on.

    Parameters
    ----------
    fidelity, exact
        Files written by ``merge`` and ``solve``.
    models
        Model to its canonical training temperatures.
    reference
        The source to hold the others against.
    output, table
        CSV and HTML files to write.
    paper, paper_table
        The numbers that the paper quotes (YAML) and the CSV file to write them to beside ours.

    Raises
    ------
    InputError
        If a file is missing or unreadable, the reference is not among the sources, or lattice sizes
        differ.
    """
    sources = {name: node.to_dataset() for name, node in dataset.read_tree(fidelity).items()}
    if reference not in sources:
        known = ", ".join(sources)
        raise InputError(f"--reference: {reference} is no source of {fidelity}; there are: {known}")
    solved = dataset.read(exact)
    lattice_size = int(solved.attrs["lattice_size"])
    for name, data in sources.items():
        size = int(data["lattice_size"].max())
        if size != lattice_size:
            raise InputError(f"{fidelity}: {name} has L = {size}; {exact} has L = {lattice_size}")
    scores = pd.concat(
        [
            _score_source(name, data, solved, reference, sources[reference], models.get(name, ()))
            for name, data in sources.items()
        ],
        ignore_index=True,
    )
    quoted = None if paper is None else quotations.beside(paper, sources)
    _write(output, scores.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    _write(table, page.render(scores, quoted, reference, lattice_size))
    if quoted is not None and paper_table is not None:
        text = quoted.to_csv(index=False, float_format="%.4g", lineterminator="\n")
        _write(paper_table, text)


def _score_source(
    source: str,
    data: xr.Dataset,
    exact: xr.Dataset,
    reference: str,
    expected: xr.Dataset,
    training: Sequence[str],
) -> pd.DataFrame:
    """Return a source's rows, first each temperature's, then those that sum up."""
    against = [(EXACT, exact, name) for name in fidelity.AGAINST_EXACT]
    if source != reference:
        against += [(reference, expected, name) for name in fidelity.AGAINST_REFERENCE]
    parts = [
        _deviations(data, other, name).assign(reference=label) for label, other, name in against
    ]
    rows = pd.concat(parts, ignore_index=True).sort_values("temperature", kind="stable")
    names = rows["temperature"].map(_canonical)
    trained = names.isin(set(training))
    rows = rows.assign(source=source, temperature=names, in_training_temperatures=trained)
    sums = []
    for label, chosen in (("all", rows), ("training", rows[trained])):
        if chosen.empty:
            continue
        for (quantity, other), group in chosen.groupby(["quantity", "reference"], sort=False):
            sums.append(_sum_up(group, source, label, str(quantity), str(other)))
        # Deviations of different quantities have no common unit.
        everything = chosen.assign(deviation=np.nan)
        sums.append(_sum_up(everything, source, label, "all", "all"))
    return pd.concat([rows, pd.DataFrame(sums)], ignore_index=True)[list(COLUMNS)]


def _deviations(data: xr.Dataset, other: xr.Dataset, name: str) -> pd.DataFrame:
    """Return one quantity of one source against one reference at their common temperatures."""
    data, other = xr.align(data, other, join="inner")
    value, error = data[name].values, data[f"{name}_error"].values
    expected = other[name].values
    exact = np.zeros_like(expected)
    expected_error = other[f"{name}_error"].values if f"{name}_error" in other else exact
    deviation = value - expected
    in_errors = fidelity.deviation_in_errors(deviation, error, expected_error)
    return pd.DataFrame(
        {
            "temperature": data["temperature"].values,
            "quantity": name,
            "value": value,
            "error": error,
            "expected": expected,
            "expected_error": expected_error,
            "deviation": deviation,
            "deviation_in_errors": in_errors,
            "within_2_errors": np.where(np.isnan(in_errors), np.nan, np.abs(in_errors) <= 2),
            "within_3_errors": np.where(np.isnan(in_errors), np.nan, np.abs(in_errors) <= 3),
        }
    )


def _sum_up(
    rows: pd.DataFrame, source: str, temperature: str, quantity: str, reference: str
) -> dict[str, Any]:
    summary = fidelity.summarize(
        rows["deviation"].to_numpy(), rows["deviation_in_errors"].to_numpy()
    )
    return {
        "source": source,
        "temperature": temperature,
        "quantity": quantity,
        "reference": reference,
        "deviation": summary.rms_deviation,
        "deviation_in_errors": summary.rms_deviation_in_errors,
        "within_2_errors": summary.within_2_errors,
        "within_3_errors": summary.within_3_errors,
    }


def _canonical(temperature: float) -> str:
    return canonical(round(float(temperature), 12))


def _write(path: Path, text: str) -> None:
    with whole(path) as place:
        place.write_text(text, encoding="utf-8")
