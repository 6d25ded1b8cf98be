"""Why frames are wrong: an observable decides each cause and gives the size of the deviation."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity.judgement.cause import (
    LEVEL,
    SIGMAS,
    Cause,
    combined,
    expected_of,
    name_at,
    p_of_test,
    p_together,
    temperatures_by_energy,
    weighted_mean,
)
from ising_fidelity.judgement.evidence import PLACES
from ising_fidelity.judgement.local_causes import LOCAL, field_in_errors, is_explained, local_causes
from ising_fidelity.observables.homogeneity import LINE, SEAM, SITE
from ising_fidelity.scores.deviations import together, with_error

__all__ = ["Cause", "causes_of"]

SAME = 0.5
"""Smallest excess over the reference of frames that equal their own translation or mirror image."""
BY_CHANCE = 0.05
"""Largest share of disordered frames that may be repeated by chance.

It does not count if ordered frames, which repeat by chance more often, have at least twice this
share.
"""
NEAR = 0.05
"""Largest relative deviation of the local temperature at which stripes are evidence."""
TOGETHER = 2.0
"""Errors within which two temperatures agree."""
RARE_STRIPES = 0.01
"""Largest share of striped frames in equilibrium at which stripes are evidence."""


def causes_of(data: xr.Dataset) -> list[Cause]:
    """Return causes, most likely first; empty if none can be identified.

    Copies, broken translation symmetry and sign bias come first. Local statistics (the
    distribution of a spin given its neighbors) come next. Long-range deviations are reported only
    where the local statistics are right.

    Parameters
    ----------
    data
        Observables, distances and tests of a sampler along ``temperature``, see
        :func:`.with_tests`.
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
            # Stripes explain nothing at temperatures where they are common.
            data = data.isel(temperature=~_is_rare(data))
        if data.sizes["temperature"]:
            found = _of_equilibrium(found, data)
    return found


def _of_equilibrium(found: list[Cause], data: xr.Dataset) -> list[Cause]:
    """Return the given causes, and those of local statistics or else of long range."""
    local = local_causes(data)
    if [one.name for one in (*found, *local)] == [ONE_SIGN, FIELD]:
        # The two look alike; a field that magnetizes every frame must be strong.
        return local if is_explained(data, "field") else found
    if local and local[0].name != LOCAL:
        return [*found, *local]
    far = _long_range(data)
    # Selecting frames by energy also changes the local statistics slightly.
    if local and not (far and far[0].name in WIDTHS and far[0].p_value < local[0].p_value ** 2):
        far = local
    return [*found, *far]


TRAINING, CORRELATED = "copies of training frames", "correlated draws"
ONE_SIGN, FIELD = "one sign", "a field"
SELF_SIMILAR = ("tiled", "mirrored")
WIDE, NARROW = WIDTHS = ("energies too wide", "energies too narrow")


def _copies(data: xr.Dataset) -> list[Cause]:
    """Return causes for copied, repeated or correlated frames."""
    found = []
    p = p_of_test(data, "nearest_training_symmetric")
    if p < LEVEL:
        near = float(np.nanmean(data["nearest_training_symmetric"].values))
        sentence = (
            f"Copies of training frames: the nearest one differs at {near:.2%} of sites up to "
            "symmetries, fewer than for independent frames."
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
                f"Too few distinct frames: a share {share[worst]:.2g} of all pairs is "
                f"identical{more} at T = {T}, compared with {known[worst]:.2g} in the reference."
            )
            value = float(share[worst])
            found.append(Cause(words, "pairs of equal frames", sentence, p, value, T=T))
            break
    p = p_together(data, "independence_p_value")
    if p < LEVEL and not found:
        worst = int(np.nanargmax(data["energy_lag_1_autocorrelation"].values))
        r, T = float(data["energy_lag_1_autocorrelation"].values[worst]), name_at(data, worst)
        sentence = (
            "Correlated draws: the frames are labelled independent, but the lag-1 "
            f"autocorrelation of u reaches {r:.2f} at T = {T}; sampling=chain gives correct errors."
        )
        found.append(Cause(CORRELATED, "lag-1 autocorrelation of u and |m|", sentence, p, r, T=T))
    return found


def _structure(data: xr.Dataset) -> list[Cause]:
    """Return causes for broken translation symmetry, or for frames equal to their own image."""
    for name, words in (("tiled_share", "tiled"), ("mirrored_share", "mirrored")):
        share = data[name].values
        more = share - data[expected_of(data, name)].values
        if np.nanmax(more) > SAME:
            worst = int(np.nanargmax(more))
            value, T = float(share[worst]), name_at(data, worst)
            how = "translated by L/2" if words == "tiled" else "mirrored"
            sentence = f"Frames are {words}: {value:.0%} are unchanged when {how}, at T = {T}."
            observable = "agreement of frames with themselves"
            return [Cause(words, observable, sentence, 0.0, value, T=T)]
    p = p_of_test(data, "homogeneity")
    if not p < LEVEL:
        return []
    worst = int(np.nanargmin(data["homogeneity_p_value"].values))
    where = PLACES[int(data["homogeneity_where"].values[worst])]
    row, column = (int(data[f"homogeneity_{name}"].values[worst]) for name in ("row", "column"))
    place, T = f"row {row}, column {column}", name_at(data, worst)
    differ = "are broken at a different rate than all others"
    names = {
        SEAM: ("not periodic", f"Not periodic: bonds across the edges {differ}"),
        SITE: ("corrupt site", f"Corrupt site: the bonds of the site at {place} {differ}"),
        LINE: ("a line of bonds", f"Not homogeneous: bonds on a line at {place} {differ}"),
    }
    many = ("not homogeneous", f"Not homogeneous: bonds at many places, e.g. {place}, {differ}")
    name, sentence = names.get(where, many)
    words = f"{sentence}, most clearly at T = {T}."
    return [Cause(name, "broken bonds by place", words, p, T=T)]


def _signs(data: xr.Dataset) -> list[Cause]:
    """Return the cause if one sign is preferred although no field is detected."""
    p = p_together(data, "positive_share_p_value")
    share = data["positive_share"].values
    index = int(np.abs(share - 0.5).argmax())
    worst, T = float(share[index]), name_at(data, index)
    name = ONE_SIGN if worst in (0.0, 1.0) else "unbalanced signs"
    # The bias by a field grows as T falls; that of a sampler that selects signs does not.
    spread = SIGMAS * np.sqrt(2) * float(data["positive_share_error"].max())
    chosen = name == ONE_SIGN or (share.size > 1 and np.ptp(share) < spread)
    if not p < LEVEL or (not chosen and abs(field_in_errors(data)) > SIGMAS):
        return []
    error = float(data["positive_share_error"].values[index])
    sentence = f"{name.capitalize()}: {worst:.0%} of frames have positive m at T = {T}."
    return [Cause(name, "share of positive magnetizations", sentence, p, worst, error, T)]


def _stripes(data: xr.Dataset) -> list[Cause]:
    """Return the cause if frames have stripes where equilibrium has almost none."""
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
        f"Frozen stripes: in {value:.1%} of frames domains wind around the torus at T = {T}, "
        f"compared with {expected[worst]:.1%} in equilibrium."
    )
    return [Cause("frozen stripes", "winding domains", sentence, p, value, T=T)]


def _is_rare(data: xr.Dataset) -> NDArray[np.bool_]:
    """Return where stripes are evidence: rare in equilibrium, and T about right."""
    expected = data[expected_of(data, "unordered_share")].values
    # Far above the right T, frames have domains of both signs everywhere and no stripes.
    near = np.abs(data["effective_temperature"].values / data["temperature"].values - 1) < NEAR
    return (expected <= RARE_STRIPES) & near


def _as_at_other_temperature(data: xr.Dataset, p: float) -> Cause | None:
    """Return the cause if u and the local statistics both match one other temperature."""
    T = data["temperature"].values
    by_energy, errors = temperatures_by_energy(data)
    off, error = weighted_mean(by_energy / T - 1, errors / T)
    local, its_error = weighted_mean(
        data["effective_temperature"].values / T - 1, data["effective_temperature_error"].values / T
    )
    alike = abs(off - local) < TOGETHER * np.hypot(error, its_error)
    if not (alike and abs(off) > TOGETHER * error):
        return None
    name = "too hot" if off > 0 else "too cold"
    sentence = (
        f"{name.capitalize()} by {with_error(100 * abs(off), 100 * error)} % according to u; the "
        f"local statistics agree ({with_error(100 * local, 100 * its_error)} %)."
    )
    return Cause(name, "u and effective temperature", sentence, p, off, error)


def _long_range(data: xr.Dataset) -> list[Cause]:
    """Return long-range deviations of frames whose local statistics are right."""
    (width, p_width), (order, p_order), (energy, p_energy) = (
        combined(data[f"{name}_in_errors"].values)
        for name in ("specific_heat", "abs_magnetization", "energy")
    )
    found = []
    if p_order < LEVEL or p_energy < LEVEL:
        weak = order < 0 if p_order <= p_energy else energy > 0
        name = "long range too weak" if weak else "long range too strong"
        often = "a random start, or from patches" if weak else "an ordered start"
        sentence = (
            f"{name.capitalize()}: the local statistics are right, but |m| is up to "
            f"{abs(order):.1f} standard errors too {'small' if order < 0 else 'large'}, as after "
            f"a short burn-in from {often}."
        )
        p = min(p_order, p_energy)
        cause = Cause(name, "|m| and u, given the local couplings", sentence, p, order)
        found.append(_as_at_other_temperature(data, p) or cause)
    if p_width < LEVEL and (not found or p_width < found[0].p_value):
        wide = width > 0
        name = WIDE if wide else NARROW
        size = "wide" if wide else "narrow"
        often = "temperatures may be mixed" if wide else "frames may have been selected by energy"
        sentence = (
            f"Energy distribution too {size}: C is up to {abs(width):.1f} standard errors too "
            f"{'large' if wide else 'small'} although the local statistics are right; {often}."
        )
        observable = "specific heat, given the local couplings"
        found.insert(0, Cause(name, observable, sentence, p_width, width))
    return found
