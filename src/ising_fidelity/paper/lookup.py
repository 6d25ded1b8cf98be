"""Look up a run's numbers for the terms of the paper's claims and quoted numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from ising_fidelity.exact import infinite
from ising_fidelity.io.temperatures import as_written, name_of
from ising_fidelity.io.variables import ERROR_SUFFIX
from ising_fidelity.paper.terms import PAPER_SIZE, Span, Term
from ising_fidelity.scores import deviations
from ising_fidelity.scores.deviations import EXACT

Floats = deviations.Floats
Column = tuple[Floats, Floats]
"""A variable and its errors."""


@dataclass(frozen=True)
class Run:
    """The data of a run that claims and quoted numbers are compared with.

    Attributes
    ----------
    sources
        The groups of ``fidelity.nc``.
    exact
        ``exact.nc``.
    reference
        The Monte Carlo source that others are compared with.
    models
        Sources that are trained networks.
    repeats
        Model to the sources of its second and later training seeds.
    finite_size
        Scalars such as ``eta`` by source.
    attribution
        Parts of the excess specific heat along ``temperature`` by model.
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
        """Return the data of one source; raises :class:`LackingError` if there is none."""
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
    """The run lacks the data; the message gives the reason."""


class UnmeasuredError(LackingError):
    """A source lacks a variable."""

    def __init__(self, variable: str, source: str) -> None:
        super().__init__(f"{variable} of {source} was not measured")
        self.variable = variable


@dataclass(frozen=True)
class Numbers:
    """Numbers with errors and names of their temperatures; [''] if there is no temperature."""

    temperatures: list[str]
    values: Floats
    errors: Floats


def numbers_of_two(value: Term, against: Term, by: str, run: Run) -> Numbers:
    """Return differences or ratios at the temperatures of both."""
    pair = [numbers(term, run) for term in (value, against)]
    networks = {value.source, against.source} <= set(run.models)
    if networks and value.source != against.source:
        pair = [_over_seeds(term, run) for term in (value, against)]
    first, second = aligned(*pair) if value.at == against.at else pair
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


def aligned(first: Numbers, second: Numbers) -> tuple[Numbers, Numbers]:
    """Return both at their common temperatures."""
    if first.temperatures == second.temperatures:
        return first, second
    common = [T for T in first.temperatures if T in second.temperatures]
    if not common:
        raise LackingError("the two sides have no common temperature")
    picked = []
    for one in (first, second):
        places = [one.temperatures.index(T) for T in common]
        picked.append(Numbers(common, one.values[places], one.errors[places]))
    return picked[0], picked[1]


def _over_seeds(term: Term, run: Run) -> Numbers:
    """Return means over training seeds, with the spread between networks as their errors."""
    seeds = run.seeds(term.source)
    require_seeds(run, term.source)
    every = [numbers(term.model_copy(update={"source": seed}), run) for seed in seeds]
    values = np.array([one.values for one in every])
    return Numbers(every[0].temperatures, values.mean(axis=0), values.std(axis=0, ddof=1))


def require_seeds(run: Run, *models: str) -> None:
    """Raise :class:`LackingError` unless every model has enough training seeds."""
    fewest = min(models, key=lambda model: len(run.seeds(model)))
    if len(run.seeds(fewest)) < deviations.ENOUGH_SEEDS:
        raise LackingError(deviations.too_few_seeds(len(run.seeds(fewest))))


def numbers(term: Term, run: Run, known: bool = True) -> Numbers:
    """Return the numbers that a term stands for.

    Raises :class:`LackingError` if the run lacks the source, a temperature or a variable or, with
    ``known``, if the variable has no finite value.
    """
    data = run.group(term.table, term.source)
    if term.at is not None:
        data = _at(data, term.at, term.source)
    columns = [_column(term, name, data, known) for name in term.variables]
    if term.table == "finite_size":
        values, errors = columns[0]
        return Numbers([""], np.atleast_1d(values), np.atleast_1d(errors))
    names = [name_of(T) for T in data["temperature"].values]
    if term.quantity in FORMULAS:
        return FORMULAS[term.quantity](names, np.array([float(name) for name in names]), *columns)
    return Numbers(names, *columns[0])


def _at(data: xr.Dataset, at: list[str] | Span, source: str) -> xr.Dataset:
    """Return the data at a term's temperatures."""
    there = data["temperature"].values
    if isinstance(at, Span):
        first, last = as_written(at.start), as_written(at.end)
        chosen = [place for place, T in enumerate(there) if first <= as_written(T) <= last]
        if not chosen:
            raise LackingError(f"{source} has no T from {at}")
        return data.isel(temperature=chosen)
    places = {name_of(T): place for place, T in enumerate(there)}
    missing = [T for T in at if T not in places]
    if missing:
        raise LackingError(f"{source} has no T = {', '.join(missing)}")
    return data.isel(temperature=[places[T] for T in at])


def _column(term: Term, name: str, data: xr.Dataset, known: bool) -> Column:
    """Return a variable and its error, which is 0 for exact numbers."""
    if name not in data:
        raise UnmeasuredError(name, term.source)
    picked = {"correlation_kind": term.kind, "distance": term.distance}
    columns: list[Floats] = []
    for key in (name, f"{name}{ERROR_SUFFIX}"):
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
    if known and not np.isfinite(columns[0]).any():
        raise LackingError(f"{name} of {term.source} is unknown")
    return columns[0], columns[1]


def _slope_ratio(names: list[str], T: Floats, of: Column) -> Numbers:
    ratio, error = deviations.slope_ratio(T, *of)
    return Numbers([" ".join(names)], np.array([ratio]), np.array([error]))


def _peak_temperature(names: list[str], T: Floats, of: Column) -> Numbers:
    """Return the temperature of the maximum; as a grid point it has no error."""
    values, _ = of
    peak = np.nan if np.isnan(values).any() else T[values.argmax()]
    return Numbers([""], np.array([peak]), np.array([np.nan]))


def _energy_spread(names: list[str], T: Floats, heat: Column, size: Column) -> Numbers:
    rows = zip(*heat, T, size[0], strict=True)
    pairs = np.array([deviations.energy_spread(*row) for row in rows])
    return Numbers(names, pairs[:, 0], pairs[:, 1])


def _energy_spread_at_64(names: list[str], T: Floats, heat: Column) -> Numbers:
    size = np.full_like(T, PAPER_SIZE)
    return _energy_spread(names, T, heat, (size, np.zeros_like(size)))


def _correlation_signed(names: list[str], T: Floats, raw: Column, m: Column) -> Numbers:
    return Numbers(names, raw[0] - m[0] ** 2, np.hypot(raw[1], 2 * m[0] * m[1]))


def _correlation_length_infinite(names: list[str], T: Floats) -> Numbers:
    lengths = np.array([infinite.correlation_length_infinite(one) for one in T])
    return Numbers(names, lengths, np.zeros_like(lengths))


FORMULAS: Mapping[str, Callable[..., Numbers]] = {
    "slope_ratio": _slope_ratio,
    "peak_temperature": _peak_temperature,
    "energy_spread": _energy_spread,
    "energy_spread_at_64": _energy_spread_at_64,
    "correlation_signed": _correlation_signed,
    "correlation_length_infinite": _correlation_length_infinite,
}
"""Derived quantities: functions of temperatures (names and values) and a term's variables."""
