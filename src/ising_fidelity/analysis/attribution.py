r"""Attribution of the specific-heat error to causes, by successive interventions on frames.

Each intervention removes one kind of error and leaves exact frames Boltzmann-distributed at the
temperature. The resulting change of C is therefore that error's part of the excess
C(frames) - C(exact):

``rounding``
    Sites whose raw output is nearer to 0 than to a spin take the sign of the raw outputs around
    them, the likelier sign at any T. Integer outputs have no such sites.
``isolated_flips``
    Single spins opposite to all four neighbors are flipped back where they exceed the thermal
    rate, see :func:`spurious_flips`.
``sign_mixture``
    Only frames filled by the more frequent sign are kept. The other sign has the same energies by
    symmetry. Frames that neither sign fills have negligible weight well below T_c.
``thermal``
    Metropolis sweeps at the temperature correct short-range errors: the energy and its spread
    relax to their equilibrium values at T.
``remainder``
    The rest of the excess: structures that outlive the sweeps, mainly domains.

The parts depend on the order of the interventions, from the network's output to the physical
dynamics: relaxation would also remove rounding errors and isolated flips.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice, montecarlo
from ising_fidelity.analysis.interventions import (
    Spins,
    edge_sites,
    flips_beyond,
    isolated_flips,
    majority_phase,
    round_by_neighbors,
    spurious_flips,
)
from ising_fidelity.exact import finite
from ising_fidelity.observables.errors import Floats, Primaries

CAUSES = ("rounding", "isolated_flips", "sign_mixture", "thermal", "remainder")
"""In the order of the interventions; their parts add up to the excess."""

QUANTITIES = ("specific_heat", "energy")


LEAST_FRAMES = 10
"""Fewest frames of one sign for the sign-mixture part; with fewer, all frames are kept. Fewer
frames have no meaningful spread, and a bootstrap sample may contain none of them."""


def attribute(
    spins: Spins,
    temperature: float,
    sampling: str,
    sweeps: Sequence[int],
    seed: int,
    field: NDArray[np.floating] | None = None,
) -> dict[str, tuple[Floats, Floats]]:
    """Split the excess of C and of u over their exact values on this lattice into parts.

    Parameters
    ----------
    spins
        Shape (chain, draw, L, L), values -1 and +1, L >= 2.
    temperature
        In J/k_B, above 0 and below T_c.
    sampling
        ``chain`` or ``independent``; selects the error estimate, see :mod:`.observables.errors`.
    sweeps
        Numbers of relaxation sweeps, at least one, all above 0; ``thermal`` uses the largest.
    seed
        Of thinning, sweeps and bootstrap.
    field
        The network's output before rounding, shape of ``spins``.

    Returns
    -------
    dict
        Name to (value, standard error). For ``specific_heat`` and ``energy``: the quantity itself;
        ``_excess``; one part for each of :data:`CAUSES`; ``_relaxed``, shape (1 + len(sweeps),),
        the quantity of all frames after 0 and after each number of sweeps;
        ``_flips_beyond_thermal``, the contribution of isolated flips above the thermal rate at the
        given temperature. The last ignores the frames' own temperature and is not part of the sum.
        Also ``isolated_flips`` and ``spurious_flips`` per site, and ``majority_phase_share``, the
        share of frames filled by the more frequent sign.
    """
    steps = sorted(set(sweeps))
    scale = _Scale.of(spins, temperature)
    columns = _columns(spins, field, scale, steps, seed)
    ends = np.cumsum([column.shape[-1] for column in columns.values()])[:-1]
    sample = Primaries(np.concatenate(list(columns.values()), axis=-1), sampling, seed)

    def table(means: Floats) -> dict[str, Floats]:
        parts = np.split(means, ends, axis=-1)
        return _table(dict(zip(columns, parts, strict=True)), scale, steps)

    values = table(sample.means)
    errors = sample.errors(lambda means: np.stack(list(table(means).values()), axis=-1))
    estimates = {name: (values[name], errors[i]) for i, name in enumerate(values)}
    for quantity in QUANTITIES:
        walk = [estimates.pop(f"{quantity}_relaxed{number}") for number in (0, *steps)]
        value, error = np.array(walk).T
        estimates[f"{quantity}_relaxed"] = (value, error)
    return estimates


@dataclass(frozen=True)
class _Scale:
    """Conversion of the frames' total energies to C and u, and the exact values.

    Energies are measured from ``origin``, near their mean, to keep all significant digits.
    """

    sites: int
    temperature: float
    origin: float
    exact: Floats

    @classmethod
    def of(cls, spins: Spins, temperature: float) -> Self:
        size = spins.shape[-1]
        solved = finite.kaufman(size, temperature)
        origin = float(np.rint(lattice.energy(spins).mean() * size**2))
        truth = np.array([getattr(solved, quantity) for quantity in QUANTITIES])
        return cls(size**2, temperature, origin, truth)

    def energies(self, spins: Spins) -> Floats:
        """Return the total energy of each frame, shape (chain, draw)."""
        return np.rint(lattice.energy(spins) * self.sites) - self.origin

    def relaxed(self, spins: Spins, sweeps: Sequence[int], seed: int) -> list[Floats]:
        """Return the total energies after each number of sweeps."""
        frames = spins.reshape(-1, *spins.shape[-2:])
        after = montecarlo.relax(frames, self.temperature, sweeps, seed)
        return [self.energies(one).reshape(spins.shape[:2]) for one in after]

    def quantities(self, means: Floats) -> Floats:
        """Return C and u from the means of E and E^2, shape (..., 2)."""
        E, E2 = np.moveaxis(means, -1, 0)
        specific_heat = (E2 - E**2) / self.sites / self.temperature / self.temperature
        return np.stack([specific_heat, (E + self.origin) / self.sites], axis=-1)


def _columns(
    spins: Spins,
    field: NDArray[np.floating] | None,
    scale: _Scale,
    steps: Sequence[int],
    seed: int,
) -> dict[str, Floats]:
    """Intervene; return each frame's contributions to the means, each of shape (chain, draw, k)."""
    rounded = spins if field is None else round_by_neighbors(spins, field)
    isolated = isolated_flips(rounded)
    counts = np.stack([isolated.sum(axis=(-2, -1)), *edge_sites(rounded)], axis=-1)
    share = _spurious_share(counts.mean(axis=(0, 1)), scale.temperature)
    coins = np.random.default_rng(seed).random(spins.shape)
    thinned = np.where(isolated & (coins < share), -rounded, rounded).astype(np.int8)
    phase = majority_phase(thinned, scale.temperature)[..., None].astype(float)
    keep = phase if phase.sum() >= LEAST_FRAMES else np.ones_like(phase)
    thinnable = _thinnable_moments(scale.energies(rounded), counts[..., 0])
    (mended,) = scale.relaxed(thinned, steps[-1:], seed)
    after = zip(steps, scale.relaxed(spins, steps, seed), strict=True)
    return {
        "model": _moments(scale.energies(spins)),
        "rounded": thinnable,
        "counts": counts,
        "phase": phase,
        "kept": keep,
        "kept_rounded": keep * thinnable,
        "kept_mended": keep * _moments(mended),
        **{f"relaxed{number}": _moments(E) for number, E in after},
    }


def _table(means: dict[str, Floats], scale: _Scale, steps: Sequence[int]) -> dict[str, Floats]:
    """Return all results of :func:`attribute` from the means of the columns."""
    counts, kept, rounded = means["counts"], means["kept"], means["rounded"]
    share = _spurious_share(counts, scale.temperature)
    stages = [means["model"], _thinned(rounded, 0 * share), _thinned(rounded, share)]
    stages += [_thinned(means["kept_rounded"], share) / kept, means["kept_mended"] / kept]
    levels = [scale.quantities(stage) for stage in stages] + [scale.exact]
    pairs = {"": levels[0], "_excess": levels[0] - scale.exact}
    for cause, before, left in zip(CAUSES, levels[:-1], levels[1:], strict=True):
        pairs[f"_{cause}"] = before - left
    pairs["_relaxed0"] = levels[0]
    for number in steps:
        pairs[f"_relaxed{number}"] = scale.quantities(means[f"relaxed{number}"])
    beyond = _share(flips_beyond(counts, scale.temperature), counts)
    pairs["_flips_beyond_thermal"] = levels[1] - scale.quantities(_thinned(rounded, beyond))
    return {
        **{
            quantity + name: pair[..., place]
            for place, quantity in enumerate(QUANTITIES)
            for name, pair in pairs.items()
        },
        "isolated_flips": counts[..., 0] / scale.sites,
        "spurious_flips": counts[..., 0] * share / scale.sites,
        "majority_phase_share": means["phase"][..., 0],
    }


def _spurious_share(counts: Floats, temperature: float) -> Floats:
    return _share(spurious_flips(counts, temperature), counts)


def _share(flips: Floats, counts: Floats) -> Floats:
    """Return these flips as a share of the isolated flips."""
    isolated = counts[..., 0]
    return np.divide(flips, isolated, out=np.zeros_like(flips), where=isolated > 0)


def _moments(energy: Floats) -> Floats:
    """Return E and E^2 of each frame, shape (..., 2)."""
    return np.stack([energy, energy**2], axis=-1)


def _thinnable_moments(energy: Floats, isolated: Floats) -> Floats:
    """Return E, E^2, n, E n and n^2 of each frame, as :func:`_thinned` needs them."""
    n = isolated.astype(float)
    return np.stack([energy, energy**2, n, energy * n, n**2], axis=-1)


def _thinned(means: Floats, share: Floats) -> Floats:
    """Return the means of E and E^2 if each isolated flip is reverted with probability ``share``.

    Isolated flips share no bond, so that reverting each one lowers E by 8.
    """
    E, E2, n, En, n2 = np.moveaxis(means, -1, 0)
    turned2 = share * (1 - share) * n + share**2 * n2
    return np.stack([E - 8 * share * n, E2 - 16 * share * En + 64 * turned2], axis=-1)
