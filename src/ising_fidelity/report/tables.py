"""Tables of text and numbers for pages."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity.io.variables import ERROR_SUFFIX
from ising_fidelity.scores.deviations import with_error


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Attributes
    ----------
    heads, lines
        Texts of column heads and of cells.
    caption
        The caption, which also names the saved file.
    text
        Whether all columns are text, aligned to the left.
    """

    heads: list[str]
    lines: list[list[str]]
    caption: str = ""
    text: bool = False


def table(rows: pd.DataFrame, caption: str = "", text: bool = False) -> Table:
    """Return a table; numbers have four digits, NaN is empty."""
    return Table(
        heads=[str(name).replace("_", " ") for name in rows.columns],
        lines=[[_shown(cell) for cell in line] for line in rows.itertuples(index=False, name=None)],
        caption=caption,
        text=text,
    )


def with_errors(data: xr.Dataset) -> dict[str, str]:
    """Return the scalars of a dataset as text, with their errors where known."""
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
