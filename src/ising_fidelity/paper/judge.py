"""The paper's claims held against the numbers of a run.

A claim is confirmed where its number is more than two standard errors inside the interval where it
must be, refuted where it is more than two outside, else undecided, and undecided where the run
lacks what it takes. A claim that compares two models needs several training seeds of both: one
network is one draw. One that compares a network with exact results or with Monte Carlo is judged
for the network of this run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity import exact, fidelity
from ising_fidelity.claims import EXACT, AnyClaim, Better, Citation, Comparison, Span, Term
from ising_fidelity.quotations import PAPER_SIZE
from ising_fidelity.temperatures import canonical

BORDER = 2.0
"""Standard errors that a number must be from the border of its interval to decide one claim."""
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


Floats = fidelity.Floats


@dataclass(frozen=True)
class Run:
    """What claims are held against.

    Attributes
    ----------
    sources
        The groups of ``fidelity.nc``.
    exact
        ``exact.nc``.
    reference
        The Monte Carlo source that others are held against.
    models
        Sources that are trained networks.
    repeats
        Model to the sources of its second and later training seeds.
    finite_size
        By source, scalars such as ``eta``.
    attribution
        By model, parts of the specific heat's excess along ``temperature``.
    """

    sources: Mapping[str, xr.Dataset]
    exact: xr.Dataset
    reference: str
    models: Sequence[str] = ()
    repeats: Mapping[str, Sequence[str]] = field(default_factory=dict)
    finite_size: Mapping[str, xr.Dataset] = field(default_factory=dict)
    attribution: Mapping[str, xr.Dataset] = field(default_factory=dict)

    def seeds(self, model: str) -> list[str]:
        """Return the sources of all training seeds of a model."""
        return [model, *self.repeats.get(model, ())]

    def group(self, table: str, source: str) -> xr.Dataset:
        """Return the data of one source; raises :class:`LackingError` without."""
        if table == "fidelity" and source == EXACT:
            return self.exact
        tables = {
            "fidelity": (self.sources, "this run has no"),
            "finite_size": (self.finite_size, "this run has no finite-size scaling of"),
            "attribution": (self.attribution, "this run has no attribution of"),
        }
        groups, words = tables[table]
        if source not in groups:
            raise LackingError(f"{words} {source}")
        return groups[source]


class LackingError(Exception):
    """The run has no answer, and why."""


@dataclass(frozen=True)
class Numbers:
    """Numbers with errors, and at which temperatures; one name without a temperature is ''."""

    temperatures: list[str]
    values: Floats
    errors: Floats


def judge(claims: Sequence[AnyClaim], run: Run) -> pd.DataFrame:
    """Return one row per claim: the test in words, the verdict, and the number that says so."""
    rows = []
    for claim in claims:
        row: dict[str, Any] = {
            "id": claim.id,
            "sentence": claim.sentence,
            "place": claim.place,
            "test": claim.words(),
            "note": claim.note,
            "temperature": "",
            "number": "",
        }
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
        numbers = _numbers(claim.value, run)
    else:
        numbers = _of_two(claim.value, claim.against, claim.by, run)
    lowest, highest = claim.limits
    inside = np.minimum(numbers.values - lowest, highest - numbers.values)
    if claim.test == "differs":
        inside = -inside
    margins = fidelity.deviation_in_errors(inside, numbers.errors, np.zeros_like(inside))
    decision = decide(margins, claim.holds == "everywhere")
    number = with_error(numbers.values[decision.place], numbers.errors[decision.place])
    T = numbers.temperatures[decision.place]
    return {
        "verdict": decision.verdict,
        "number": f"{number} at T = {T}" if len(margins) > 1 else number,
        "reason": decision.reason(margins),
        "temperature": T,
        "value": numbers.values[decision.place],
        "error": numbers.errors[decision.place],
        "lowest": lowest,
        "highest": highest,
        "errors_from_border": margins[decision.place],
    }


@dataclass(frozen=True)
class Decision:
    """The verdict on several numbers together.

    Attributes
    ----------
    verdict
        One of the three.
    place
        Of the number that decides: the worst of a claim about all, the best of one about some.
    needed
        How many standard errors it would take, or took, to decide.
    which
        That number in words.
    """

    verdict: str
    place: int
    needed: float = BORDER
    which: str = ""

    def reason(self, margins: Floats, unit: str = "standard errors") -> str:
        """Return why, in words."""
        margin = margins[self.place]
        if np.isnan(margin):
            return self.which + "its error is not known"
        side = "for" if margin > 0 else "against"
        if np.isinf(margin):
            return f"{self.which}without error, {side} it"
        size = f"{abs(margin):.1f} {unit} {side} it"
        if self.verdict == UNDECIDED:
            size = f"only {size}, {self.needed:.1f} needed"
        return self.which + size


def decide(margins: Floats, everywhere: bool = True) -> Decision:
    """Return the verdict on a claim that each of some numbers is in its interval, or that one is.

    That one of n is outside must be the surer the more are looked at (Bonferroni), so that chance
    refutes what is true everywhere as often as it refutes a single number; likewise for what is
    true nowhere.

    Parameters
    ----------
    margins
        Standard errors that each number is inside its interval, negative outside; NaN unknown.
    everywhere
        Whether all of them must be inside, or one.
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
        return Decision(UNDECIDED, int(np.isnan(signed).argmax()), which="somewhere ")
    if signed[place] > BORDER:
        return Decision(verdicts[0], place, BORDER, words)
    return Decision(UNDECIDED, place, BORDER if signed[place] >= 0 else many, words)


def _of_two(value: Term, against: Term, by: str, run: Run) -> Numbers:
    """Return differences or ratios at the temperatures of both."""
    pair = [_numbers(term, run) for term in (value, against)]
    networks = {value.source, against.source} <= set(run.models)
    if networks and value.source != against.source:
        pair = [_over_seeds(term, run) for term in (value, against)]
    first, second = _aligned(*pair) if value.at == against.at else pair
    names = first.temperatures
    if value.at != against.at:
        names = [f"{first.temperatures[0]} and {second.temperatures[0]}"]
    if by == "difference":
        values = first.values - second.values
        return Numbers(names, values, np.hypot(first.errors, second.errors))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = first.values / second.values
        errors = np.hypot(first.errors, ratio * second.errors) / np.abs(second.values)
    return Numbers(names, ratio, errors)


def _aligned(first: Numbers, second: Numbers) -> tuple[Numbers, Numbers]:
    """Return both at their common temperatures."""
    if first.temperatures == second.temperatures:
        return first, second
    common = [T for T in first.temperatures if T in second.temperatures]
    if not common:
        raise LackingError("both sides have no temperature in common")
    picked = []
    for one in (first, second):
        places = [one.temperatures.index(T) for T in common]
        picked.append(Numbers(common, one.values[places], one.errors[places]))
    return picked[0], picked[1]


def _over_seeds(term: Term, run: Run) -> Numbers:
    """Return means over a model's training seeds; as errors, the spread of single networks."""
    seeds = run.seeds(term.source)
    _require_seeds(run, term.source)
    every = [_numbers(term.model_copy(update={"source": seed}), run) for seed in seeds]
    values = np.array([one.values for one in every])
    return Numbers(every[0].temperatures, values.mean(axis=0), values.std(axis=0, ddof=1))


def _require_seeds(run: Run, *models: str) -> None:
    fewest = min(models, key=lambda model: len(run.seeds(model)))
    if len(run.seeds(fewest)) < fidelity.ENOUGH_SEEDS:
        raise LackingError(too_few_seeds(len(run.seeds(fewest))))


def too_few_seeds(count: int) -> str:
    """Return how many training seeds there are, too few of them."""
    return "one training seed" if count == 1 else f"{count} training seeds"


def _numbers(term: Term, run: Run) -> Numbers:
    data = run.group(term.table, term.source)
    if term.at is None:
        values, errors = _columns(term, term.quantity, data)
        return Numbers([""], np.atleast_1d(values), np.atleast_1d(errors))
    data = _at(data, term.at, term.source)
    names = [canonical(round(float(T), 12)) for T in data["temperature"].values]
    T = np.array([float(name) for name in names])
    if term.quantity == "correlation_length_infinite":
        lengths = np.array([exact.correlation_length_infinite(one) for one in T])
        return Numbers(names, lengths, np.zeros_like(lengths))
    if term.of is not None:
        ratio, error = fidelity.slope_ratio(T, *_columns(term, term.of, data))
        return Numbers([" ".join(names)], np.array([ratio]), np.array([error]))
    if term.quantity == "energy_spread_at_64":
        heat = zip(*_columns(term, "specific_heat", data), T, strict=True)
        pairs = np.array([fidelity.energy_spread(C, dC, one, PAPER_SIZE) for C, dC, one in heat])
        return Numbers(names, pairs[:, 0], pairs[:, 1])
    if term.quantity == "correlation_signed":
        raw, raw_error = _columns(term, "correlation_raw", data)
        m, m_error = _columns(term, "magnetization", data)
        return Numbers(names, raw - m**2, np.hypot(raw_error, 2 * m * m_error))
    return Numbers(names, *_columns(term, term.quantity, data))


def _at(data: xr.Dataset, at: list[str] | Span, source: str) -> xr.Dataset:
    """Return the data at a claim's temperatures."""
    there = data["temperature"].values
    if isinstance(at, Span):
        slack = 1e-9 * at.end
        chosen = np.flatnonzero((there >= at.start - slack) & (there <= at.end + slack))
        if not chosen.size:
            raise LackingError(f"{source} has no T of {at}")
        return data.isel(temperature=chosen)
    near = np.isclose(there[:, None], [float(T) for T in at], rtol=1e-9)
    missing = [T for T, found in zip(at, near.any(axis=0), strict=True) if not found]
    if missing:
        raise LackingError(f"{source} has no T = {', '.join(missing)}")
    return data.isel(temperature=near.argmax(axis=0))


def _columns(term: Term, name: str, data: xr.Dataset) -> tuple[Floats, Floats]:
    """Return a variable and its error; exact numbers have none, and 0 stands for it."""
    if name not in data:
        raise LackingError(f"{name} of {term.source} was not measured")
    picked = {"correlation_kind": term.kind, "distance": term.distance}
    columns: list[Floats] = []
    for key in (name, f"{name}_error"):
        if key not in data:
            columns.append(np.zeros_like(columns[0]))
            continue
        column = data[key]
        for dimension, wanted in picked.items():
            if dimension in column.dims and wanted in column[dimension].values:
                column = column.sel({dimension: wanted})
        if set(column.dims) - {"temperature"}:
            raise LackingError(
                f"{name} of {term.source} has no kind {term.kind}, r = {term.distance}"
            )
        columns.append(column.values.astype(float))
    if not np.isfinite(columns[0]).any():
        raise LackingError(f"{name} of {term.source} is not known")
    return columns[0], columns[1]


def _judge_better(claim: Better, run: Run) -> dict[str, Any]:
    deviations = [
        np.array([_rms_deviation(claim, seed, run) for seed in run.seeds(model)])
        for model in (claim.than, claim.source)
    ]
    difference, spread = fidelity.difference_between_seeds(*deviations)
    than, source = (f"{one.mean():.2g}" for one in deviations)
    row: dict[str, Any] = {
        "number": f"{source} ({claim.source}), {than} ({claim.than})",
        "value": difference,
        "error": spread,
        "lowest": 0.0,
        "highest": np.inf,
    }
    try:
        _require_seeds(run, claim.source, claim.than)
    except LackingError as lack:
        return row | {"verdict": UNDECIDED, "reason": str(lack)}
    margin = fidelity.deviation_in_errors(*(np.array([one]) for one in (difference, spread, 0.0)))
    decision = decide(margin)
    reason = decision.reason(margin, "times the spread between seeds")
    return row | {"verdict": decision.verdict, "reason": reason, "errors_from_border": margin[0]}


def _rms_deviation(claim: Better, source: str, run: Run) -> float:
    term = Term(source=source, quantity=claim.quantity, at=claim.at)
    expected = EXACT if claim.reference == EXACT else run.reference
    first, second = _aligned(
        *(_numbers(term.model_copy(update={"source": name}), run) for name in (source, expected))
    )
    return fidelity.summarize(first.values - second.values, np.zeros(0)).rms_deviation


def _judge_citation(claim: Citation) -> dict[str, Any]:
    on_it = [one for one in claim.references if one.pure_2d_ising]
    others = [f"{one.number}: {one.title}" for one in claim.references if not one.pure_2d_ising]
    return {
        "verdict": REFUTED if others else CONFIRMED,
        "number": f"{len(on_it)} of {len(claim.references)} titles",
        "reason": "not on it: " + "; ".join(others) if others else "all of them are",
        "value": float(len(on_it)),
        "error": 0.0,
        "lowest": float(len(claim.references)),
        "highest": np.inf,
    }


def with_error(value: float, error: float) -> str:
    """Return a number with the digits that its error, of two digits, leaves."""
    if not (np.isfinite(value) and np.isfinite(error) and error > 0):
        return f"{value:.4g}"
    decimals = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{decimals}f} ± {error:.{decimals}f}"
