"""The page of scores: one line per source on top, each temperature below."""

from html import escape
from typing import Any

import numpy as np
import pandas as pd

SYMBOLS = {"energy": "u", "abs_magnetization": "|m|", "specific_heat": "C", "susceptibility": "χ"}
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em;
       color: #222; background: #fff }
table { border-collapse: collapse; font-size: 13px; margin: 1em 0 }
th, td { padding: .25em .7em; border-bottom: 1px solid #ddd; text-align: right;
         vertical-align: top }
th { border-bottom: 2px solid #888 }
td:first-child, th:first-child, .paper td, .paper th { text-align: left }
summary { cursor: pointer; font-weight: 600; margin: .6em 0 }
"""


def render(scores: pd.DataFrame, quoted: pd.DataFrame | None, reference: str, size: int) -> str:
    """Return a page that needs nothing from outside.

    Parameters
    ----------
    scores
        The table of ``score``.
    quoted
        The table of :func:`ising_fidelity.quotations.beside`, if there is one.
    reference
        The source that the others were held against.
    size
        L.
    """
    summary = scores[scores["temperature"].isin(["all", "training"])]
    single = scores[~scores["temperature"].isin(["all", "training"])]
    details = []
    for source, rows in single.groupby("source", sort=False):
        shown = rows.drop(columns=["source", "within_2_errors", "within_3_errors"])
        shown["in_training_temperatures"] = np.where(rows["in_training_temperatures"], "yes", "")
        details.append(f"<details><summary>{escape(str(source))}</summary>{_html(shown)}</details>")
    paper = ""
    if quoted is not None:
        paper = "<h2>The paper's numbers and ours</h2>" + _html(quoted.drop(columns="id"), "paper")
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Scores</title><style>{STYLE}</style></head>
<body>
<h1>Thermodynamic fidelity, {size} x {size}</h1>
<p>Each source against exact results of this lattice (Kaufman) and against Monte Carlo
({escape(reference)}): root mean square deviation over all temperatures, in brackets over those it
was trained on. The last columns give the share of all deviations within two and three errors; 95 %
and 99.7 % are what errors alone would leave.</p>
{_html(_summary(summary))}
{paper}
<h2>Each temperature</h2>
{"".join(details)}
</body>
</html>
"""


def _summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one line per source."""
    lines: dict[str, dict[str, str]] = {}
    for source, group in rows.groupby("source", sort=False):
        line = lines.setdefault(str(source), {})
        for (quantity, reference), pair in group.groupby(["quantity", "reference"], sort=False):
            by_range = pair.set_index("temperature")
            if quantity != "all":
                name = f"{SYMBOLS[str(quantity)]} - {reference}"
                line[name] = _with_training(by_range["deviation"], "{:.2g}")
                continue
            for errors in (2, 3):
                shares = by_range[f"within_{errors}_errors"]
                line[f"within {errors} errors"] = _with_training(shares, "{:.0%}")
    table = pd.DataFrame.from_dict(lines, orient="index")
    last = [name for name in table if str(name).startswith("within")]
    table = table[[name for name in table if name not in last] + last]
    return table.rename_axis("source").reset_index().fillna("")


def _with_training(values: "pd.Series[Any]", form: str) -> str:
    text = form.format(values["all"])
    return f"{text} ({form.format(values['training'])})" if "training" in values else text


def _html(rows: pd.DataFrame, css_class: str = "") -> str:
    # pandas cuts long texts unless told not to.
    with pd.option_context("display.max_colwidth", None):
        return rows.rename(columns=lambda name: str(name).replace("_", " ")).to_html(
            index=False, border=0, na_rep="", float_format="{:.4g}".format, classes=css_class
        )
