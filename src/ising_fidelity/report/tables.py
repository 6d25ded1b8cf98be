"""Tables of text and numbers, and numbers with errors in words."""

from html import escape

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity.io.variables import ERROR_SUFFIX
from ising_fidelity.scores.deviations import with_error


def html_table(rows: pd.DataFrame, css_class: str = "", caption: str = "") -> str:
    """Return a table; numbers in four digits, nothing where a number is not known."""
    names = (str(name).replace("_", " ") for name in rows.columns)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    lines = [
        f"<tr>{''.join(f'<td>{escape(_shown(cell))}</td>' for cell in line)}</tr>\n"
        for line in rows.itertuples(index=False, name=None)
    ]
    kind = f' class="{css_class}"' if css_class else ""
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = "".join(lines)
    return f"<table{kind}>{above}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>\n"


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
