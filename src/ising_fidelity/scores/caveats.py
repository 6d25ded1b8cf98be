"""Warnings about a source's error bars, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ising_fidelity.io.temperatures import name_of
from ising_fidelity.scores.deviations import Floats

CONTRADICTED = 1e-4
"""Combined p-value below which a source's frames are called correlated."""
ENOUGH = 100
"""Smallest number of frames for the test of independence.

With fewer, a lag-1 autocorrelation of 0.5, which makes errors 1.7 times too small, is missed in
more than one of ten cases.
"""
FEW = 10
"""Number of frames below which only gross deviations are detectable."""

Words = tuple[str, ...]


@dataclass(frozen=True)
class Caveats:
    """Sentences on one source: errors that are wrong, and checks that were not possible."""

    wrong: Words = ()
    untold: Words = ()


def of_sources(sources: Mapping[str, xr.Dataset]) -> dict[str, Caveats]:
    """Return caveats on each source that has any.

    ``sources`` are observables along ``temperature``, as ``merge`` writes them.
    """
    found = {}
    for name, data in sources.items():
        parts = [_few(data), _independence(data), _burn_in(data)]
        wrong = tuple(said for part in parts for said in part.wrong)
        untold = tuple(said for part in parts for said in part.untold)
        if wrong or untold:
            found[name] = Caveats(wrong, untold)
    return found


def _few(data: xr.Dataset) -> Caveats:
    """Return a caveat if there are too few frames at some temperatures."""
    counts = data["number_of_frames"].values if "number_of_frames" in data else np.zeros(0)
    few = int((counts < FEW).sum())
    said = (
        f"At {few} of {counts.size} temperatures it has fewer than {FEW} frames, too few to detect "
        "most deviations."
    )
    return Caveats(untold=(said,) * bool(few))


def _independence(data: xr.Dataset) -> Caveats:
    """Return a caveat if frames labelled independent are correlated, at all T together."""
    if data.attrs.get("sampling") != "independent":
        return Caveats()
    if "independence_p_value" not in data:
        return Caveats(untold=("Its frames are labelled independent; this was not tested.",))
    p_values = data["independence_p_value"].values
    known = p_values[~np.isnan(p_values)]
    frames = data["number_of_frames"].values[~np.isnan(p_values)].sum()
    p_value = together(known)
    if p_value < CONTRADICTED:
        largest = float(np.nanmax(data["energy_lag_1_autocorrelation"].values))
        said = (
            "Its frames are labelled independent, but successive ones are correlated "
            f"(p = {p_value:.1g}; lag-1 autocorrelation of u up to {largest:.2f}). Its errors are "
            "too small, and its deviations look too significant."
        )
        return Caveats(wrong=(said,))
    if not known.size:
        said = "Its frames are labelled independent; this could not be tested."
        return Caveats(untold=(said,))
    if frames < ENOUGH:
        said = f"{frames:.0f} frames are too few to test whether they are independent."
        return Caveats(untold=(said,))
    return Caveats()


def together(p_values: Floats) -> float:
    """Return the combined p-value by R. A. Fisher's method, 1 without any.

    Unlike the smallest p-value, it detects a correlation that is weak at every temperature.
    """
    from scipy.stats import chi2  # slow to import

    if not p_values.size:
        return 1.0
    smallest = np.finfo(float).tiny
    return float(chi2.sf(-2 * np.log(np.maximum(p_values, smallest)).sum(), 2 * p_values.size))


def _burn_in(data: xr.Dataset) -> Caveats:
    """Return caveats if chains from different starts disagree, or are too few to compare."""
    if "starts_agree" not in data:
        return Caveats()
    agree = data["starts_agree"].values
    names = [name_of(T) for T in data["temperature"].values]
    apart = ", ".join(T for T, same in zip(names, agree, strict=True) if same == 0)
    unknown = int(np.isnan(agree).sum())
    wrong = f"Ordered and random starts disagree at T = {apart}: its burn-in is too short."
    untold = (
        f"At {unknown} of {agree.size} temperatures it has too few chains to test whether its "
        "burn-in is long enough."
    )
    return Caveats((wrong,) * bool(apart), (untold,) * bool(unknown))
