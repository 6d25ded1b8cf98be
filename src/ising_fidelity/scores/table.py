"""One row per source, temperature and quantity: the deviation from exact and reference values."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity.io.temperatures import name_of
from ising_fidelity.io.variables import ERROR_SUFFIX
from ising_fidelity.scores import deviations
from ising_fidelity.scores.deviations import EXACT

SUMS = ("all", "training")
"""Values of the temperature column in summary rows."""

COLUMNS = (
    "source",
    "temperature",
    "quantity",
    "reference",
    "value",
    "error",
    "expected",
    "expected_error",
    "deviation",
    "deviation_in_errors",
    "within_2_errors",
    "within_3_errors",
    "not_compared",
    "p_value",
    "p_adjusted",
    "between_seed_spread",
    "in_training_temperatures",
)

ROW = ["quantity", "reference"]

ONLY_TRAINED = ("nearest_training_symmetric",)
"""Distances that exist only at temperatures with training frames."""

BESIDE_REFERENCE = (*deviations.AGAINST_REFERENCE, *deviations.MORE_AGAINST_REFERENCE)
"""All quantities that are compared with the reference."""


def scores_of(
    sources: Mapping[str, xr.Dataset],
    exact: xr.Dataset,
    reference: str,
    models: Mapping[str, Sequence[str]],
    repeats: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Return the scores of all sources, with the columns :data:`COLUMNS`.

    A source has a row for each quantity and temperature; the reference is not compared with
    itself. A row that could not be compared, because a value or an error is unknown, has no
    deviation in errors and ``not_compared`` = 1. Summary rows have one of :data:`SUMS` as their
    temperature, for all temperatures or those that the model was trained on. They contain root
    mean squares, shares, the number of rows not compared, and the combined p-value (Simes).

    A distance is scored if ``<name>_z`` and ``<name>_p_value`` give its excess over the noise
    floor; they are its deviation in errors and its p-value. ``p_adjusted`` is the p-value adjusted
    for the number of temperatures of one source and quantity (Benjamini and Hochberg).
    ``between_seed_spread`` is the standard deviation over the training seeds of a model: of the
    value or, in summary rows, of the deviation.

    Parameters
    ----------
    sources
        Observables and distances along ``temperature``, as ``merge`` writes them.
    exact
        Exact results along ``temperature``, as ``solve`` writes them.
    reference
        The source to compare the others with.
    models
        Model to its canonical training temperatures.
    repeats
        Model to the sources of its second and later training seeds.
    """
    scores = pd.concat(
        [
            _score_source(name, data, exact, reference, sources[reference], models.get(name, ()))
            for name, data in sources.items()
        ],
        ignore_index=True,
    )
    model_of = {one: model for model, others in repeats.items() for one in (model, *others)}
    alike = [scores["source"].map(model_of), *(scores[key] for key in ("temperature", *ROW))]
    about = scores["value"].fillna(scores["deviation"])
    scores["between_seed_spread"] = about.groupby(alike).transform("std")
    return scores


def quantities_of(all_of_them: bool) -> tuple[str, ...]:
    """Return the quantities compared with exact results and, if all, with the reference."""
    more = BESIDE_REFERENCE if all_of_them else ()
    return (*deviations.AGAINST_EXACT, *more)


def _score_source(
    source: str,
    data: xr.Dataset,
    exact: xr.Dataset,
    reference: str,
    expected: xr.Dataset,
    training: Sequence[str],
) -> pd.DataFrame:
    """Return a source's rows: first single temperatures, then summary rows."""
    against = [(EXACT, exact, name) for name in deviations.AGAINST_EXACT]
    reweighted = [name for name in deviations.REWEIGHTED_AGAINST_EXACT if name in data]
    against += [(EXACT, exact, name) for name in reweighted]
    names: tuple[str, ...] = ()
    if source != reference:
        against += [(reference, expected, name) for name in BESIDE_REFERENCE]
        names = _distances(data)
    parts = [
        _deviations(data, other, name).assign(reference=label) for label, other, name in against
    ]
    if min(one.sizes["temperature"] for one in (data, exact)) >= 3:
        slopes = deviations.with_energy_slopes(data, exact)
        inside, solved = (one.isel(temperature=slice(1, -1)) for one in slopes)
        parts.append(_deviations(inside, solved, deviations.SLOPE).assign(reference=EXACT))
    parts += [_above_floor(data, name).assign(reference=reference) for name in names]
    rows = pd.concat(parts, ignore_index=True).sort_values("temperature", kind="stable")
    rows["not_compared"] = rows[["deviation_in_errors", "p_value"]].isna().all(axis=1).astype(int)
    rows["p_adjusted"] = rows.groupby(ROW)["p_value"].transform(
        lambda column: deviations.adjusted(column.to_numpy())
    )
    rows["source"], rows["temperature"] = source, rows["temperature"].map(name_of)
    rows["in_training_temperatures"] = trained = rows["temperature"].isin(set(training))
    sums = []
    for label, chosen in zip(SUMS, (rows, rows[trained]), strict=True):
        if chosen.empty:
            continue
        for (quantity, other), group in chosen.groupby(ROW, sort=False):
            sums.append(_sum_up(group, source, label, str(quantity), str(other)))
        # Deviations of different quantities have no common unit. Distances have one sign, and
        # reweighting corrects the errors of frames: both would distort shares over all quantities.
        others = [*names, *reweighted]
        everything = chosen[~chosen["quantity"].isin(others)].assign(
            deviation=np.nan, p_value=np.nan
        )
        sums.append(_sum_up(everything, source, label, "all", "all"))
    every = pd.concat([rows, pd.DataFrame(sums)], ignore_index=True)
    return every.reindex(columns=list(COLUMNS))


def _deviations(data: xr.Dataset, other: xr.Dataset, name: str) -> pd.DataFrame:
    """Return one quantity of a source compared with one reference, at the source's temperatures."""
    data, other = deviations.at_temperatures_of(data, other)
    value, error = deviations.value_and_error(data, name)
    exact_name = deviations.REWEIGHTED_AGAINST_EXACT.get(name, name)
    expected, expected_error = deviations.value_and_error(other, exact_name)
    deviation = value - expected
    in_errors = deviations.deviation_in_errors(deviation, error, expected_error)
    return pd.DataFrame(
        {
            "temperature": data["temperature"].values,
            "quantity": name,
            "value": value,
            "error": error,
            "expected": expected,
            "expected_error": expected_error,
            "deviation": deviation,
            "deviation_in_errors": in_errors,
            **_within(in_errors),
            "p_value": deviations.p_values(in_errors),
        }
    )


def _within(in_errors: deviations.Floats) -> dict[str, deviations.Floats]:
    return {
        f"within_{errors}_errors": np.where(
            np.isnan(in_errors), np.nan, np.abs(in_errors) <= errors
        )
        for errors in (2, 3)
    }


def _distances(data: xr.Dataset) -> tuple[str, ...]:
    """Return the names of variables that have a z and a p-value, in their order."""
    names = (str(name) for name in data.data_vars)
    return tuple(name for name in names if f"{name}_z" in data and f"{name}_p_value" in data)


def _above_floor(data: xr.Dataset, name: str) -> pd.DataFrame:
    """Return one distance to the reference and its excess over the noise floor."""

    def values(suffix: str) -> deviations.Floats:
        unknown = np.full(data.sizes["temperature"], np.nan)
        return data[name + suffix].values.astype(float) if name + suffix in data else unknown

    rows = pd.DataFrame(
        {
            "temperature": data["temperature"].values,
            "quantity": name,
            "value": values(""),
            "error": values(ERROR_SUFFIX),
            "expected": values("_floor"),
            "deviation": values("") - values("_floor"),
            "deviation_in_errors": values("_z"),
            **_within(values("_z")),
            "p_value": values("_p_value"),
        }
    )
    return rows[np.isfinite(data[name].values)] if name in ONLY_TRAINED else rows


def _sum_up(
    rows: pd.DataFrame, source: str, temperature: str, quantity: str, reference: str
) -> dict[str, Any]:
    summary = deviations.summarize(
        rows["deviation"].to_numpy(), rows["deviation_in_errors"].to_numpy()
    )
    return {
        "source": source,
        "temperature": temperature,
        "quantity": quantity,
        "reference": reference,
        "deviation": summary.rms_deviation,
        "deviation_in_errors": summary.rms_deviation_in_errors,
        "within_2_errors": summary.within_2_errors,
        "within_3_errors": summary.within_3_errors,
        "not_compared": int(rows["not_compared"].sum()),
        "p_value": deviations.together(rows["p_value"].to_numpy()),
    }
