"""Interventions on frames: rounding by neighbors, isolated flips, majority sign."""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.montecarlo import stripes
from ising_fidelity.observables.errors import Floats

UNDECIDED = 0.5
"""Raw outputs between minus this and this are nearer to 0 than to a spin."""

Spins = NDArray[np.int8]


def round_by_neighbors(spins: Spins, field: NDArray[np.floating]) -> Spins:
    """Return the spins, those of undecided sites by the sum of the raw outputs around them.

    Shape (..., L, L); undecided are sites with abs(field) below :data:`UNDECIDED`. Raw outputs
    count as much as a spin at most. A spin whose neighbors sum up to 0 stays.
    """
    bounded = np.clip(field.astype(float), -1, 1)
    around = sum(np.roll(bounded, shift, axis) for axis in (-2, -1) for shift in (1, -1))
    changed = (np.abs(bounded) < UNDECIDED) & (around != 0)
    return np.where(changed, np.sign(around), spins).astype(np.int8)


def isolated_flips(spins: Spins) -> NDArray[np.bool_]:
    """Return where a spin is against all four neighbors, none of which is so itself."""
    alone = spins * lattice.neighbor_sum(spins) == -4
    beside = np.any([np.roll(alone, shift, axis) for axis in (-2, -1) for shift in (1, -1)], axis=0)
    return alone & ~beside


def spurious_flips(counts: Floats, temperature: float) -> Floats:
    r"""Return how many of the isolated flips no temperature explains.

    In equilibrium at any temperature a site whose neighbors are three of one sign and one of the
    other is against the three with odds :math:`q = e^{-4/T}`, and one whose neighbors are all alike
    is against them with odds q^2, since odds given the neighbors are local. The former, hardly
    touched by isolated flips, tell the frames' own q; turning x flips back, each of which makes
    five sites of the second kind and takes four aligned ones of the first, must bring the latter to

    .. math:: (n - x) / (a_4 + 5x) = \bigl(d_3 / (a_3 - 4x)\bigr)^2.

    Flips that are thermal at the temperature asked for are never called spurious, even if the
    frames are colder: with few pairs of flips among the frames q is not known well.

    Parameters
    ----------
    counts
        Per frame, shape (..., 4): n, isolated flips; d_3, sites against three of their neighbors;
        a_3, sites with three; a_4, sites with all four.
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
    """Return how many isolated flips are more than thermal at a temperature.

    The x of :func:`spurious_flips`, whose parameters these are, with the q of that temperature; 0
    if there are fewer.
    """
    isolated, _, _, four = np.moveaxis(counts, -1, 0)
    thermal = np.exp(-8 / temperature)
    return np.maximum((isolated - thermal * four) / (1 + 5 * thermal), 0)


def majority_phase(spins: Spins, temperature: float) -> NDArray[np.bool_]:
    """Return which frames (chain, draw, L, L), T below T_c, the sign fills that fills more."""
    frames = spins.reshape(-1, *spins.shape[-2:])
    ordered = np.array([stripes.is_ordered(frame, temperature) for frame in frames])
    phase = (np.sign(lattice.magnetization(frames)) * ordered).reshape(spins.shape[:2])
    sign = 1 if (phase > 0).sum() >= (phase < 0).sum() else -1
    return phase == sign


def edge_sites(spins: Spins) -> tuple[Floats, Floats, Floats]:
    """Return how many sites of each frame are against 3, with 3 and with 4 of their neighbors."""
    aligned = spins * lattice.neighbor_sum(spins)
    against, three, four = (
        (aligned == value).sum(axis=(-2, -1)).astype(float) for value in (-2, 2, 4)
    )
    return against, three, four
