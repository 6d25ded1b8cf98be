"""Sentences on each source, made from its scores."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ising_fidelity.scores.deviations import (
    AGAINST_EXACT,
    AGAINST_REFERENCE,
    EXACT,
    SIGNIFICANT,
    Floats,
    difference_between_seeds,
    too_few_seeds,
    with_error,
)
from ising_fidelity.scores.table import SUMS

SYMBOLS = {
    "energy": "u",
    "abs_magnetization": "|m|",
    "specific_heat": "C",
    "susceptibility": "χ",
    "energy_magnetization_histogram": "the joint distribution of u and m",
}
COMPARED = (
    ("energy", EXACT),
    ("specific_heat", EXACT),
    ("abs_magnetization", "reference"),
    ("susceptibility", "reference"),
)
"""Quantities by which models are ranked, and what they are compared with."""
DECIDED = " is better than "
"""The words between two models that were ranked."""
MOST_NAMED = 5
"""Largest number of temperatures that a sentence lists."""
MOST_ERRORS = 3
"""Standard errors from which on a deviation is called detectable."""


def of_sources(
    scores: pd.DataFrame,
    models: Mapping[str, Sequence[str]],
    repeats: Mapping[str, Sequence[str]],
    reference: str,
) -> dict[str, list[str]]:
    """Return a few sentences on each source except further training seeds of a model.

    The reference is compared with exact results, all others with the reference.

    Parameters
    ----------
    scores
        The table of ``score``.
    models, repeats
        Model to its training temperatures and to the sources of its other training seeds.
    reference
        The Monte Carlo source that others are compared with.
    """
    others = {name for names in repeats.values() for name in names}
    single = scores[~scores["temperature"].isin(SUMS)]
    words = {}
    lacking = not_compared(scores)
    for source, rows in single.groupby("source", sort=False):
        if source in others:
            continue
        if source == reference:
            counts = _counts([rows], EXACT)
            sentences = [f"The reference. Indistinguishable from exact results {counts}."]
            words[str(source)] = [*sentences, *lacking.get(str(source), ())]
            continue
        seeds = [rows, *(single[single["source"] == one] for one in repeats.get(str(source), ()))]
        against = rows[rows["reference"] == reference]
        counts = _counts(seeds, reference)
        sentences = [
            f"Indistinguishable from Monte Carlo {counts}.",
            _farthest(against),
            _heat(rows),
        ]
        training = sorted(models.get(str(source), ()), key=float)
        if training:
            within = [_between(one, training) for one in seeds]
            counts = _counts(within, reference)
            ends = f"{training[0]} to {training[-1]}"
            sentences.append(f"Within its training range, T = {ends}: {counts}.")
            against = _between(against, training)
        sentences.append(_first_failure(against))
        if training:
            several = f"Counts are given for {len(seeds)} training seeds, all else for the first."
            one = "One network, one training seed."
            sentences.append(several if len(seeds) > 1 else one)
        sentences += lacking.get(str(source), ())
        words[str(source)] = [sentence for sentence in sentences if sentence]
    return words


def not_compared(scores: pd.DataFrame) -> dict[str, list[str]]:
    """Return a sentence per source for which u, C, abs(m) or chi could not be compared.

    At these temperatures the source has frames, but its value, its error or the expected value is
    unknown.
    """
    rows = main_rows(scores)
    sentences = {}
    for source, every in rows.groupby("source", sort=False):
        lacking = every[every["not_compared"] > 0]
        if lacking.empty:
            continue
        symbols = [SYMBOLS[name] for name in dict.fromkeys(lacking["quantity"])]
        names = [*dict.fromkeys(lacking["temperature"])]
        total = every["temperature"].nunique()
        named = "" if len(names) > MOST_NAMED else f", T = {_joined(names)}"
        sentences[str(source)] = [
            f"Not compared: {_joined(symbols)} at {len(names)} of {total} temperatures{named}."
        ]
    return sentences


def main_rows(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of u, C, abs(m) and chi at single temperatures."""
    single = scores[~scores["temperature"].isin(SUMS)]
    return single[single["quantity"].isin({*AGAINST_EXACT, *AGAINST_REFERENCE})]


def _between(rows: pd.DataFrame, training: Sequence[str]) -> pd.DataFrame:
    """Return the rows from the lowest to the highest training temperature."""
    ends = float(training[0]), float(training[-1])
    return rows[rows["temperature"].astype(float).between(*ends)]


def _failing(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["p_adjusted"] < SIGNIFICANT]


def _counts(seeds: Sequence[pd.DataFrame], reference: str) -> str:
    """Return at how many temperatures a source is indistinguishable from the reference."""
    parts = []
    for quantity, symbol in SYMBOLS.items():
        shares = []
        for rows in seeds:
            chosen = rows[(rows["quantity"] == quantity) & (rows["reference"] == reference)]
            known = chosen[chosen["p_adjusted"].notna()]
            shares.append((len(known) - len(_failing(known)), len(known)))
        total = shares[0][1]
        if total:
            counts = ", ".join(str(passed) for passed, _ in shares)
            parts.append(f"in {symbol} at {counts} of {total} temperatures")
    if not parts:
        return "nowhere, as nothing could be compared"
    parts[1:] = [part.removesuffix(" temperatures") for part in parts[1:]]
    return _joined(parts)


def _farthest(rows: pd.DataFrame) -> str:
    """Return the most significant deviation from Monte Carlo."""
    of_these = rows[rows["quantity"].isin(AGAINST_REFERENCE)]
    if of_these["p_adjusted"].isna().all():
        return ""
    failing = _failing(of_these)
    if failing.empty:
        return "No deviation of these is significant."
    worst = failing.iloc[int(failing["deviation_in_errors"].abs().to_numpy().argmax())]
    return (
        f"Most significant deviation: {SYMBOLS[worst['quantity']]} at T = {worst['temperature']}, "
        f"{with_error(worst['value'], worst['error'])}, expected "
        f"{with_error(worst['expected'], worst['expected_error'])} "
        f"(z = {worst['deviation_in_errors']:.3g})."
    )


def _heat(rows: pd.DataFrame) -> str:
    """Return where the ratio of the specific heat to its exact value is farthest from 1."""
    rows = rows[(rows["quantity"] == "specific_heat") & (rows["reference"] == EXACT)]
    known = rows[rows["p_adjusted"].notna()]
    if known.empty:
        return "C could not be compared with the exact value."
    chosen = _failing(known)
    if chosen.empty:
        unseen = float((MOST_ERRORS * known["error"] / known["expected"]).abs().median())
        return (
            f"C is nowhere distinguishable from the exact value; deviations below {unseen:.0%} are "
            f"not detectable ({MOST_ERRORS} standard errors, median)."
        )
    with np.errstate(divide="ignore"):
        ratios = chosen["value"].to_numpy() / chosen["expected"].to_numpy()
        worst = int(np.abs(np.log(ratios)).argmax())
    ratio, T = float(f"{ratios[worst]:.2g}"), chosen["temperature"].iloc[worst]
    return f"Worst C: {ratio:g} times the exact value, at T = {T}."


def _first_failure(rows: pd.DataFrame) -> str:
    """Return the highest temperature at which an observable deviates."""
    failing = _failing(rows[rows["quantity"].isin(AGAINST_REFERENCE)])
    if failing.empty:
        return ""
    temperatures = failing["temperature"].astype(float)
    first = failing[temperatures == temperatures.max()]
    quantities = [SYMBOLS[quantity] for quantity in first["quantity"]]
    return (
        f"Highest temperature with a significant deviation: T = {first['temperature'].iloc[0]}, in "
        f"{_joined(quantities)}."
    )


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def orderings(
    scores: pd.DataFrame, models: Mapping[str, Sequence[str]], repeats: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return, for each pair of models and each quantity, which model is better, in words.

    Models are compared by their root mean square deviation over all temperatures. The smaller one
    is better if both have enough training seeds and the difference of their means exceeds twice
    its spread, see :func:`.difference_between_seeds`.
    """
    others = {name for names in repeats.values() for name in names}
    everywhere = scores[scores["temperature"] == "all"]
    names = [
        name
        for name in dict.fromkeys(everywhere["source"])
        if name in models and name not in others and not _follows_another(name, models)
    ]
    known = scores[~scores["temperature"].isin(SUMS) & (scores["not_compared"] == 0)]
    compared = {
        key: tuple(sorted({*rows["temperature"]}))
        for key, rows in known.groupby(["source", "quantity"])
    }
    lines = []
    for first, second in combinations(names, 2):
        line = {"models": f"{first}, {second}"}
        for quantity, kind in COMPARED:
            rows = everywhere[everywhere["quantity"] == quantity]
            rows = rows[(rows["reference"] == EXACT) == (kind == EXACT)]
            by_source = rows.set_index("source")["deviation"]
            seeds = [[model, *repeats.get(model, ())] for model in (first, second)]
            sides = [by_source.reindex(names_of).dropna().to_numpy() for names_of in seeds]
            words = order(first, second, sides[0], sides[1])
            if len({compared.get((name, quantity), ()) for both in seeds for name in both}) > 1:
                words = "not decided: not compared at the same temperatures"
            line[SYMBOLS[quantity]] = words
        lines.append(line)
    return pd.DataFrame(lines)


def _follows_another(name: str, models: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a source is a model's frames after Monte Carlo, as GAN+5sweeps is."""
    model, _, after = name.rpartition("+")
    return bool(after) and model in models


def order(first: str, second: str, deviations: Floats, others: Floats) -> str:
    """Return in words which of two models is better, given the deviations of their seeds."""
    if not deviations.size or not others.size:
        return "not measured"
    difference, spread = difference_between_seeds(others, deviations)
    numbers = f"{deviations.mean():.2g}, {others.mean():.2g}"
    if np.isnan(spread):
        seeds = too_few_seeds(min(deviations.size, others.size))
        return f"not decided: {seeds} ({numbers})"
    if abs(difference) <= 2 * spread:
        return f"not decided: within the spread between seeds ({numbers})"
    better, worse = (first, second) if difference > 0 else (second, first)
    return f"{better}{DECIDED}{worse} ({numbers})"
