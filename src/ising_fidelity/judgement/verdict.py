"""Whether a sampler is distinguishable from equilibrium, and by which tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity.comparison.noise_floor import FLOOR_DRAWS
from ising_fidelity.judgement.evidence import TESTS
from ising_fidelity.judgement.quantities import MAIN
from ising_fidelity.scores.caveats import Caveats
from ising_fidelity.scores.deviations import (
    SIGNIFICANT,
    Floats,
    p_values,
    together,
    with_error,
)
from ising_fidelity.scores.summary import SYMBOLS
from ising_fidelity.scores.table import SUMS

LEVEL = 0.01
"""Probability that a perfect sampler is called distinguishable."""
INDISTINGUISHABLE, DISTINGUISHABLE, UNDECIDED = VERDICTS = (
    "indistinguishable",
    "distinguishable",
    "undecided",
)
FEW = 100
"""Effective sample size at a temperature, below which agreement is inconclusive."""
DISTANCES = (
    "energy_ks",
    "magnetization_ks",
    "energy_magnetization_histogram",
    "vendi_ratio",
    "classifier_auc",
    "nearest_training_symmetric",
)
"""Distances from the reference."""
SPOKEN = {
    **SYMBOLS,
    "energy_magnetization_histogram": "joint distribution of u and m",
    "energy_ks": "distribution of u",
    "magnetization_ks": "distribution of m",
    "vendi_ratio": "diversity",
    "classifier_auc": "classifier",
    "nearest_training_symmetric": "distance from training frames",
}
"""Names of tests in sentences."""
ORDER = "unordered_share"
"""The test of order."""
BY_P_VALUE = {"positive_share_p_value": "signs", "independence_p_value": "independence"}
"""Tests that have a p-value only, and their names in sentences."""
SENSITIVE = {"effective_temperature": "T", "specific_heat": "C", "abs_magnetization": "|m|"}
"""Quantities whose smallest detectable deviation is reported."""
RESOLVED = 1 / (1 + FLOOR_DRAWS)
"""The smallest p-value that the samples of a noise floor can give."""
LEAST = 1e-99
"""Smaller p-values are shown as below this."""
ERRORS = 3
"""Standard errors from which on a deviation is called detectable."""


@dataclass(frozen=True)
class Verdict:
    """The verdict on one sampler.

    Attributes
    ----------
    word
        One of :data:`VERDICTS`.
    p_value
        Probability that a perfect sampler deviates as much, over all tests and temperatures.
    tests
        The p-value of each test, over all temperatures.
    sentences
        The verdict in words, without causes.
    test_level
        p-value of one test below which frames are distinguishable.
    """

    word: str
    p_value: float
    tests: Mapping[str, float]
    sentences: Sequence[str]
    test_level: float


def verdict_on(
    rows: pd.DataFrame, data: xr.Dataset, caveats: Caveats, lacking: Sequence[str]
) -> Verdict:
    """Return the verdict on one sampler.

    Simes' method combines the p-values of a test at all temperatures, which are independent.
    Bonferroni's combines the tests, which are not.

    Parameters
    ----------
    rows
        The sampler's rows of the table of scores.
    data
        Its observables, distances and tests along ``temperature``.
    caveats
        Warnings about its error bars.
    lacking
        Missing comparisons, in sentences.
    """
    tests = tests_of(rows, data)
    known = {name: p for name, p in tests.items() if not np.isnan(p)}
    p_value = min(1.0, len(known) * min(known.values())) if known else np.nan
    fewest = _fewest(data)
    word = INDISTINGUISHABLE
    if p_value < LEVEL:
        word = DISTINGUISHABLE
    elif not known or lacking or caveats.wrong or fewest < FEW:
        word = UNDECIDED
    sentences = [_summary(word, p_value, len(known), data.sizes["temperature"])]
    wrong = [name for name, p in known.items() if p * len(known) < LEVEL]
    if wrong:
        right = [name for name, p in known.items() if p > SIGNIFICANT]
        unclear = [name for name in known if name not in {*wrong, *right}]
        sentences.append(f"Wrong: {_listed(wrong)}.")
        sentences += [f"Unclear: {_listed(unclear)}."] if unclear else []
        sentences += [f"No deviation found: {_listed(right)}."] if right else []
    if word == UNDECIDED and fewest < FEW:
        sentences.append(
            f"{fewest:.0f} independent frames at a temperature are too few; at least {FEW} are "
            "needed."
        )
    if word != DISTINGUISHABLE:
        sentences += _sensitivity(data)
    untested = [name for name, p in tests.items() if np.isnan(p)]
    if untested:
        sentences.append(f"Not compared: {_listed(untested)}.")
    return Verdict(word, p_value, tests, [*sentences, *lacking], LEVEL / max(1, len(known)))


def tests_of(rows: pd.DataFrame, data: xr.Dataset) -> dict[str, float]:
    """Return the p-value of every test over all temperatures."""
    found = {_spoken(name): together(p_values(data[f"{name}_in_errors"].values)) for name in MAIN}
    single = rows[~rows["temperature"].isin(SUMS)]
    for name in DISTANCES:
        of_this = single[single["quantity"] == name]
        if len(of_this):
            found[_spoken(name)] = together(_of_floor(of_this))
    for name in TESTS:
        if f"{name}_p_value" in data and not _does_not_apply(name, data):
            found[_spoken(name)] = together(data[f"{name}_p_value"].values)
    for name, words in BY_P_VALUE.items():
        if name in data:
            found[words] = together(data[name].values)
    return found


def _does_not_apply(name: str, data: xr.Dataset) -> bool:
    """Whether this is the test of order, and equilibrium is disordered at all temperatures."""
    return name == ORDER and bool(data[name].isnull().all())


def _of_floor(rows: pd.DataFrame) -> Floats:
    """Return p-values, from z where the value exceeds all samples of the noise floor.

    A log-concave density has a probability below exp(1 - z) beyond z standard deviations
    (L. Lovasz and S. Vempala, Random Struct. Algorithms 30, 307, 2007).
    """
    p, z = rows["p_value"].to_numpy(), np.abs(rows["deviation_in_errors"].to_numpy(float))
    beyond = (p <= 1.001 * RESOLVED) & np.isfinite(z)
    return np.where(beyond, np.fmin(p, np.exp(1 - np.where(beyond, z, 0.0))), p)


def _spoken(name: str) -> str:
    return SPOKEN.get(name, name.replace("_", " "))


def _fewest(data: xr.Dataset) -> float:
    """Return the smallest effective sample size at any temperature."""
    names = ("energy_effective_sample_size", "abs_magnetization_effective_sample_size")
    return float(np.nanmin([np.nanmin(data[name].values) for name in names if name in data]))


def _summary(word: str, p_value: float, tests: int, temperatures: int) -> str:
    where = f"over all {tests} tests at {temperatures} temperature{'s' * (temperatures > 1)}"
    if word == DISTINGUISHABLE:
        chance = f"p = {p_value:.1g}" if p_value > LEAST else f"p < {LEAST:g}"
        return f"Not in equilibrium: {chance} {where}."
    if word == INDISTINGUISHABLE:
        return f"No deviation from equilibrium found: p = {p_value:.2g} {where}."
    if np.isnan(p_value):
        return "Nothing could be compared."
    return (
        f"Undecided: no deviation found (p = {p_value:.2g} {where}), but a deviation could have "
        "been missed."
    )


def _sensitivity(data: xr.Dataset) -> list[str]:
    """Return the smallest detectable deviations, as medians over temperatures."""
    shown = []
    for name, symbol in SENSITIVE.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.abs(ERRORS * data[f"{name}_error"].values / data[name].values)
        known = relative[np.isfinite(relative)]
        if known.size:
            shown.append(f"{100 * float(np.median(known)):.2g} % in {symbol}")
    return [f"Smallest detectable deviations: {', '.join(shown)}."] if shown else []


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def worst_of(rows: pd.DataFrame) -> "pd.Series[float] | None":
    """Return the row with the largest z among the main quantities; None if there is none."""
    single = rows[~rows["temperature"].isin(SUMS)]
    main = single[single["quantity"].isin(MAIN)]
    known = main[main["deviation_in_errors"].notna()]
    if known.empty:
        return None
    return known.iloc[int(known["deviation_in_errors"].abs().to_numpy().argmax())]


def value_in_words(row: "pd.Series[float]") -> str:
    """Return a value with its error, and the expected value with its error."""
    found = with_error(row["value"], row["error"])
    return f"{found}, expected {with_error(row['expected'], row['expected_error'])}"
