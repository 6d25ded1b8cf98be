"""Tables of text and numbers, and numbers with errors in words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity.io.variables import ERROR_SUFFIX
from ising_fidelity.scores.deviations import with_error


@dataclass(frozen=True)
class Table:
    """A table as a page shows it.

    Attributes
    ----------
    heads, lines
        Texts of columns and of cells.
    caption
        What it is of; the name of its file, too.
    text
        Whether all columns are words, which stand at the left.
    """

    heads: list[str]
    lines: list[list[str]]
    caption: str = ""
    text: bool = False


def table(rows: pd.DataFrame, caption: str = "", text: bool = False) -> Table:
    """Return a table; numbers in four digits, nothing where a number is not known."""
    return Table(
        heads=[str(name).replace("_", " ") for name in rows.columns],
        lines=[[_shown(cell) for cell in line] for line in rows.itertuples(index=False, name=None)],
        caption=caption,
        text=text,
    )


def with_errors(data: xr.Dataset) -> dict[str, str]:
    """Return the scalars of a dataset in words, each with its error if it has one."""
    words = {}
    for key, variable in data.data_vars.items():
        name = str(key)
        if variable.ndim or variable.dtype.kind not in "iuf" or name.endswith(ERROR_SUFFIX):
            continue
        error = data.get(name + ERROR_SUFFIX)
        words[name] = with_error(float(variable), np.nan if error is None else float(error))
    return words


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return "" if np.isnan(cell) else f"{cell:.4g}"
    return str(cell)
