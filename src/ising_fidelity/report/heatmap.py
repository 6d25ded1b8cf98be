"""Tables of z with coloured cells, for many sources and temperatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ising_fidelity.scores import deviations

EDGES = (2.0, 3.0, 5.0, 10.0, 30.0)
"""abs(z) at which the colour changes."""
BELOW = ("#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061")
ABOVE = ("#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f")
"""Diverging, colour-blind safe colours by C. Brewer."""
LARGEST = 999
MINUS = "\N{MINUS SIGN}"
"""This character is as wide as a digit."""


@dataclass(frozen=True)
class Cell:
    """One cell: CSS classes of its colour, its text, and a full description."""

    names: str
    text: str
    title: str


@dataclass(frozen=True)
class HeatMap:
    """z of one quantity: a row of cells per source, None where it has no frames."""

    caption: str
    temperatures: Sequence[str]
    rows: dict[str, list[Cell | None]]


def colors() -> list[tuple[str, str, str]]:
    """Return each CSS class with its background and text colour."""
    return [
        (f"{sign}{step}", color, "#fff" if step > 3 else "#000")
        for sign, several in (("b", BELOW), ("a", ABOVE))
        for step, color in enumerate(several, start=1)
    ]


def color_class(z: float) -> str:
    """Return the CSS class of z: b5 .. b1 below, a1 .. a5 above, empty between, none for NaN."""
    if np.isnan(z):
        return "none"
    step = int(np.searchsorted(EDGES, abs(z), side="right"))
    return f"{'a' if z > 0 else 'b'}{step}" if step else ""


def heat_map(rows: pd.DataFrame, caption: str, titles: bool = True) -> HeatMap:
    """Return a map with a row per source, a column per temperature, and z in the cells.

    ``rows`` are those of the table of ``score`` for one quantity and reference at single
    temperatures. Without ``titles``, cells have no descriptions, which take most of the space.
    """
    temperatures = sorted(set(rows["temperature"]), key=float)
    lines = {}
    for source, group in rows.groupby("source", sort=False):
        there = {row["temperature"]: row for _, row in group.iterrows()}
        lines[str(source)] = [_cell(there[T], titles) if T in there else None for T in temperatures]
    return HeatMap(caption, temperatures, lines)


def legend() -> list[tuple[str, str]]:
    """Return the CSS classes and their meaning, from far below to far above."""
    numbers = [f"{edge:g}" for edge in EDGES]
    steps = [f"{low} to {high}" for low, high in pairwise(numbers)]
    words = [*steps, f"beyond {numbers[-1]}"]
    above = [(f"a{step}", text) for step, text in enumerate(words, start=1)]
    below = [(f"b{step}", text) for step, text in enumerate(words, start=1)][::-1]
    return [*below, ("", f"within ±{numbers[0]}"), *above]


def in_words(row: "pd.Series[Any]") -> str:
    """Return a row of the table of ``score`` in words: value, expected value, z and p-value."""
    text = f"{row['value']:.4g}"
    if not np.isnan(row["error"]):
        text += f" ± {row['error']:.2g}"
    if not np.isnan(row["expected"]):
        text += f", expected {row['expected']:.4g}"
    z, adjusted = row["deviation_in_errors"], row["p_adjusted"]
    return f"{text}; z = {z:.3g}, adjusted p = {adjusted:.2g}"


def _cell(row: "pd.Series[Any]", titles: bool) -> Cell:
    z = row["deviation_in_errors"]
    significant = row["p_adjusted"] < deviations.SIGNIFICANT
    names = " ".join(name for name in (color_class(z), "s" if significant else "") if name)
    title = f"{row['source']}, T = {row['temperature']}: {in_words(row)}" if titles else ""
    return Cell(names, _short(z), title)


def _short(z: float) -> str:
    """Return z with at most three digits, below ten with one decimal."""
    if np.isnan(z):
        return "?"
    size = f"{abs(z):.1f}"
    if abs(z) > LARGEST:
        size = "∞" if np.isinf(z) else "1k+"
    elif len(size) > len("9.9"):
        size = f"{abs(z):.0f}"
    return f"{MINUS}{size}" if z < 0 and size != "0.0" else size
