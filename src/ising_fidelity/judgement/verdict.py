"""Whether a sampler can be told from equilibrium, by all tests together, and in which of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity.comparison.noise_floor import FLOOR_DRAWS
from ising_fidelity.judgement.evidence import TESTS
from ising_fidelity.scores.caveats import Caveats
from ising_fidelity.scores.deviations import (
    EXACT,
    SIGNIFICANT,
    Floats,
    p_values,
    together,
    with_error,
)
from ising_fidelity.scores.summary import SYMBOLS
from ising_fidelity.scores.table import SUMS

LEVEL = 0.01
"""How often a perfect sampler is called distinguishable."""
INDISTINGUISHABLE, DISTINGUISHABLE, UNDECIDED = VERDICTS = (
    "indistinguishable",
    "distinguishable",
    "undecided",
)
FEW = 100
"""Frames at a temperature, effective ones of a chain, of fewer of which agreement says little."""
AGAINST_EXACT = ("energy", "specific_heat")
AGAINST_REFERENCE = (
    "abs_magnetization",
    "susceptibility",
    "energy_ks",
    "magnetization_ks",
    "energy_magnetization_histogram",
    "vendi_ratio",
    "classifier_auc",
    "nearest_training_symmetric",
)
FLUCTUATIONS = ("specific_heat", "susceptibility")
"""Variances, whose logarithms are nearer to normal numbers than they are themselves."""
MAIN = ("energy", "abs_magnetization", "specific_heat", "susceptibility")
"""What is shown first."""
SPOKEN = {
    **SYMBOLS,
    "energy_magnetization_histogram": "joint distribution of u and m",
    "energy_ks": "distribution of u",
    "magnetization_ks": "distribution of m",
    "vendi_ratio": "diversity",
    "classifier_auc": "classifier",
    "nearest_training_symmetric": "distance from training frames",
}
"""What tests are called in sentences."""
ORDER = "unordered_share"
"""The test of order."""
BY_P_VALUE = {"positive_share_p_value": "signs", "independence_p_value": "independence"}
"""Tests that are a p-value alone, and what they test."""
SENSITIVE = {"effective_temperature": "T", "specific_heat": "C", "abs_magnetization": "|m|"}
"""Of which it is said how large a deviation would have shown."""
RESOLVED = 1 / (1 + FLOOR_DRAWS)
"""The smallest p-value that draws of a noise floor show."""
LEAST = 1e-99
"""Smaller p-values are not told apart."""
ERRORS = 3
"""From which on a deviation shows."""


@dataclass(frozen=True)
class Verdict:
    """What is said of one sampler.

    Attributes
    ----------
    word
        One of :data:`VERDICTS`.
    p_value
        The chance that a perfect sampler looks as bad, over all tests and temperatures.
    tests
        The p-value of each test, over all temperatures.
    sentences
        In words, without causes.
    test_level
        P-value of one test below which frames are called distinguishable.
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

    Temperatures are independent, so each test's p-values are put together by Simes' method, and
    those of the tests, which are not, by Bonferroni's.

    Parameters
    ----------
    rows
        Its rows of the table of scores.
    data
        All that is known of it along ``temperature``.
    caveats
        What is wrong with its numbers, or could not be told.
    lacking
        What could not be compared, in sentences.
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
        sentences += [f"Not clear: {_listed(unclear)}."] if unclear else []
        sentences += [f"Right, as far as this shows: {_listed(right)}."] if right else []
    if word == UNDECIDED and fewest < FEW:
        sentences.append(
            f"{fewest:.0f} independent frames at a temperature are too few: {FEW} are needed."
        )
    if word != DISTINGUISHABLE:
        sentences += _sensitivity(data)
    untested = [name for name, p in tests.items() if np.isnan(p)]
    if untested:
        sentences.append(f"Not compared: {_listed(untested)}.")
    return Verdict(word, p_value, tests, [*sentences, *lacking], LEVEL / max(1, len(known)))


def tests_of(rows: pd.DataFrame, data: xr.Dataset) -> dict[str, float]:
    """Return the p-value of every test, over all temperatures."""
    single = rows[~rows["temperature"].isin(SUMS)]
    exact = single["reference"] == EXACT
    found = {}
    for chosen, names in ((single[exact], AGAINST_EXACT), (single[~exact], AGAINST_REFERENCE)):
        for name in names:
            of_this = chosen[chosen["quantity"] == name]
            if len(of_this):
                ratio = name in FLUCTUATIONS
                found[_spoken(name)] = together(
                    _of_ratios(of_this) if ratio else _of_floor(of_this)
                )
    for name in TESTS:
        if f"{name}_p_value" in data and not _does_not_apply(name, data):
            found[_spoken(name)] = together(data[f"{name}_p_value"].values)
    for name, words in BY_P_VALUE.items():
        if name in data:
            found[words] = together(data[name].values)
    return found


def _does_not_apply(name: str, data: xr.Dataset) -> bool:
    """Whether a test is one of order, and equilibrium is not ordered at any temperature."""
    return name == ORDER and bool(data[name].isnull().all())


def _of_ratios(rows: pd.DataFrame) -> Floats:
    """Return p-values of logarithms of ratios to what is expected."""
    columns = rows[["value", "error", "expected", "expected_error"]].to_numpy(float).T
    value, error, expected, expected_error = columns
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.hypot(error / value, expected_error / expected)
        z = np.log(value / expected) / relative
    # Frames that are all the same have neither fluctuations nor errors of them.
    return np.where(np.isnan(z), rows["p_value"].to_numpy(), p_values(z))


def _of_floor(rows: pd.DataFrame) -> Floats:
    """Return p-values, smaller than draws of a noise floor show where z is beyond them all.

    A density whose logarithm is concave has less than exp(1 - z) beyond z standard deviations
    (L. Lovasz and S. Vempala, Random Struct. Algorithms 30, 307, 2007).
    """
    p, z = rows["p_value"].to_numpy(), np.abs(rows["deviation_in_errors"].to_numpy(float))
    beyond = (p <= 1.001 * RESOLVED) & np.isfinite(z)
    return np.where(beyond, np.fmin(p, np.exp(1 - np.where(beyond, z, 0.0))), p)


def _spoken(name: str) -> str:
    return SPOKEN.get(name, name.replace("_", " "))


def _fewest(data: xr.Dataset) -> float:
    """Return the least number of effective frames at any temperature."""
    names = ("energy_effective_sample_size", "abs_magnetization_effective_sample_size")
    return float(np.nanmin([np.nanmin(data[name].values) for name in names if name in data]))


def _summary(word: str, p_value: float, tests: int, temperatures: int) -> str:
    where = f"over all {tests} tests at {temperatures} temperature{'s' * (temperatures > 1)}"
    if word == DISTINGUISHABLE:
        chance = f"p = {p_value:.1g}" if p_value > LEAST else f"p < {LEAST:g}"
        return f"Not in equilibrium: a perfect sampler looks as bad with {chance}, {where}."
    if word == INDISTINGUISHABLE:
        return f"Nothing tells these frames from equilibrium (p = {p_value:.2g}, {where})."
    if np.isnan(p_value):
        return "Nothing could be compared."
    return f"It cannot be decided: nothing is wrong (p = {p_value:.2g}, {where}), but little shows."


def _sensitivity(data: xr.Dataset) -> list[str]:
    """Return how large deviations would have shown, the median over temperatures."""
    shown = []
    for name, symbol in SENSITIVE.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.abs(ERRORS * data[f"{name}_error"].values / data[name].values)
        known = relative[np.isfinite(relative)]
        if known.size:
            shown.append(f"{symbol} off by {100 * float(np.median(known)):.2g} %")
    return [f"An error of this size would have shown: {', '.join(shown)}."] if shown else []


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def worst_of(rows: pd.DataFrame) -> "pd.Series[float] | None":
    """Return the row of the largest z of a sampler's main quantities, None if none is known."""
    single = rows[~rows["temperature"].isin(SUMS)]
    main = single[single["quantity"].isin(MAIN)]
    known = main[main["deviation_in_errors"].notna()]
    if known.empty:
        return None
    return known.iloc[int(known["deviation_in_errors"].abs().to_numpy().argmax())]


def value_in_words(row: "pd.Series[float]") -> str:
    """Return a value with its error, and the one that is expected."""
    found = with_error(row["value"], row["error"])
    return f"{found} for {with_error(row['expected'], row['expected_error'])}"
