"""Interventions on frames: rounding by neighbors, isolated flips, majority sign."""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.montecarlo import stripes
from ising_fidelity.observables.errors import Floats

UNDECIDED = 0.5
"""Raw outputs of smaller magnitude are nearer to 0 than to a spin."""

Spins = NDArray[np.int8]


def round_by_neighbors(spins: Spins, field: NDArray[np.floating]) -> Spins:
    """Return the spins, with undecided sites set by the sum of the raw outputs around them.

    Shape (..., L, L). Sites with abs(field) below :data:`UNDECIDED` are undecided. Raw outputs are
    clipped to [-1, 1]. A spin whose neighbors sum to 0 keeps its value.
    """
    bounded = np.clip(field.astype(float), -1, 1)
    around = sum(np.roll(bounded, shift, axis) for axis in (-2, -1) for shift in (1, -1))
    changed = (np.abs(bounded) < UNDECIDED) & (around != 0)
    return np.where(changed, np.sign(around), spins).astype(np.int8)


def isolated_flips(spins: Spins) -> NDArray[np.bool_]:
    """Return the isolated flips: spins opposite to all four neighbors, with no such spin beside."""
    alone = spins * lattice.neighbor_sum(spins) == -4
    beside = np.any([np.roll(alone, shift, axis) for axis in (-2, -1) for shift in (1, -1)], axis=0)
    return alone & ~beside


def spurious_flips(counts: Floats, temperature: float) -> Floats:
    r"""Return the number of isolated flips that no temperature explains.

    In equilibrium at any temperature, the odds of a spin given its neighbors are local. A site with
    three neighbors of one sign and one of the other is opposite to the three with odds
    :math:`q = e^{-4/T}`. A site with four equal neighbors is opposite to them with odds q^2.
    Isolated flips hardly affect sites of the first kind, which therefore give the frames' own q.
    Each reverted flip adds five sites aligned with all four neighbors and removes four aligned with
    three. After x flips are reverted, the odds of the second kind must satisfy

    .. math:: (n - x) / (a_4 + 5x) = \bigl(d_3 / (a_3 - 4x)\bigr)^2.

    Flips within the thermal rate of the given temperature are never spurious, even if the frames
    are colder: with few pairs of flips in the frames, q is poorly known.

    Parameters
    ----------
    counts
        Per frame, shape (..., 4): n, isolated flips; d_3, sites opposite to three of their
        neighbors; a_3, sites equal to three of them; a_4, sites equal to all four.
    temperature
        In J/k_B.
    """
    isolated, against, three, four = np.moveaxis(counts, -1, 0)
    low, high = np.zeros_like(isolated), isolated.copy()
    for _ in range(60):
        x = (low + high) / 2
        few = (isolated - x) * np.maximum(three - 4 * x, 0) ** 2 <= against**2 * (four + 5 * x)
        low, high = np.where(few, low, x), np.where(few, x, high)
    return np.minimum(low, flips_beyond(counts, temperature))


def flips_beyond(counts: Floats, temperature: float) -> Floats:
    """Return the number of isolated flips above the thermal rate of a temperature.

    This is the x of :func:`spurious_flips`, which has the same parameters, with the q of that
    temperature; 0 if there are fewer flips.
    """
    isolated, _, _, four = np.moveaxis(counts, -1, 0)
    thermal = np.exp(-8 / temperature)
    return np.maximum((isolated - thermal * four) / (1 + 5 * thermal), 0)


def majority_phase(spins: Spins, temperature: float) -> NDArray[np.bool_]:
    """Return which frames (chain, draw, L, L) the more frequent sign fills, T below T_c."""
    frames = spins.reshape(-1, *spins.shape[-2:])
    ordered = np.array([stripes.is_ordered(frame, temperature) for frame in frames])
    phase = (np.sign(lattice.magnetization(frames)) * ordered).reshape(spins.shape[:2])
    sign = 1 if (phase > 0).sum() >= (phase < 0).sum() else -1
    return phase == sign


def edge_sites(spins: Spins) -> tuple[Floats, Floats, Floats]:
    """Return how many sites of each frame oppose 3, equal 3 and equal 4 of their neighbors."""
    aligned = spins * lattice.neighbor_sum(spins)
    against, three, four = (
        (aligned == value).sum(axis=(-2, -1)).astype(float) for value in (-2, 2, 4)
    )
    return against, three, four
