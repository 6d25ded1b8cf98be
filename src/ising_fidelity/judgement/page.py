"""The page of a judgement: verdicts, then figures, then all numbers."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ising_fidelity import __version__
from ising_fidelity.judgement import pictures
from ising_fidelity.judgement.given import REFERENCE
from ising_fidelity.judgement.glossary import GLOSSARY
from ising_fidelity.judgement.quantities import MAIN
from ising_fidelity.judgement.verdict import LEAST, LEVEL, Verdict, value_in_words, worst_of
from ising_fidelity.report import explorer, heatmap
from ising_fidelity.report.matrix import matrix
from ising_fidelity.report.tables import Table, table
from ising_fidelity.report.templating import template
from ising_fidelity.scores.deviations import EXACT, SIGNIFICANT
from ising_fidelity.scores.summary import SYMBOLS
from ising_fidelity.scores.table import SUMS

if TYPE_CHECKING:
    from ising_fidelity.judgement.scorecard import Scorecard

COLUMNS = ("temperature", "quantity", "reference", "value", "error", "expected", "expected_error")
"""Columns of the folded tables, before z and p."""
SERIES = ("energy", "magnetization")


def render(card: "Scorecard") -> str:
    """Return a self-contained page."""
    samples = _samples(card)
    shown = {T for _, T in samples}
    return _template("judgement.html.j2").render(
        **_content(card),
        explored=explorer.explored(samples, card.fidelity, card.exact, REFERENCE),
        skipped=len({*card.temperatures} - shown),
        figures=[
            {
                "name": figure,
                "address": pictures.embedded(card, figure, samplers),
                "caption": pictures.DRAWN[figure],
            }
            for figure, samplers in pictures.there(card)
        ],
        matrix=matrix(
            card.table[card.table["source"].isin([*card.judged])],
            {name: SYMBOLS[name] for name in MAIN},
        ),
        words={
            name: f"{verdict.word}, {tests_that_pass(verdict)} tests pass"
            for name, verdict in card.judged.items()
        },
        heat_maps=_heat_maps(card),
        legend=heatmap.legend(),
        colors=heatmap.colors(),
        tables=[_numbers(card, name) for name in card.judged],
        tests=_tests(card),
    )


def _samples(card: "Scorecard") -> explorer.Samples:
    """Return frames and series of the samplers, then the reference, for the explorer."""
    names = [*card.judged, REFERENCE]
    temperatures = explorer.shown(card.temperatures, len(names), card.L)
    return {
        (name, T): explorer.Sample(
            card.configurations[name, T]["spin"].values.reshape(-1, card.L, card.L)[:2],
            *(card.observables[name, T][f"{one}_series"].values.ravel() for one in SERIES),
        )
        for name in names
        for T in temperatures
        if (name, T) in card.configurations
    }


def _tests(card: "Scorecard") -> list[dict[str, Any]]:
    """Return every test: its quantity and expectation, and each sampler's p-value."""
    names = dict.fromkeys(test for verdict in card.judged.values() for test in verdict.tests)
    found = []
    for test in names:
        cells = []
        for verdict in card.judged.values():
            p = verdict.tests.get(test, np.nan)
            text = "not compared" if np.isnan(p) else f"{max(p, LEAST):.1g}"
            cells.append({"text": text, "wrong": p < verdict.test_level})
        compares, expected = GLOSSARY[test]
        found.append({"name": test, "compares": compares, "with": expected, "cells": cells})
    return found


def summary(card: "Scorecard") -> str:
    """Return the summary of the page, for a notebook."""
    return _template("summary.html.j2").render(**_content(card))


def _template(name: str) -> Any:
    return template(name, "ising_fidelity.judgement")


def _content(card: "Scorecard") -> dict[str, Any]:
    return {
        "L": card.L,
        "level": LEVEL,
        "significant": SIGNIFICANT,
        "version": __version__,
        "settings": card.settings,
        "reference": card.said[REFERENCE],
        "quantities": [SYMBOLS[name] for name in MAIN],
        "samplers": [_sampler(card, name) for name in card.judged],
    }


def _sampler(card: "Scorecard", name: str) -> dict[str, Any]:
    """Return the content of the page about one sampler."""
    verdict = card.judged[name]
    rows = card.table[card.table["source"] == name]
    return {
        "name": name,
        "word": verdict.word,
        "tests": tests_that_pass(verdict),
        "sentences": verdict.sentences,
        "causes": card.causes[name],
        "caveats": card.caveats[name],
        "said": card.said[name],
        "cells": [cell(rows, quantity) for quantity in MAIN],
    }


def cell(rows: pd.DataFrame, quantity: str) -> dict[str, str]:
    """Return the number of temperatures at which a quantity passes, its worst z, and a colour."""
    one = main_rows(rows, quantity)
    z, adjusted = one["deviation_in_errors"].to_numpy(), one["p_adjusted"].to_numpy()
    known = ~np.isnan(z)
    if not known.any():
        return {"text": "not compared", "color": "none", "title": ""}
    passed = int((adjusted[known] >= SIGNIFICANT).sum())
    worst = one[known].iloc[int(np.abs(z[known]).argmax())]
    lacking = "" if known.all() else f", {int((~known).sum())} not compared"
    color = heatmap.color_class(float(worst["deviation_in_errors"])) if passed < known.sum() else ""
    return {
        "text": f"{passed} of {int(known.sum())}{lacking}",
        "color": color,
        "title": f"worst at T = {worst['temperature']}: {value_in_words(worst)}, "
        f"z = {worst['deviation_in_errors']:.3g}",
    }


def tests_that_pass(verdict: Verdict) -> str:
    """Return how many of the tests that were done a sampler passes."""
    known = [p for p in verdict.tests.values() if not np.isnan(p)]
    return f"{sum(p >= verdict.test_level for p in known)} of {len(known)}"


def worst_in_words(rows: pd.DataFrame) -> str:
    """Return the largest z of a sampler's main quantities, and its temperature."""
    worst = worst_of(rows)
    if worst is None:
        return "not compared"
    symbol = SYMBOLS[str(worst["quantity"])]
    return f"{worst['deviation_in_errors']:.2g} in {symbol} at {worst['temperature']}"


def main_rows(rows: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Return a quantity's rows at single temperatures, compared with exact values if possible."""
    single = rows[(rows["quantity"] == quantity) & ~rows["temperature"].isin(SUMS)]
    exact = single[single["reference"] == EXACT]
    return single if exact.empty else exact


def _heat_maps(card: "Scorecard") -> list[heatmap.HeatMap]:
    """Return a map of z for every quantity, main quantities first."""
    others = card.table[card.table["source"] != REFERENCE]
    single = others[~others["temperature"].isin(SUMS)]
    groups = sorted(
        single.groupby(["quantity", "reference"], sort=False),
        key=lambda item: (item[0][0] not in MAIN, item[0][1] != EXACT),
    )
    return [
        heatmap.heat_map(
            rows, f"{str(quantity).replace('_', ' ')}, compared with {_spoken(reference)}"
        )
        for (quantity, reference), rows in groups
    ]


def _spoken(reference: Any) -> str:
    return "exact results" if reference == EXACT else "Monte Carlo"


def _numbers(card: "Scorecard", name: str) -> Table:
    """Return every number of a sampler."""
    rows = card.table[(card.table["source"] == name) & ~card.table["temperature"].isin(SUMS)]
    shown = rows[[*COLUMNS, "deviation_in_errors", "p_adjusted"]]
    spoken = shown.rename(columns={"deviation_in_errors": "z", "p_adjusted": "adjusted p"})
    return table(spoken, name)
