"""The folded parts of the page: summaries over temperatures, maps of z, and all numbers."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity.report import heatmap
from ising_fidelity.report.tables import Table, table, with_errors
from ising_fidelity.scores import deviations, summary
from ising_fidelity.scores.deviations import EXACT
from ising_fidelity.scores.summary import SYMBOLS
from ising_fidelity.scores.table import SUMS

MOST_TITLED = 20_000
"""Number of cells above which only maps of the main quantities show numbers on hover."""


def single(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows at single temperatures."""
    return scores[~scores["temperature"].isin(SUMS)]


def together(scores: pd.DataFrame) -> Table:
    """Return one line per source, summarized over all temperatures."""
    lines: dict[str, dict[str, str]] = {}
    rows = scores[scores["temperature"].isin(SUMS)]
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
    main = summary.main_rows(scores)
    for source, group in main.groupby("source", sort=False):
        lacking = int(group["not_compared"].sum())
        line = lines.setdefault(str(source), {})
        line["not compared"] = f"{lacking} of {len(group)}" if lacking else "none"
    rows = pd.DataFrame.from_dict(lines, orient="index")
    last = [name for name in rows if str(name).startswith(("within", "not"))]
    rows = rows[[name for name in rows if name not in last] + last]
    return table(rows.rename_axis("source").reset_index().fillna(""), "All temperatures together")


def _with_training(values: "pd.Series[float]", form: str) -> str:
    shown = {
        name: "not compared" if np.isnan(value) else form.format(value)
        for name, value in values.items()
    }
    return f"{shown['all']} ({shown['training']})" if "training" in shown else shown["all"]


def heat_maps(scores: pd.DataFrame) -> list[heatmap.HeatMap]:
    """Return a map of z of every quantity, comparisons with exact results first."""
    drawn = []
    every = len(single(scores)) <= MOST_TITLED
    for (quantity, reference), rows in sorted(
        single(scores).groupby(["quantity", "reference"], sort=False),
        key=lambda item: (item[0][1] != EXACT, item[0][0] not in SYMBOLS),
    ):
        symbol = SYMBOLS.get(str(quantity), "")
        name = str(quantity).replace("_", " ") + (f", {symbol}" if len(symbol) in (1, 3) else "")
        other = "exact results" if reference == EXACT else f"Monte Carlo ({reference})"
        titles = every or quantity in SYMBOLS
        drawn.append(heatmap.heat_map(rows, f"{name}, compared with {other}", titles))
    return drawn


def finite_size(results: Mapping[str, xr.Dataset]) -> Table | None:
    """Return critical temperature and exponents of each source; None without results."""
    lines = [{"source": source} | with_errors(data) for source, data in results.items()]
    rows = pd.DataFrame(lines).fillna("")
    return table(rows, "Critical temperature and exponents") if results else None


def attribution(results: Mapping[str, xr.Dataset]) -> list[Table]:
    """Return the parts of the specific heat's excess, a table per model."""
    return [
        table(
            pd.DataFrame(
                [
                    {"T": f"{float(T):g}"} | with_errors(data.sel(temperature=T))
                    for T in data["temperature"].values
                ]
            ).fillna(""),
            model,
        )
        for model, data in results.items()
    ]


def each_temperature(scores: pd.DataFrame) -> list[Table]:
    """Return a table per source: u, C, abs(m) and chi at single temperatures."""
    tables = []
    for source, rows in summary.main_rows(scores).groupby("source", sort=False):
        shown = rows.drop(columns=["source", "within_2_errors", "within_3_errors"])
        shown["in_training_temperatures"] = np.where(rows["in_training_temperatures"], "yes", "")
        tables.append(table(shown, str(source)))
    return tables
