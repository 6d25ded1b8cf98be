"""The paper's claims compared with the numbers of a run.

A claim is confirmed if its number is inside the allowed interval by more than two standard errors,
and refuted if it is outside by more than two. Otherwise, or if the run lacks the data, it is
undecided. If one of several temperatures decides, the two errors are Bonferroni-corrected.
A claim that compares two models needs several training seeds of both, as one network is one
sample. A claim that compares a network with exact results or Monte Carlo is judged for the network
of this run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ising_fidelity.paper.claims import AnyClaim, Better, Citation, Comparison
from ising_fidelity.paper.lookup import (
    Floats,
    LackingError,
    Numbers,
    Run,
    aligned,
    numbers,
    numbers_of_two,
    require_seeds,
)
from ising_fidelity.paper.terms import Span, Term
from ising_fidelity.scores import deviations
from ising_fidelity.scores.deviations import EXACT, with_error

BORDER = 2.0
"""Distance from the border of the interval, in standard errors, that decides a claim."""
CONFIRMED, REFUTED, UNDECIDED = "confirmed", "refuted", "undecided"
COLUMNS = (
    "id",
    "sentence",
    "place",
    "test",
    "verdict",
    "number",
    "reason",
    "temperature",
    "value",
    "error",
    "lowest",
    "highest",
    "errors_from_border",
    "note",
)


def judge(claims: Sequence[AnyClaim], run: Run) -> pd.DataFrame:
    """Return one row per claim: the test in words, the verdict, and the deciding number."""
    rows = []
    for claim in claims:
        row = claim.model_dump(include={"id", "sentence", "place", "note"})
        row |= {"test": claim.words(), "temperature": "", "number": ""}
        try:
            if isinstance(claim, Comparison):
                row |= _judge_comparison(claim, run)
            elif isinstance(claim, Better):
                row |= _judge_better(claim, run)
            else:
                row |= _judge_citation(claim)
        except LackingError as lack:
            row |= {"verdict": UNDECIDED, "reason": str(lack)}
        rows.append(row)
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS))


def _judge_comparison(claim: Comparison, run: Run) -> dict[str, Any]:
    if claim.against is None:
        ours = numbers(claim.value, run)
    else:
        ours = numbers_of_two(claim.value, claim.against, claim.by, run)
    lowest, highest = claim.limits
    inside = np.minimum(ours.values - lowest, highest - ours.values)
    if claim.test == "differs":
        inside = -inside
    margins = deviations.deviation_in_errors(inside, ours.errors, np.zeros_like(inside))
    decision = decide(margins, claim.holds == "everywhere")
    number = with_error(ours.values[decision.place], ours.errors[decision.place])
    T = ours.temperatures[decision.place]
    where = f" at T = {T}" if len(margins) > 1 else ""
    return {
        "verdict": decision.verdict,
        "number": f"{number}{where}{_span(claim, ours)}",
        "reason": decision.reason(margins),
        "temperature": T,
        "value": ours.values[decision.place],
        "error": ours.errors[decision.place],
        "lowest": lowest,
        "highest": highest,
        "errors_from_border": margins[decision.place],
    }


def _span(claim: Comparison, ours: Numbers) -> str:
    """Return the temperatures that were judged, if they do not reach both ends of the claim's."""
    ends = dict.fromkeys((ours.temperatures[0], ours.temperatures[-1]))
    judged = " to ".join(ends)
    narrower = isinstance(claim.value.at, Span) and judged != str(claim.value.at)
    return f", for T = {judged} only" if narrower else ""


@dataclass(frozen=True)
class Decision:
    """The verdict on a claim about several numbers.

    Attributes
    ----------
    verdict
        Confirmed, refuted or undecided.
    place
        Index of the deciding number: the worst if the claim is about all temperatures, the best if
        it is about some.
    needed
        Standard errors needed to decide.
    which
        The deciding number in words.
    """

    verdict: str
    place: int
    needed: float = BORDER
    which: str = ""

    def reason(self, margins: Floats, unit: str = "standard errors") -> str:
        """Return the reason in words."""
        margin = margins[self.place]
        if np.isnan(margin):
            return self.which + "its error is unknown"
        side = "in favor" if margin > 0 else "against"
        if np.isinf(margin):
            return f"{self.which}{side}, without error"
        size = f"{abs(margin):.1f} {unit} {side}"
        if self.verdict == UNDECIDED:
            size = f"only {size}, {self.needed:.1f} needed"
        return self.which + size


def decide(margins: Floats, everywhere: bool = True) -> Decision:
    """Return the verdict on a claim that all numbers, or at least one, are in their intervals.

    Where one of n numbers decides, its threshold is Bonferroni-corrected for n. A claim that is
    true at every temperature is then refuted by chance no more often than one about a single
    number. ``margins`` are distances from the border in standard errors: positive in favor of the
    claim, negative against it, NaN if unknown.
    """
    from scipy.special import ndtr, ndtri  # slow to import

    sign = 1 if everywhere else -1
    signed = sign * margins
    many = -float(ndtri(ndtr(-BORDER) / margins.size))
    which = "worst" if everywhere else "best"
    words = f"{which} of {margins.size} temperatures: " if margins.size > 1 else ""
    if np.isnan(signed).all():
        return Decision(UNDECIDED, 0)
    place = int(np.nanargmin(signed))
    verdicts = (CONFIRMED, REFUTED)[::sign]
    if signed[place] < -many:
        return Decision(verdicts[1], place, many, words)
    if np.isnan(signed).any():
        return Decision(UNDECIDED, int(np.isnan(signed).argmax()), which="at some temperature ")
    if signed[place] > BORDER:
        return Decision(verdicts[0], place, BORDER, words)
    return Decision(UNDECIDED, place, BORDER if signed[place] >= 0 else many, words)


def _judge_better(claim: Better, run: Run) -> dict[str, Any]:
    rms = [
        np.array([_rms_deviation(claim, seed, run) for seed in run.seeds(model)])
        for model in (claim.than, claim.source)
    ]
    difference, spread = deviations.difference_between_seeds(*rms)
    than, source = (f"{one.mean():.2g}" for one in rms)
    row: dict[str, Any] = {
        "number": f"{source} ({claim.source}), {than} ({claim.than})",
        "value": difference,
        "error": spread,
        "lowest": 0.0,
        "highest": np.inf,
    }
    try:
        require_seeds(run, claim.source, claim.than)
    except LackingError as lack:
        return row | {"verdict": UNDECIDED, "reason": str(lack)}
    margin = deviations.deviation_in_errors(*(np.array([one]) for one in (difference, spread, 0.0)))
    decision = decide(margin)
    reason = decision.reason(margin, "times the spread between seeds")
    return row | {"verdict": decision.verdict, "reason": reason, "errors_from_border": margin[0]}


def _rms_deviation(claim: Better, source: str, run: Run) -> float:
    term = Term(source=source, quantity=claim.quantity, at=claim.at)
    expected = EXACT if claim.reference == EXACT else run.reference
    first, second = aligned(
        *(numbers(term.model_copy(update={"source": name}), run) for name in (source, expected))
    )
    difference = first.values - second.values
    if np.isnan(difference).any():  # two models are compared at the same temperatures
        raise LackingError(f"{claim.quantity} of {source} is unknown at some temperatures")
    return deviations.summarize(difference, np.zeros(0)).rms_deviation


def _judge_citation(claim: Citation) -> dict[str, Any]:
    on_it = [one for one in claim.references if one.pure_2d_ising]
    others = [f"{one.number}: {one.title}" for one in claim.references if not one.pure_2d_ising]
    return {
        "verdict": REFUTED if others else CONFIRMED,
        "number": f"{len(on_it)} of {len(claim.references)} titles",
        "reason": f"on other models: {'; '.join(others)}" if others else "all are",
        "value": float(len(on_it)),
        "error": 0.0,
        "lowest": float(len(claim.references)),
        "highest": np.inf,
    }
