"""Scores of many sources and temperatures at a glance, as a table of coloured numbers."""

from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ising_fidelity.scores import deviations

EDGES = (2.0, 3.0, 5.0, 10.0, 30.0)
"""abs(z) at which the colour changes."""
BELOW = ("#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061")
ABOVE = ("#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f")
"""Diverging colours by C. Brewer, which colour-blind people can tell apart."""
LARGEST = 999
MINUS = "\N{MINUS SIGN}"
"""As wide as a digit."""

STYLE = "\n".join(
    [
        ".z td, .z th { padding: 0; border: 1px solid #fff; text-align: center; font-size: 10px }",
        ".z th[scope=row] { padding: .2em .6em .2em 0; text-align: right; font-size: 12px }",
        ".z th[scope=col] { font-weight: 400; color: #444; writing-mode: vertical-rl;",
        "                   padding: .3em 0 }",
        ".z td { min-width: 2.2em; height: 2em; background: #f5f5f5; vertical-align: middle }",
        ".z td.s { font-weight: 700; text-decoration: underline }",
        ".z td.none, .z td.end { background: none; color: #666 }",
        ".key td { padding: .2em .9em }",
        *(
            f".z .{sign}{step} {{ background: {color}; color: {'#fff' if step > 3 else '#000'} }}"
            for sign, colors in (("b", BELOW), ("a", ABOVE))
            for step, color in enumerate(colors, start=1)
        ),
    ]
)


def color_class(z: float) -> str:
    """Return the CSS class of a z: b5 .. b1 below, a1 .. a5 above, none between or unknown."""
    if np.isnan(z):
        return "none"
    step = int(np.searchsorted(EDGES, abs(z), side="right"))
    return f"{'a' if z > 0 else 'b'}{step}" if step else ""


def heat_map(rows: pd.DataFrame, caption: str) -> str:
    """Return a table with a row per source, a column per temperature, and z in the cells.

    ``rows`` are those of the table of ``score`` at single temperatures, of one quantity and
    reference.
    """
    temperatures = sorted(set(rows["temperature"]), key=float)
    head = "".join(f'<th scope="col">{T}</th>' for T in temperatures)
    lines = []
    for source, group in rows.groupby("source", sort=False):
        there = {row["temperature"]: row for _, row in group.iterrows()}
        cells = [_cell(there[T]) if T in there else '<td class="none"></td>' for T in temperatures]
        lines.append(f'<tr><th scope="row">{escape(str(source))}</th>{"".join(cells)}</tr>')
    return (
        f'<table class="z"><caption>{escape(caption)}</caption>\n'
        f'<thead><tr><th scope="col">T</th>{head}</tr></thead>\n'
        f"<tbody>{''.join(lines)}</tbody></table>\n"
    )


def legend() -> str:
    """Return the colours and what they mean."""
    numbers = [f"{edge:g}" for edge in EDGES]
    steps = [f"{low} to {high}" for low, high in pairwise(numbers)]
    words = [*steps, f"beyond {numbers[-1]}"]
    above = [(f"a{step}", text) for step, text in enumerate(words, start=1)]
    below = [(f"b{step}", text) for step, text in enumerate(words, start=1)][::-1]
    cells = [*below, ("", f"within ±{numbers[0]}"), *above]
    drawn = "".join(f'<td class="{name}">{text}</td>' for name, text in cells)
    return (
        '<table class="z key"><caption>Colours: z, the deviation in errors</caption>'
        f'<tbody><tr><th scope="row">below</th>{drawn}<td class="end">above</td></tr></tbody>'
        "</table>\n"
    )


def _cell(row: "pd.Series[Any]") -> str:
    z, adjusted = row["deviation_in_errors"], row["p_adjusted"]
    significant = adjusted < deviations.SIGNIFICANT
    names = " ".join(name for name in (color_class(z), "s" if significant else "") if name)
    text = f"{row['source']}, T = {row['temperature']}: {row['value']:.4g}"
    if not np.isnan(row["error"]):
        text += f" ± {row['error']:.2g}"
    if not np.isnan(row["expected"]):
        text += f", expected {row['expected']:.4g}"
    text += f"; z = {z:.3g}, adjusted p = {adjusted:.2g}"
    return f'<td class="{names}" title="{escape(text)}">{_short(z)}</td>'


def _short(z: float) -> str:
    """Return z in three digits at most, those below ten with a decimal."""
    if np.isnan(z):
        return "?"
    size = f"{abs(z):.1f}"
    if abs(z) > LARGEST:
        size = "∞" if np.isinf(z) else "1k+"
    elif len(size) > len("9.9"):
        size = f"{abs(z):.0f}"
    return f"{MINUS}{size}" if z < 0 and size != "0.0" else size
