"""The table of verdicts of a run's page, on a terminal."""

from textwrap import wrap
from typing import TYPE_CHECKING

import pandas as pd

from ising_fidelity.report.matrix import matrix

if TYPE_CHECKING:
    from rich.console import Console

COLORS = {"p0": "red", "p4": "green", "lacking": "yellow"}
"""Colors of cells that fail everywhere, pass everywhere, or could not be compared."""

WIDTH = 8
"""Characters per line of a cell, so that the table of all quantities fits a narrow terminal."""


def show(scores: pd.DataFrame, console: "Console") -> None:
    """Print at how many temperatures each source passes, a row per source."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    verdicts = matrix(scores)
    title = "Temperatures that pass, of those compared"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False)
    table.padding = 0
    table.add_column("source", overflow="fold", min_width=8)
    for name in verdicts.columns:
        table.add_column(Text(_narrow(name)), justify="right", no_wrap=True)
    for source, cells in verdicts.rows.items():
        row = [Text(_narrow(cell.text), COLORS.get(cell.kind, "")) for cell in cells]
        table.add_row(Text(source), *row)
    console.print("", table)


def _narrow(words: str) -> str:
    return "\n".join(wrap(words, WIDTH))
