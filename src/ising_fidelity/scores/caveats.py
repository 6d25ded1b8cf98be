"""What stands against believing a source's numbers, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ising_fidelity.io.temperatures import name_of
from ising_fidelity.scores.deviations import Floats

CONTRADICTED = 1e-4
"""The p-value below which a source's frames are not independent, at all temperatures together."""
ENOUGH = 100
"""Of fewer frames a lag-1 autocorrelation of 0.5, errors 1.7 times too small, passes more than once
in ten."""
FEW = 10
"""Of fewer frames nothing but gross faults can be seen."""

Words = tuple[str, ...]


@dataclass(frozen=True)
class Caveats:
    """Sentences on one source: what is wrong with its numbers, and what could not be told."""

    wrong: Words = ()
    untold: Words = ()


def of_sources(sources: Mapping[str, xr.Dataset]) -> dict[str, Caveats]:
    """Return caveats on each source of which something cannot be believed, or told.

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
    """Return at how many temperatures there are too few frames to tell anything."""
    counts = data["number_of_frames"].values if "number_of_frames" in data else np.zeros(0)
    few = int((counts < FEW).sum())
    said = (
        f"At {few} of {counts.size} temperatures it has fewer than {FEW} frames, with which hardly "
        "any deviation would show."
    )
    return Caveats(untold=(said,) * bool(few))


def _independence(data: xr.Dataset) -> Caveats:
    """Return whether frames that are said to be independent are not, at all T together."""
    if data.attrs.get("sampling") != "independent":
        return Caveats()
    if "independence_p_value" not in data:
        return Caveats(untold=("Whether its frames are independent, as is said, was not tested.",))
    p_values = data["independence_p_value"].values
    known = p_values[~np.isnan(p_values)]
    frames = data["number_of_frames"].values[~np.isnan(p_values)].sum()
    p_value = together(known)
    if p_value < CONTRADICTED:
        largest = float(np.nanmax(data["energy_lag_1_autocorrelation"].values))
        said = (
            "Its frames are said to be independent and are not: successive ones are correlated "
            f"(p = {p_value:.1g}; lag-1 autocorrelation of u up to {largest:.2f}). Its errors are "
            "too small, and its deviations count for too much."
        )
        return Caveats(wrong=(said,))
    if frames < ENOUGH:
        said = f"{frames:.0f} frames are too few to tell whether they are independent."
        return Caveats(untold=(said,))
    return Caveats()


def together(p_values: Floats) -> float:
    """Return the p-value of all of them, 1 of none (R. A. Fisher's method).

    Not the least one: a weak correlation shows at no single temperature.
    """
    from scipy.stats import chi2  # slow to import

    if not p_values.size:
        return 1.0
    smallest = np.finfo(float).tiny
    return float(chi2.sf(-2 * np.log(np.maximum(p_values, smallest)).sum(), 2 * p_values.size))


def _burn_in(data: xr.Dataset) -> Caveats:
    """Return where starts of chains disagree, and where it could not be told."""
    if "starts_agree" not in data:
        return Caveats()
    agree = data["starts_agree"].values
    names = [name_of(T) for T in data["temperature"].values]
    apart = ", ".join(T for T, same in zip(names, agree, strict=True) if same == 0)
    unknown = int(np.isnan(agree).sum())
    wrong = (
        f"Ordered and random starts disagree at T = {apart}: its chains had not forgotten how they "
        "began."
    )
    untold = (
        f"At {unknown} of {agree.size} temperatures it has too few chains to tell whether they had "
        "forgotten how they began."
    )
    return Caveats((wrong,) * bool(apart), (untold,) * bool(unknown))
