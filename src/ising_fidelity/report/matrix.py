"""The verdict as a table: at how many temperatures each source passes in each quantity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ising_fidelity.report.heatmap import in_words
from ising_fidelity.scores.deviations import EXACT, SIGNIFICANT
from ising_fidelity.scores.table import SUMS

COLUMNS = {
    "energy": "u",
    "specific_heat": "C",
    "abs_magnetization": "|m|",
    "susceptibility": "χ",
    "energy_magnetization_histogram": "u and m jointly",
    "second_moment_correlation_length": "ξ",
    "largest_cluster": "largest cluster",
    "positive_share": "share of m > 0",
    "spurious_flips": "spurious flips",
}
"""Quantities of the matrix and their column names; maps of z show all others."""
EDGES = (0.0, 0.5, 0.75, 1.0)
"""Shares of passed temperatures at which the colour changes."""


@dataclass(frozen=True)
class Cell:
    """One quantity of one source.

    Attributes
    ----------
    text
        Number of temperatures at which it passes; empty if the quantity does not apply.
    kind
        CSS class: p0 (nowhere) to p4 (everywhere), lacking (not compared anywhere) or nothing.
    title
        The worst deviation, in words.
    lacking
        Number of temperatures at which it could not be compared.
    worst
        Canonical temperature of the largest z; empty if none is known.
    """

    text: str = ""
    kind: str = "nothing"
    title: str = "does not apply"
    lacking: int = 0
    worst: str = ""


@dataclass(frozen=True)
class Matrix:
    """A row of cells per source, and the names of the columns."""

    columns: Sequence[str]
    rows: Mapping[str, Sequence[Cell]]


def matrix(scores: pd.DataFrame, names: Mapping[str, str] = COLUMNS) -> Matrix:
    """Return the matrix for a table of ``score``, with the quantities that it has."""
    single = scores[~scores["temperature"].isin(SUMS) & scores["quantity"].isin([*names])]
    there = {
        quantity: name for quantity, name in names.items() if quantity in {*single["quantity"]}
    }
    rows = {
        str(source): [cell(of_source(group, quantity), name) for quantity, name in there.items()]
        for source, group in single.groupby("source", sort=False)
    }
    return Matrix([*there.values()], rows)


def of_source(rows: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Return a quantity's rows, compared with exact values if possible."""
    of_quantity = rows[rows["quantity"] == quantity]
    exact = of_quantity[of_quantity["reference"] == EXACT]
    return of_quantity if exact.empty else exact


def cell(rows: pd.DataFrame, name: str) -> Cell:
    """Return the cell of a quantity, given its rows at single temperatures."""
    if rows.empty:
        return Cell()
    z, adjusted = rows["deviation_in_errors"].to_numpy(), rows["p_adjusted"].to_numpy()
    known = ~np.isnan(z)
    total, lacking = int(known.sum()), int((~known).sum())
    source = rows["source"].iloc[0]
    if not total:
        title = f"{source}, {name}: not compared at any of {lacking} temperatures"
        return Cell("not compared", "lacking", title, lacking)
    passed = int((adjusted[known] >= SIGNIFICANT).sum())
    worst = rows[known].iloc[int(np.abs(z[known]).argmax())]
    step = int(np.searchsorted(EDGES, passed / total, side="right")) if passed else 0
    other = "exact results" if worst["reference"] == EXACT else "Monte Carlo"
    title = (
        f"{source}, {name} compared with {other}: passes at {passed} of {total} temperatures; "
        f"worst at T = {worst['temperature']}: {in_words(worst)}"
    )
    if lacking:
        title += f"; not compared at {lacking}"
    return Cell(f"{passed}/{total}", f"p{step}", title, lacking, str(worst["temperature"]))
