"""Why frames are wrong: each cause is decided by an observable, and says by how much."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity.judgement.cause import (
    LEVEL,
    SIGMAS,
    Cause,
    combined,
    expected_of,
    in_errors,
    log_ratio,
    name_at,
    p_of_test,
    p_together,
    weighted_mean,
)
from ising_fidelity.judgement.evidence import PLACES
from ising_fidelity.judgement.local_causes import LOCAL, field_in_errors, is_explained, local_causes
from ising_fidelity.observables.homogeneity import LINE, SEAM, SITE
from ising_fidelity.scores.deviations import together, with_error

__all__ = ["Cause", "causes_of"]

SAME = 0.5
"""Share of frames that are themselves when moved or mirrored, beyond the reference's."""
BY_CHANCE = 0.05
"""Share of disordered frames that come again, more than which is no chance, if it is not that of
ordered ones which makes it."""
NEAR = 0.05
"""Relative deviation of the local temperature, up to which a stripe says something."""
TOGETHER, MOST_OFF = 2.0, 0.1
"""Errors up to which two temperatures agree, and share of T up to which u tells one."""
RARE_STRIPES = 0.01
"""Share of striped frames in equilibrium, up to which a stripe says something."""


def causes_of(data: xr.Dataset, reference: xr.Dataset, exact: xr.Dataset) -> list[Cause]:
    """Return causes, most likely first; empty if none can be told.

    Copies, places and signs come first. Then what spins answer to their neighbors, and only where
    that is right, what is wrong over long distances.

    Parameters
    ----------
    data, reference
        Observables, distances and tests of a sampler and of the reference along ``temperature``.
    exact
        Exact energy and specific heat at the same temperatures.
    """
    places = _structure(data)
    itself = [one for one in places if one.name in SELF_SIMILAR]
    found = [*itself, *_copies(data), *(one for one in places if one not in itself)]
    if all(one.name in (CORRELATED, TRAINING) for one in found):
        found += _signs(data)
    if not places:
        striped = _stripes(data)
        found += striped
        if striped:
            # They say nothing of temperatures that are too high for them.
            others = ~_is_rare(data)
            data, reference, exact = (
                one.isel(temperature=others) for one in (data, reference, exact)
            )
        if data.sizes["temperature"]:
            found = _of_equilibrium(found, data, reference, exact)
    return found


def _of_equilibrium(
    found: list[Cause], data: xr.Dataset, reference: xr.Dataset, exact: xr.Dataset
) -> list[Cause]:
    """Return causes, and those of what neighbors answer or else of long distances."""
    local = local_causes(data, exact)
    if [one.name for one in (*found, *local)] == [ONE_SIGN, FIELD]:
        # Either looks a little like the other; a field of all frames is a strong one.
        return local if is_explained(data, "field") else found
    if local and local[0].name != LOCAL:
        return [*found, *local]
    far = _long_range(data, reference, exact)
    # Frames that are chosen by their energy answer to neighbors a little wrong, too.
    if local and not (far and far[0].name in WIDTHS and far[0].p_value < local[0].p_value ** 2):
        far = local
    return [*found, *far]


TRAINING, CORRELATED = "copies of training frames", "correlated draws"
ONE_SIGN, FIELD = "one sign", "a field"
SELF_SIMILAR = ("tiled", "mirrored")
WIDE, NARROW = WIDTHS = ("energies too wide", "energies too narrow")


def _copies(data: xr.Dataset) -> list[Cause]:
    """Return whether frames are those of others, or of each other."""
    found = []
    p = p_of_test(data, "nearest_training_symmetric")
    if p < LEVEL:
        near = float(np.nanmean(data["nearest_training_symmetric"].values))
        sentence = (
            f"Copies of training frames: the nearest one differs at {near:.2%} of sites, up to "
            "symmetries, nearer than independent frames."
        )
        found.append(Cause(TRAINING, "nearest training frame", sentence, p, near))
    for name, words, more in (
        ("repeated_frames", "repeated frames", ""),
        ("repeated_shapes", "repeated frames up to symmetries", " up to symmetries"),
    ):
        p = p_of_test(data, name)
        high, low = (data[f"{name}_{order}"].values for order in ("disordered", "ordered"))
        if p < LEVEL and (high > np.maximum(BY_CHANCE, low / 2)).any():
            share, known = data[name].values, data[expected_of(data, name)].values
            worst = int(np.nanargmax(share - known))
            T = name_at(data, worst)
            sentence = (
                f"Too few distinct frames: {share[worst]:.2g} of all pairs are the same{more} at "
                f"T = {T}, in the reference {known[worst]:.2g}."
            )
            value = float(share[worst])
            found.append(Cause(words, "pairs of equal frames", sentence, p, value, T=T))
            break
    p = p_together(data, "independence_p_value")
    if p < LEVEL and not found:
        worst = int(np.nanargmax(data["energy_lag_1_autocorrelation"].values))
        r, T = float(data["energy_lag_1_autocorrelation"].values[worst]), name_at(data, worst)
        sentence = (
            f"Correlated draws: successive frames are said to be independent and are not, the "
            f"lag-1 autocorrelation of u is up to {r:.2f}, at T = {T}; with sampling chain "
            "errors are right."
        )
        found.append(Cause(CORRELATED, "lag-1 autocorrelation of u and |m|", sentence, p, r, T=T))
    return found


def _structure(data: xr.Dataset) -> list[Cause]:
    """Return whether places are not alike, or frames have a symmetry of their own."""
    for name, words in (("tiled_share", "tiled"), ("mirrored_share", "mirrored")):
        share = data[name].values
        more = share - data[expected_of(data, name)].values
        if np.nanmax(more) > SAME:
            worst = int(np.nanargmax(more))
            value, T = float(share[worst]), name_at(data, worst)
            how = "moved by L/2" if words == "tiled" else "mirrored"
            sentence = f"Frames are {words}: {value:.0%} are the same when {how}, at T = {T}."
            observable = "agreement of frames with themselves"
            return [Cause(words, observable, sentence, 0.0, value, T=T)]
    p = p_of_test(data, "homogeneity")
    if not p < LEVEL:
        return []
    worst = int(np.nanargmin(data["homogeneity_p_value"].values))
    where = PLACES[int(data["homogeneity_where"].values[worst])]
    row, column = (int(data[f"homogeneity_{name}"].values[worst]) for name in ("row", "column"))
    place, T = f"row {row}, column {column}", name_at(data, worst)
    names = {
        SEAM: ("not periodic", "Not periodic: bonds across the edges are broken unlike others"),
        SITE: ("corrupt site", f"A corrupt site: bonds at {place} are broken unlike others"),
        LINE: ("a line of bonds", f"Not homogeneous: bonds along a line by {place} are unlike"),
    }
    many = ("not homogeneous", f"Not homogeneous: bonds are unlike at many places, as by {place}")
    name, sentence = names.get(where, many)
    words = f"{sentence}, most clearly at T = {T}."
    return [Cause(name, "broken bonds by place", words, p, T=T)]


def _signs(data: xr.Dataset) -> list[Cause]:
    """Return whether one sign is preferred, though no field can be seen."""
    p = p_together(data, "positive_share_p_value")
    share = data["positive_share"].values
    index = int(np.abs(share - 0.5).argmax())
    worst, T = float(share[index]), name_at(data, index)
    name = ONE_SIGN if worst in (0.0, 1.0) else "unbalanced signs"
    # A field prefers its sign the more the colder it is; a sampler that chooses signs does not.
    spread = SIGMAS * np.sqrt(2) * float(data["positive_share_error"].max())
    chosen = name == ONE_SIGN or (share.size > 1 and np.ptp(share) < spread)
    if not p < LEVEL or (not chosen and abs(field_in_errors(data)) > SIGMAS):
        return []
    error = float(data["positive_share_error"].values[index])
    sentence = f"{name.capitalize()}: {worst:.0%} of frames have positive m at T = {T}."
    return [Cause(name, "share of positive magnetizations", sentence, p, worst, error, T)]


def _stripes(data: xr.Dataset) -> list[Cause]:
    """Return whether frames hold stripes where equilibrium has next to none."""
    shares, expected = (
        data[name].values for name in ("unordered_share", expected_of(data, "unordered_share"))
    )
    rare = _is_rare(data)
    p = together(np.where(rare, data["unordered_share_p_value"].values, np.nan))
    if not p < LEVEL:
        return []
    worst = int(np.argmax(np.where(rare, shares, -1)))
    if not shares[worst] > expected[worst]:
        return []
    value, T = float(shares[worst]), name_at(data, worst)
    sentence = (
        f"Frozen stripes: {value:.1%} of frames have domains around the torus at T = {T}, in "
        f"equilibrium {expected[worst]:.1%}."
    )
    return [Cause("frozen stripes", "winding domains", sentence, p, value, T=T)]


def _is_rare(data: xr.Dataset) -> NDArray[np.bool_]:
    """Return where stripes say something: equilibrium has next to none, and T is about right."""
    expected = data[expected_of(data, "unordered_share")].values
    # Far too hot, frames have domains of both signs everywhere, and no stripes.
    near = np.abs(data["effective_temperature"].values / data["temperature"].values - 1) < NEAR
    return (expected <= RARE_STRIPES) & near


def _as_at_other_temperature(data: xr.Dataset, exact: xr.Dataset, p: float) -> Cause | None:
    """Return that u and what neighbors answer are as at one other T, if they are."""
    T = data["temperature"].values
    slope = exact["specific_heat"].values * T
    apart = (data["energy"].values - exact["energy"].values) / slope
    off, error = weighted_mean(apart, data["energy_error"].values / slope)
    local, its_error = weighted_mean(
        data["effective_temperature"].values / T - 1, data["effective_temperature_error"].values / T
    )
    alike = abs(off - local) < TOGETHER * np.hypot(error, its_error)
    if not (alike and abs(off) > TOGETHER * error and abs(off) < MOST_OFF):
        return None
    name = "too hot" if off > 0 else "too cold"
    sentence = (
        f"{name.capitalize()} by {with_error(100 * abs(off), 100 * error)} %, as u says; what "
        f"spins answer to their neighbors agrees ({with_error(100 * local, 100 * its_error)} %)."
    )
    return Cause(name, "u beside effective temperature", sentence, p, off, error)


def _long_range(data: xr.Dataset, reference: xr.Dataset, exact: xr.Dataset) -> list[Cause]:
    """Return what is wrong over long distances where neighbors are right."""
    width, p_width = combined(log_ratio(data, exact, "specific_heat"))
    order, p_order = combined(in_errors(data, reference, "abs_magnetization"))
    energy, p_energy = combined(in_errors(data, exact, "energy"))
    found = []
    if p_order < LEVEL or p_energy < LEVEL:
        weak = order < 0 if p_order <= p_energy else energy > 0
        name = "long range too weak" if weak else "long range too strong"
        often = "a random start or patches put together" if weak else "an ordered start"
        sentence = (
            f"{name.capitalize()}: neighbors are right and |m| is up to {abs(order):.1f} errors "
            f"too {'small' if order < 0 else 'large'}, as after a short burn-in from {often}."
        )
        p = min(p_order, p_energy)
        cause = Cause(name, "|m| and u beside local couplings", sentence, p, order)
        found.append(_as_at_other_temperature(data, exact, p) or cause)
    if p_width < LEVEL and (not found or p_width < found[0].p_value):
        wide = width > 0
        name = WIDE if wide else NARROW
        often = "a mixture of temperatures" if wide else "a choice of frames by their energy"
        sentence = (
            f"{name.capitalize()}: C is up to {abs(width):.1f} errors too "
            f"{'large' if wide else 'small'} where neighbors are right, as of {often}."
        )
        observable = "specific heat beside local couplings"
        found.insert(0, Cause(name, observable, sentence, p_width, width))
    return found
