"""The page of a run: the verdict first, then each source, an explorer, claims, all numbers."""

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
    "Indistinguishable means that the p-value, adjusted for the number of temperatures (Benjamini "
    f"and Hochberg), is at least {deviations.SIGNIFICANT:g}: with the frames of this run, not with "
    "any number of them."
)
NOT_COMPARED = "Not compared:"
"""How a sentence of the verdict begins that must not be folded."""
ABSENT = re.compile(r"this run has no (?:[\w -]+ of )?(\S+)")
"""The reason of a claim about a source that the run may lack altogether, see :class:`.Run`."""
NOT_HERE = "not in this run"
"""How the note ends beside a number of the paper that the run has no counterpart of."""


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
    fidelity, exact
        Observables of each source, and exact results, along ``temperature``.
    samples
        Frames for pictures; of many temperatures some.
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
    """Return a page that needs nothing from outside."""
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
    """Return what the row of each source shows: words, snapshots, curves."""
    rows = []
    reference = content.fidelity.get(content.reference)
    # Further training seeds have no verdict of their own, and may have caveats.
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
    """Return how many temperatures of the run the explorer has no room for."""
    shown = {T for _, T in content.samples}
    return len({*folded.single(content.scores)["temperature"]} - shown) if shown else 0


def _decided(orderings: pd.DataFrame) -> list[tuple[str, str]]:
    """Return each quantity in which one of two models is better, and which."""
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
    """Return the claims about sources of the run, decided ones first, and how many of others."""
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
    """Return the paper's numbers beside those of the run, and how many it has none for."""
    rows = quoted.drop(columns="id")
    here = rows if "note" not in rows else rows[~rows["note"].str.endswith(NOT_HERE)]
    return table(here, "The paper's numbers and ours", text=True), len(rows) - len(here)
