"""The page of a run: verdict, sources, explorer, claims, all numbers."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import xarray as xr

from ising_fidelity.paper.judge import CONFIRMED, REFUTED, UNDECIDED
from ising_fidelity.report import explorer, folded, heatmap
from ising_fidelity.report.curves import curves
from ising_fidelity.report.matrix import matrix
from ising_fidelity.report.tables import Table, table
from ising_fidelity.report.templating import template
from ising_fidelity.scores import deviations
from ising_fidelity.scores.caveats import Caveats
from ising_fidelity.scores.summary import DECIDED

INDISTINGUISHABLE = (
    "Indistinguishable: the p-value, adjusted for the number of temperatures (Benjamini and "
    f"Hochberg), is at least {deviations.SIGNIFICANT:g}. More frames may show smaller deviations."
)
NOT_COMPARED = "Not compared:"
"""Start of a sentence of the verdict that must not be folded."""
ABSENT = re.compile(r"this run has no (?:[\w -]+ of )?(\S+)")
"""Reason of a claim about a source that the run may lack, see :class:`.Run`."""
NOT_HERE = "not in this run"
"""End of the note on a number of the paper that has no counterpart in the run."""


@dataclass(frozen=True)
class Content:
    """The content of the page.

    Attributes
    ----------
    scores
        The table of ``score``.
    reference
        The source that the others were compared with.
    lattice_size
        L.
    verdicts, orderings
        Sentences and table by :mod:`ising_fidelity.scores.summary`.
    claims
        The table of :func:`ising_fidelity.paper.judge.judge`.
    quoted
        The table of :func:`ising_fidelity.paper.quoted.beside`.
    caveats
        Warnings about a source's error bars.
    finite_size, attribution
        Datasets by source: finite-size scaling, and parts of the excess specific heat.
    notes
        Parts of the config that the run leaves out or replaces.
    fidelity, exact
        Observables of each source, and exact results, along ``temperature``.
    samples
        Frames for pictures, at some or all temperatures.
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
    fidelity: Mapping[str, xr.Dataset] = field(default_factory=dict)
    exact: xr.Dataset = field(default_factory=xr.Dataset)
    samples: explorer.Samples = field(default_factory=dict)


def render(content: Content) -> str:
    """Return a self-contained page."""
    claims, left_out = _claims(content.claims, {*content.scores["source"]})
    quoted, absent = _quoted(content.quoted)
    text: str = template("scores.html.j2").render(
        L=content.lattice_size,
        reference=content.reference,
        indistinguishable=INDISTINGUISHABLE,
        significant=deviations.SIGNIFICANT,
        enough_seeds=deviations.ENOUGH_SEEDS,
        colors=heatmap.colors(),
        legend=heatmap.legend(),
        matrix=matrix(content.scores),
        sources=_sources(content),
        explored=explorer.explored(
            content.samples, content.fidelity, content.exact, content.reference
        ),
        skipped=_skipped(content),
        decided=_decided(content.orderings),
        orderings=_orderings(content.orderings),
        claims=claims,
        verdicts=(CONFIRMED, REFUTED, UNDECIDED),
        left_out=left_out,
        together=folded.together(content.scores),
        heat_maps=folded.heat_maps(content.scores),
        finite_size=folded.finite_size(content.finite_size),
        attribution=folded.attribution(content.attribution),
        quoted=quoted,
        absent=absent,
        notes=content.notes,
        details=folded.each_temperature(content.scores),
    )
    return text


def _sources(content: Content) -> list[dict[str, Any]]:
    """Return the content of each source's row: sentences, snapshots, curves."""
    rows = []
    reference = content.fidelity.get(content.reference)
    # Further training seeds have no verdict, but may have caveats.
    for source in dict.fromkeys([*content.verdicts, *content.caveats]):
        sentences = content.verdicts.get(source, ())
        data = content.fidelity.get(source)
        band = None if source == content.reference else reference
        rows.append(
            {
                "name": source,
                "sentences": [one for one in sentences if not one.startswith(NOT_COMPARED)],
                "lacking": [one for one in sentences if one.startswith(NOT_COMPARED)],
                "caveats": content.caveats.get(source, Caveats()),
                "snapshots": _snapshots(content.samples, source),
                "curves": [] if data is None else curves(data, content.exact, band),
            }
        )
    return rows


def _snapshots(samples: explorer.Samples, source: str) -> list[tuple[str, str]]:
    there = [T for name, T in samples if name == source]
    chosen = explorer.three(there) if there else []
    return [(T, explorer.picture(samples[source, T].spins[0])) for T in chosen]


def _skipped(content: Content) -> int:
    """Return the number of temperatures that the explorer leaves out to stay small."""
    shown = {T for _, T in content.samples}
    return len({*folded.single(content.scores)["temperature"]} - shown) if shown else 0


def _decided(orderings: pd.DataFrame) -> list[tuple[str, str]]:
    """Return quantity and sentence of each decided comparison of two models."""
    return [
        (str(quantity), str(words))
        for quantity in orderings.columns
        for words in orderings[quantity]
        if DECIDED in str(words)
    ]


def _orderings(orderings: pd.DataFrame) -> Table | None:
    return None if orderings.empty else table(orderings, "Every pair of models", text=True)


def _claims(
    claims: pd.DataFrame, sources: Collection[str]
) -> tuple[list[dict[str, Any]], list[tuple[str, int]]]:
    """Return the claims about sources of the run, decided ones first, and counts of others."""
    shown, absent = [], []
    for row in claims.to_dict("records"):
        lacking = ABSENT.fullmatch(str(row["reason"]))
        if lacking and lacking[1] not in sources:
            absent.append(lacking[1])
        else:
            shown.append({str(key): value for key, value in row.items()})
    shown.sort(key=lambda claim: claim["verdict"] == UNDECIDED)
    return shown, [(name, absent.count(name)) for name in dict.fromkeys(absent)]


def _quoted(quoted: pd.DataFrame) -> tuple[Table, int]:
    """Return the paper's numbers beside those of the run, and how many have no counterpart."""
    rows = quoted.drop(columns="id")
    here = rows if "note" not in rows else rows[~rows["note"].str.endswith(NOT_HERE)]
    return table(here, "The paper's numbers and ours", text=True), len(rows) - len(here)
