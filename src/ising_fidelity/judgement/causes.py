"""Why frames are wrong: each cause is decided by an observable, and says by how much."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ising_fidelity.judgement.evidence import CANDIDATES, PLACES
from ising_fidelity.observables.homogeneity import LINE, SEAM, SITE
from ising_fidelity.scores.deviations import Floats, p_values, together, with_error

LEVEL = 1e-3
"""Of a cause; that something is wrong is known by all tests together."""
SURE = 1e-5
"""Of couplings, below which the surroundings of a spin are wrong themselves."""
SAME = 0.5
"""Share of frames that are themselves when moved or mirrored, beyond the reference's."""
EXPLAINED = {"flips": 0.5}
MOSTLY = 0.7
"""Of what is wrong with couplings, that one cause has to explain; neighbors that are turned over,
too, are no part of the model of random flips."""
BY_CHANCE = 0.05
"""Share of disordered frames that come again, more than which is no chance, if it is not that of
ordered ones which makes it."""
FAR, FAR_OFF = 2.0, 0.02
"""Times of a local deviation, and share of T, up to which it explains that of the energy."""
ALIKE = 2.5
"""Ratio of the shares of random flips at different temperatures, at most."""
NEAR = 0.05
"""Relative deviation of the local temperature, up to which a stripe says something."""
RARE_STRIPES = 0.01
"""Share of striped frames in equilibrium, up to which a stripe says something."""
PER_PARAMETER = 3.5
"""Gain of log-likelihood that a parameter must bring."""
SIGMAS = 4.0
"""Errors from which on a number decides."""
PARAMETERS = {name: len(one.T) for name, one in CANDIDATES.items()} | {"flips": 1}


@dataclass(frozen=True)
class Cause:
    """Why frames are wrong.

    Attributes
    ----------
    name
        A few words that are always the same.
    observable
        What decides it.
    sentence
        What it means, with its number.
    p_value
        That chance alone looks like it.
    """

    name: str
    observable: str
    sentence: str
    p_value: float


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
        local = _stripes(data) or _local(data, exact)
        found += local
        if not local:
            found += _long_range(data, reference, exact)
    return found


TRAINING, CORRELATED = "copies of training frames", "correlated draws"
SELF_SIMILAR = ("tiled", "mirrored")


def _copies(data: xr.Dataset) -> list[Cause]:
    """Return whether frames are those of others, or of each other."""
    found = []
    p = _p(data, "nearest_training_symmetric")
    if p < LEVEL:
        near = float(np.nanmean(data["nearest_training_symmetric"].values))
        sentence = (
            f"Copies of training frames: the nearest one differs at {near:.2%} of sites, up to "
            "symmetries, nearer than independent frames."
        )
        found.append(Cause(TRAINING, "nearest training frame", sentence, p))
    for name, words, more in (
        ("repeated_frames", "repeated frames", ""),
        ("repeated_shapes", "repeated frames up to symmetries", " up to symmetries"),
    ):
        p = _p(data, name)
        high, low = (data[f"{name}_{order}"].values for order in ("disordered", "ordered"))
        if p < LEVEL and (high > np.maximum(BY_CHANCE, low / 2)).any():
            share = float(np.nanmax(data[name].values))
            sentence = (
                f"Too few distinct frames: {share:.2g} of all pairs are the same{more}, in the "
                f"reference {float(np.nanmax(data[_expected(data, name)].values)):.2g}."
            )
            found.append(Cause(words, "pairs of equal frames", sentence, p))
            break
    p = _p_value(data, "independence_p_value")
    if p < LEVEL and not found:
        r = float(np.nanmax(data["energy_lag_1_autocorrelation"].values))
        sentence = (
            f"Correlated draws: successive frames are said to be independent and are not, the "
            f"lag-1 autocorrelation of u is up to {r:.2f}; sampling: chain makes errors right."
        )
        found.append(Cause(CORRELATED, "lag-1 autocorrelation of u and |m|", sentence, p))
    return found


def _structure(data: xr.Dataset) -> list[Cause]:
    """Return whether places are not alike, or frames have a symmetry of their own."""
    for name, words in (("tiled_share", "tiled"), ("mirrored_share", "mirrored")):
        share = data[name].values
        if np.nanmax(share - data[_expected(data, name)].values) > SAME:
            how = "moved by L/2" if words == "tiled" else "mirrored"
            sentence = f"Frames are {words}: {np.nanmax(share):.0%} are the same when {how}."
            return [Cause(words, "agreement of frames with themselves", sentence, 0.0)]
    p = _p(data, "homogeneity")
    if not p < LEVEL:
        return []
    worst = int(np.nanargmin(data["homogeneity_p_value"].values))
    where = PLACES[int(data["homogeneity_where"].values[worst])]
    row, column = (int(data[f"homogeneity_{name}"].values[worst]) for name in ("row", "column"))
    place = f"row {row}, column {column}"
    names = {
        SEAM: ("not periodic", "Not periodic: bonds across the edges are broken unlike others."),
        SITE: ("corrupt site", f"A corrupt site: bonds at {place} are broken unlike others."),
        LINE: ("a line of bonds", f"Not homogeneous: bonds along a line by {place} are unlike."),
    }
    many = ("not homogeneous", f"Not homogeneous: bonds are unlike at many places, as by {place}.")
    name, sentence = names.get(where, many)
    return [Cause(name, "broken bonds by place", sentence, p)]


def _signs(data: xr.Dataset) -> list[Cause]:
    """Return whether one sign is preferred, though no field can be seen."""
    p = _p_value(data, "positive_share_p_value")
    share = data["positive_share"].values
    worst = float(share[np.abs(share - 0.5).argmax()])
    name = "one sign" if worst in (0.0, 1.0) else "unbalanced signs"
    if not p < LEVEL or (name != "one sign" and abs(_field_in_errors(data)) > SIGMAS):
        return []
    sentence = f"{name.capitalize()}: {worst:.0%} of frames have positive magnetization."
    return [Cause(name, "share of positive magnetizations", sentence, p)]


def _stripes(data: xr.Dataset) -> list[Cause]:
    """Return whether frames hold stripes where equilibrium has next to none."""
    shares, expected = (
        data[name].values for name in ("unordered_share", _expected(data, "unordered_share"))
    )
    # Far too hot, frames have domains of both signs everywhere, and no stripes.
    near = np.abs(data["effective_temperature"].values / data["temperature"].values - 1) < NEAR
    rare = (expected <= RARE_STRIPES) & near
    p = together(np.where(rare, data["unordered_share_p_value"].values, np.nan))
    if not p < LEVEL:
        return []
    worst = int(np.argmax(np.where(rare, shares, -1)))
    if not shares[worst] > expected[worst]:
        return []
    sentence = (
        f"Frozen stripes: {shares[worst]:.1%} of frames have domains around the torus, in "
        f"equilibrium {expected[worst]:.1%}."
    )
    return [Cause("frozen stripes", "winding domains", sentence, p)]


def _local(data: xr.Dataset, exact: xr.Dataset) -> list[Cause]:
    """Return what is wrong with what a spin answers to its neighbors."""
    p = min(1.0, 2 * min(_p(data, "couplings"), _p(data, "answers")))
    independent = _independent_sites(data, p)
    if independent:
        return independent
    if not p < LEVEL:
        return []
    if np.nanmax(data["effective_temperature"].values) < 0:
        sentence = "Antiferromagnetic: spins prefer to be unlike their neighbors."
        return [Cause("antiferromagnetic", "effective temperature", sentence, p)]
    gains = {name: _gain(data, name) for name in PARAMETERS if name != "flips" or _alike(data)}
    scores = {
        name: gain - PER_PARAMETER * PARAMETERS[name] * data.sizes["temperature"]
        for name, gain in gains.items()
    }
    best = max(scores, key=lambda name: scores[name])
    field = abs(_field_in_errors(data)) > SIGMAS
    if field and max(gains.values()) < 4 * gains["field"] + 4 * PER_PARAMETER:
        best = "field"
    elif scores[best] <= 0:
        return []
    everything = _gain(data, "any") - 22 * data.sizes["temperature"]  # 44 numbers gain by chance
    if gains[best] < EXPLAINED.get(best, MOSTLY) * everything and p < SURE and best != "field":
        sentence = (
            "Not the model's local statistics: no temperature, field or further coupling explains "
            f"how spins answer to their neighbors ({gains[best] / everything:.0%} of it at most, "
            f"by {best})."
        )
        return [Cause("wrong local statistics", "local couplings", sentence, p)]
    if best in ("temperature", "diagonal"):
        beyond = _beyond_local(data, exact, p)
        if beyond:
            return beyond
    made = {
        "temperature": _temperature,
        "anisotropy": _anisotropy,
        "diagonal": _diagonal,
        "field": _field,
        "flips": _flips,
    }
    return [made[best](data, p)]


def _alike(data: xr.Dataset) -> bool:
    """Whether as many spins are turned over at every temperature."""
    flips = data["flips"].values
    flips = flips[np.isfinite(flips)]
    return bool(flips.size) and bool(flips.max() <= ALIKE * flips.min())


def _field_in_errors(data: xr.Dataset) -> float:
    T = data["temperature"].values
    size, error = _mean(data["field"].values * T, data["field_error"].values * T)
    return size / error if error > 0 else 0.0


def _beyond_local(data: xr.Dataset, exact: xr.Dataset, p: float) -> list[Cause]:
    """Return whether energies are farther off than what neighbors answer makes them."""
    T, C = data["temperature"].values, exact["specific_heat"].values
    off = (data["energy"].values - exact["energy"].values) / (C * T)
    local = np.abs(data["effective_temperature"].values / T - 1)
    local = local + np.abs(data["coupling_diagonal"].values) * T
    error = SIGMAS * data["energy_error"].values / (C * T)
    far = np.abs(off) > FAR * local + error + FAR_OFF
    if not far.any():
        return []
    worst = int(np.argmax(np.where(far, np.abs(off), -1)))
    name = "long range too weak" if off[worst] > 0 else "long range too strong"
    sentence = (
        f"{name.capitalize()}: u is off by as much as {100 * abs(off[worst]):.0f} % of T would "
        f"make it, but spins answer to neighbors as at a T off by {100 * local[worst]:.1f} %, "
        "as after a short burn-in."
    )
    return [Cause(name, "u beside local couplings", sentence, p)]


def _independent_sites(data: xr.Dataset, p: float) -> list[Cause]:
    """Return whether neighbors are no more alike than the magnetization makes them."""
    likeness, error = data["neighbor_likeness"].values, data["neighbor_likeness_error"].values
    expected = data[_expected(data, "neighbor_likeness")].values
    with np.errstate(invalid="ignore"):
        none = np.abs(likeness) < SIGMAS * error
        some = expected > 2 * SIGMAS * error
    if not (some.any() and none[some].all() and p < LEVEL):
        return []
    sentence = (
        "Independent sites: given the magnetization, neighbors are alike no more than by chance "
        f"({with_error(float(likeness[some][0]), float(error[some][0]))}, in equilibrium "
        f"{float(expected[some][0]):.3f})."
    )
    return [Cause("independent sites", "likeness of neighbors", sentence, p)]


def _temperature(data: xr.Dataset, p: float) -> Cause:
    T = data["temperature"].values
    off, error = _mean(
        data["effective_temperature"].values / T - 1, data["effective_temperature_error"].values / T
    )
    name = "too hot" if off > 0 else "too cold"
    size = with_error(100 * abs(off), 100 * error)
    sentence = f"{name.capitalize()} by {size} %: spins answer to their neighbors as at that T."
    return Cause(name, "effective temperature", sentence, p)


def _anisotropy(data: xr.Dataset, p: float) -> Cause:
    T = data["temperature"].values
    parts = [
        _mean(data[f"coupling_{axis}"].values * T - 1, data[f"coupling_{axis}_error"].values * T)
        for axis in "xy"
    ]
    words = " and ".join(
        f"{with_error(100 * off, 100 * error)} % along {axis}"
        for axis, (off, error) in zip("xy", parts, strict=True)
    )
    sentence = f"Anisotropic couplings: off by {words}."
    return Cause("anisotropic couplings", "local couplings", sentence, p)


def _diagonal(data: xr.Dataset, p: float) -> Cause:
    T = data["temperature"].values
    size = _mean(data["coupling_diagonal"].values * T, data["coupling_diagonal_error"].values * T)
    sentence = f"Couplings to next neighbors: {with_error(*size)} J along the diagonals."
    return Cause("next-neighbor couplings", "local couplings", sentence, p)


def _field(data: xr.Dataset, p: float) -> Cause:
    T = data["temperature"].values
    size = _mean(data["field"].values * T, data["field_error"].values * T)
    sentence = f"A field: spins prefer one sign, as in a field of {with_error(*size)} J."
    return Cause("a field", "local couplings", sentence, p)


def _flips(data: xr.Dataset, p: float) -> Cause:
    share = float(np.nanmedian(data["flips"].values))
    sentence = (
        f"Random flips: about {share:.2%} of spins are turned over for no reason, most clearly "
        "against four neighbors alike."
    )
    return Cause("random flips", "local Boltzmann test", sentence, p)


def _long_range(data: xr.Dataset, reference: xr.Dataset, exact: xr.Dataset) -> list[Cause]:
    """Return what is wrong over long distances where neighbors are right."""
    width, p_width = _combined(_log_ratio(data, exact, "specific_heat"))
    order, p_order = _combined(_z(data, reference, "abs_magnetization"))
    energy, p_energy = _combined(_z(data, exact, "energy"))
    found = []
    if p_order < LEVEL or p_energy < LEVEL:
        weak = order < 0 if p_order <= p_energy else energy > 0
        name = "long range too weak" if weak else "long range too strong"
        often = "a random start or patches put together" if weak else "an ordered start"
        sentence = (
            f"{name.capitalize()}: neighbors are right and |m| is {abs(order):.1f} errors too "
            f"{'small' if order < 0 else 'large'} at most, as after a short burn-in from {often}."
        )
        found.append(
            Cause(name, "|m| and u beside local couplings", sentence, min(p_order, p_energy))
        )
    if p_width < LEVEL and (not found or p_width < found[0].p_value):
        wide = width > 0
        name = "energies too wide" if wide else "energies too narrow"
        often = "a mixture of temperatures" if wide else "a choice of frames by their energy"
        sentence = (
            f"{name.capitalize()}: C is {abs(width):.1f} errors too {'large' if wide else 'small'} "
            f"at most where neighbors are right, as of {often}."
        )
        found.insert(0, Cause(name, "specific heat beside local couplings", sentence, p_width))
    return found


def _expected(data: xr.Dataset, name: str) -> str:
    """Return what the expected value of a test is called."""
    return f"{name}_floor" if f"{name}_floor" in data else f"{name}_expected"


def _p(data: xr.Dataset, name: str) -> float:
    """Return a test's p-value over all temperatures, 1 if it was not made."""
    return _p_value(data, f"{name}_p_value")


def _p_value(data: xr.Dataset, name: str) -> float:
    p = together(data[name].values) if name in data else np.nan
    return 1.0 if np.isnan(p) else p


def _gain(data: xr.Dataset, name: str) -> float:
    return float(np.nansum(data[f"gain_{name}"].values))


def _mean(values: Floats, errors: Floats) -> tuple[float, float]:
    """Return the mean of numbers weighted by their errors, and its error."""
    known = np.isfinite(values) & (errors > 0)
    weights = errors[known] ** -2
    if not weights.size:
        return np.nan, np.nan
    return float((weights * values[known]).sum() / weights.sum()), float(weights.sum() ** -0.5)


def _z(data: xr.Dataset, other: xr.Dataset, name: str) -> Floats:
    """Return deviations in errors of both sides."""
    apart = data[name].values - other[name].values
    errors = np.hypot(data[f"{name}_error"].values, _error_of(other, name))
    return np.divide(apart, errors, out=np.full_like(apart, np.nan), where=errors > 0)


def _log_ratio(data: xr.Dataset, other: xr.Dataset, name: str) -> Floats:
    """Return logarithms of ratios in errors, which are nearer to normal than differences."""
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = data[f"{name}_error"].values / data[name].values
        z = np.log(data[name].values / other[name].values) / relative
    return np.where(np.isfinite(z), z, np.nan)


def _error_of(data: xr.Dataset, name: str) -> Floats:
    found = data.get(f"{name}_error")
    return np.zeros(data.sizes["temperature"]) if found is None else found.values


def _combined(z: Floats) -> tuple[float, float]:
    """Return the largest z of all temperatures, and the p-value of all together."""
    known = z[~np.isnan(z)]
    if not known.size:
        return 0.0, 1.0
    return float(known[np.abs(known).argmax()]), together(p_values(known))
