"""The page of scores: verdicts in words, heat maps, the paper's claims, and all numbers below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity.paper.judge import CONFIRMED, REFUTED, UNDECIDED
from ising_fidelity.report import heatmap
from ising_fidelity.report.tables import html_table, with_errors
from ising_fidelity.scores import deviations, summary
from ising_fidelity.scores.caveats import Caveats
from ising_fidelity.scores.deviations import EXACT
from ising_fidelity.scores.summary import SYMBOLS
from ising_fidelity.scores.table import SUMS

STYLE = f"""
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 78em; padding: 0 1em;
       color: #222; background: #fff;
       print-color-adjust: exact; -webkit-print-color-adjust: exact }}
table {{ border-collapse: collapse; font-size: 13px; margin: 1em 0 }}
caption {{ text-align: left; font-weight: 600; padding: .3em 0 }}
th, td {{ padding: .25em .7em; border-bottom: 1px solid #ddd; text-align: right;
         vertical-align: top }}
thead th {{ border-bottom: 2px solid #888 }}
td:first-child, th:first-child, .text td, .text th {{ text-align: left }}
summary {{ cursor: pointer; font-weight: 600; margin: .6em 0 }}
dt {{ font-weight: 600; margin-top: .6em }}
dd {{ margin-left: 1.5em }}
.verdict {{ font-weight: 700; white-space: nowrap }}
.{CONFIRMED} {{ background: #d9f0d3; color: #00441b }}
.{REFUTED} {{ background: #fddbc7; color: #67001f }}
.{UNDECIDED} {{ background: #eee; color: #333 }}
.small {{ color: #555; font-size: 12px }}
.scroll {{ overflow-x: auto }}
{heatmap.STYLE}
@page {{ size: landscape }}
@media print {{ body {{ font-size: 11px; max-width: none }}
               tr, .z {{ break-inside: avoid }} .scroll {{ overflow: visible }} }}
"""


@dataclass(frozen=True)
class Content:
    """What the page shows.

    Attributes
    ----------
    scores
        The table of ``score``.
    reference
        The source that the others were compared with.
    lattice_size
        L.
    verdicts, orderings
        What :mod:`ising_fidelity.scores.summary` makes of the scores.
    claims
        The table of :func:`ising_fidelity.paper.judge.judge`.
    quoted
        The table of :func:`ising_fidelity.paper.quoted.beside`.
    caveats
        What is wrong with a source's numbers, or could not be told of them.
    finite_size, attribution
        Datasets by source; scalars, and parts of the specific heat's excess.
    notes
        What the run leaves out, or shows in the place of it.
    """

    scores: pd.DataFrame
    reference: str
    lattice_size: int
    verdicts: Mapping[str, Sequence[str]]
    orderings: pd.DataFrame
    claims: pd.DataFrame
    quoted: pd.DataFrame
    caveats: Mapping[str, Caveats] = field(default_factory=dict)
    finite_size: Mapping[str, xr.Dataset] = field(default_factory=dict)
    attribution: Mapping[str, xr.Dataset] = field(default_factory=dict)
    notes: Sequence[str] = ()


def render(content: Content) -> str:
    """Return a page that needs nothing from outside."""
    parts = [
        _verdicts(content),
        _orderings(content.orderings),
        _summary(content),
        _claims(content.claims),
        _heat_maps(content),
        _finite_size(content.finite_size),
        _attribution(content.attribution),
        _paper(content.quoted),
        _notes(content.notes),
        _details(content.scores),
    ]
    size = content.lattice_size
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scores: thermodynamic fidelity, {size} x {size}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>Thermodynamic fidelity, {size} x {size}</h1>
{"".join(parts)}</main>
</body>
</html>
"""


def _verdicts(content: Content) -> str:
    """Return what can be said of each source in words."""
    verdicts, caveats = content.verdicts, content.caveats
    entries = [
        f"<dt>{escape(source)}</dt><dd>{escape(' '.join(verdicts.get(source, ())))}"
        f"{_caveats(caveats.get(source, Caveats()))}</dd>\n"
        for source in dict.fromkeys([*verdicts, *caveats])  # verdicts lack further seeds
    ]
    return f"""<h2>Verdicts</h2>
<p>Each source against Monte Carlo ({escape(content.reference)}), made from the numbers below.
Indistinguishable means that the p-value, adjusted for the number of temperatures (Benjamini and
Hochberg), is at least {deviations.SIGNIFICANT:g}: with the frames of this run, not with any number
of them.</p>
<dl>
{"".join(entries)}</dl>
"""


def _caveats(caveats: Caveats) -> str:
    parts = [(REFUTED, caveats.wrong), (UNDECIDED, caveats.untold)]
    marked = (
        f' <strong class="{name}">{escape(" ".join(said))}</strong>' for name, said in parts if said
    )
    return "".join(marked)


def _orderings(orderings: pd.DataFrame) -> str:
    if orderings.empty:
        return ""
    return f"""<h2>Which model is better</h2>
<p>A model is called better only on {deviations.ENOUGH_SEEDS} training seeds of both or more, where
the difference is more than twice its spread between seeds. In brackets are the root mean square
deviations of both over all temperatures, of u and C from exact results, of |m| and χ from Monte
Carlo.</p>
{html_table(orderings, "text")}"""


def _summary(content: Content) -> str:
    """Return one line per source."""
    lines: dict[str, dict[str, str]] = {}
    rows = content.scores[content.scores["temperature"].isin(SUMS)]
    shown = {*deviations.AGAINST_EXACT, *deviations.AGAINST_REFERENCE, "all"}
    for source, group in rows[rows["quantity"].isin(shown)].groupby("source", sort=False):
        line = lines.setdefault(str(source), {})
        for (quantity, reference), pair in group.groupby(["quantity", "reference"], sort=False):
            by_range = pair.set_index("temperature")
            if quantity != "all":
                name = f"{SYMBOLS[str(quantity)]} - {reference}"
                line[name] = _with_training(by_range["deviation"], "{:.2g}")
                spread = float(by_range["between_seed_spread"]["all"])
                line[name] += "" if np.isnan(spread) else f" ± {spread:.1g} between seeds"
                continue
            for errors in (2, 3):
                shares = by_range[f"within_{errors}_errors"]
                line[f"within {errors} errors"] = _with_training(shares, "{:.0%}")
    main = summary.main_rows(content.scores)
    for source, group in main.groupby("source", sort=False):
        lacking = int(group["not_compared"].sum())
        lines[str(source)]["not compared"] = f"{lacking} of {len(group)}" if lacking else "none"
    table = pd.DataFrame.from_dict(lines, orient="index")
    last = [name for name in table if str(name).startswith(("within", "not"))]
    table = table[[name for name in table if name not in last] + last]
    table = table.rename_axis("source").reset_index().fillna("")
    return f"""<h2>All temperatures together</h2>
<p>Each source against exact results of this lattice (Kaufman) and against Monte Carlo
({escape(content.reference)}): root mean square deviation over all temperatures, in brackets over
those it was trained on. Then the share of all deviations that could be compared
within two and three errors; 95 % and 99.7 % are what errors alone would leave. The last column
counts numbers of u, C, |m| and χ that could not be compared.</p>
{html_table(table)}"""


def _with_training(values: "pd.Series[Any]", form: str) -> str:
    shown = {
        name: "not compared" if np.isnan(value) else form.format(value)
        for name, value in values.items()
    }
    return f"{shown['all']} ({shown['training']})" if "training" in shown else shown["all"]


def _claims(claims: pd.DataFrame) -> str:
    counts = claims["verdict"].value_counts()
    tally = ", ".join(f"{counts.get(name, 0)} {name}" for name in (CONFIRMED, REFUTED, UNDECIDED))
    lines = []
    for _, row in claims.iterrows():
        note = f'<br><span class="small">{escape(row["note"])}</span>' if row["note"] else ""
        verdict = row["verdict"]
        lines.append(
            f"<tr><td>“{escape(row['sentence'])}”<br>"
            f'<span class="small">{escape(row["place"])}</span></td>'
            f"<td>{escape(row['test'])}{note}</td>"
            f'<td class="verdict {verdict}">{verdict}</td>'
            f"<td>{escape(row['number'])}</td><td>{escape(row['reason'])}</td></tr>\n"
        )
    heads = ("the paper says", "as a test", "verdict", "this run", "because")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    return f"""<h2>The paper's claims</h2>
<p>Each claim as a test of this run's numbers, at this run's lattice and with its networks: {tally}.
Two standard errors decide, more of them where one of several temperatures is to refute or confirm.
A claim about one model is judged for the network of this run; one that compares two models needs
{deviations.ENOUGH_SEEDS} training seeds of both.</p>
<table class="text"><thead><tr>{head}</tr></thead>
<tbody>
{"".join(lines)}</tbody></table>
"""


def _heat_maps(content: Content) -> str:
    """Return a table of z of every quantity, those against exact results first."""
    scores = content.scores
    single = scores[~scores["temperature"].isin(SUMS)]
    drawn = []
    for (quantity, reference), rows in sorted(
        single.groupby(["quantity", "reference"], sort=False),
        key=lambda item: (item[0][1] != EXACT, item[0][0] not in SYMBOLS),
    ):
        symbol = SYMBOLS.get(str(quantity), "")
        name = str(quantity).replace("_", " ") + (f", {symbol}" if len(symbol) in (1, 3) else "")
        against = "exact" if reference == EXACT else f"Monte Carlo ({reference})"
        caption = f"{name}, against {against}"
        drawn.append(f'<div class="scroll">{heatmap.heat_map(rows, caption)}</div>')
    return f"""<h2>Where each source deviates</h2>
<p>z in every cell: the deviation in units of both sides' errors; of distances, how far they are
above their noise floor, in units of its spread. Bold and underlined is what remains significant
after adjustment for the number of temperatures, at {deviations.SIGNIFICANT:.0%}. Point at a cell
for its numbers; scores.csv has them all. A question mark is what could not be compared; where a
source has no frames, or a distance does not apply, the cell is empty.</p>
{heatmap.legend()}{"".join(drawn)}
"""


def _finite_size(results: Mapping[str, xr.Dataset]) -> str:
    """Return the critical temperature and the exponents of each source."""
    if not results:
        return ""
    lines = [{"source": source} | with_errors(data) for source, data in results.items()]
    return f"""<h2>Finite-size scaling</h2>
<p>A joint fit of all lattice sizes. Exact are T_c = 2.269185, nu = 1 and eta = 1/4. Where the
p-value of the fit is small the frames do not scale as the fit assumes, and its numbers say
nothing.</p>
{html_table(pd.DataFrame(lines).fillna(""))}"""


def _attribution(results: Mapping[str, xr.Dataset]) -> str:
    """Return the parts of the specific heat's excess, a table per model."""
    tables = []
    for model, data in results.items():
        lines = [
            {"T": f"{float(T):g}"} | with_errors(data.sel(temperature=T))
            for T in data["temperature"].values
        ]
        tables.append(html_table(pd.DataFrame(lines).fillna(""), caption=model))
    if not tables:
        return ""
    return f"""<h2>Where the excess of the specific heat comes from</h2>
<p>C less its exact value, per spin, and the parts that interventions take away.</p>
{"".join(tables)}"""


def _paper(quoted: pd.DataFrame) -> str:
    return f"<h2>The paper's numbers and ours</h2>\n{html_table(quoted.drop(columns='id'), 'text')}"


def _notes(notes: Sequence[str]) -> str:
    """Return what is not to be looked for in this run."""
    lines = "".join(f"<li>{escape(note)}</li>\n" for note in notes)
    return f"<h2>What this run leaves out</h2>\n<ul>\n{lines}</ul>\n" if notes else ""


def _details(scores: pd.DataFrame) -> str:
    """Return the rows of each source at single temperatures, folded."""
    shown = {*deviations.AGAINST_EXACT, *deviations.AGAINST_REFERENCE}
    single = scores[~scores["temperature"].isin(SUMS) & scores["quantity"].isin(shown)]
    folded = []
    for source, rows in single.groupby("source", sort=False):
        table = rows.drop(columns=["source", "within_2_errors", "within_3_errors"])
        table["in_training_temperatures"] = np.where(rows["in_training_temperatures"], "yes", "")
        name = escape(str(source))
        folded.append(f"<details><summary>{name}</summary>{html_table(table)}</details>\n")
    return f"<h2>Each temperature</h2>\n{''.join(folded)}"
