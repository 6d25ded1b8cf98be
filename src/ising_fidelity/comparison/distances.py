"""Distances between two sets of frames, and their noise floors.

Every distance here is a function of the difference between two distribution functions, that of the
frames and that of the reference. This difference serves three purposes:

* the distance itself;
* its error, from bootstrap resamples of both sides;
* its noise floor: the distance between two finite samples of one distribution is above 0. To
  estimate it, two sets as large as the two sides are resampled from the reference: their distance
  is one between Monte Carlo and Monte Carlo. The share of such distances that are as large as the
  observed one is the p-value of "these frames are Monte Carlo". The observed distance minus their
  mean, in units of their spread, is z.

Both sets of the floor are resampled with replacement from the same finite reference. Its
distribution function replaces the true one as the common center of both sets, but cancels in the
difference. To leading order, the fluctuations of the difference are those between two samples of
the true distribution, for any ratio of sizes (the bootstrap of the two-sample empirical process; A.
van der Vaart and J. Wellner, Weak Convergence and Empirical Processes, 1996, Sec. 3.7). The common
alternative, shuffling frames between the sides, would make the floor depend on the model under
test. It also does not apply if only one side is correlated.

Correlated draws are thinned first, see :func:`thinning`. Resampling single frames uses one
effective sample size, which does not fit the whole distribution, and the floor of an unthinned
chain would be too high. The remaining correlation reduces the number of frames that are resampled
for the floor, so that the rate of false alarms is at most the stated one. For errors, blocks of
successive frames are resampled (H. Kuensch, Ann. Stat. 17, 1217, 1989).
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.comparison.noise_floor import Distance, Draws, Estimate, thinning
from ising_fidelity.observables.errors import Floats
from ising_fidelity.observables.pieces import by_pieces

BINS = 8
FRAMES_PER_CELL = 10
"""Most bins of the joint histogram in each direction, and fewest reference frames per cell on
average: with fewer frames, cells that are empty by chance lower the noise floor."""


def compare(
    spins: NDArray[np.int8],
    reference: NDArray[np.int8],
    blocks: tuple[float, float] = (1, 1),
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return every distance between two sets of frames by name.

    ``hamming_cross`` has no noise floor: it is a mean over pairs and far from 0 even if both sides
    are equal. ``hamming_distance`` is the reference's own mean over pairs.

    Parameters
    ----------
    spins, reference
        Shapes (n, L, L) and (m, L, L).
    blocks
        2 tau_int of each side in frames, 1 if independent.
    seed
        Seed of bootstrap and noise floor.
    """
    hamming = hamming_cross(spins, reference, blocks)
    (stride, left), (other_stride, other_left) = map(thinning, blocks)
    sides = spins[::stride], reference[::other_stride]
    u, m = ([series(side) for side in sides] for series in (lattice.energy, lattice.magnetization))
    draws = Draws.of((len(sides[0]), len(sides[1])), (left, other_left), seed)
    one_by_one: dict[str, Distance] = {"wasserstein": wasserstein, "ks": kolmogorov_smirnov}
    estimates: dict[str, Estimate] = {}
    for name, values in {
        "energy": u,
        "magnetization": m,
        "abs_magnetization": [np.abs(side) for side in m],
    }.items():
        found = draws.estimate(one_by_one, *values)
        estimates |= {f"{name}_{label}": estimate for label, estimate in found.items()}
    cells = joint_cells((u[0], m[0]), (u[1], m[1]))
    together = draws.estimate({"energy_magnetization_histogram": total_variation}, *cells)
    return {**estimates, **together, "hamming_cross": hamming}


def wasserstein(values: Floats, difference: Floats) -> Floats:
    """Return the Wasserstein-1 distance, the area between two distribution functions.

    In units of the values; see :data:`Distance`.
    """
    return np.asarray(np.abs(np.cumsum(difference, axis=-1)[..., :-1]) @ np.diff(values))


def kolmogorov_smirnov(values: Floats, difference: Floats) -> Floats:
    """Return the Kolmogorov-Smirnov statistic, the largest gap between distribution functions.

    See :data:`Distance`.
    """
    return np.asarray(np.abs(np.cumsum(difference, axis=-1)).max(axis=-1))


def total_variation(values: Floats, difference: Floats) -> Floats:
    """Return the total variation distance, half the sum of absolute differences of shares.

    Between 0 and 1; 1 if the sides share no value; see :data:`Distance`.
    """
    return np.asarray(np.abs(difference).sum(axis=-1) / 2)


def joint_cells(
    first: tuple[Floats, Floats], reference: tuple[Floats, Floats]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the cell of the joint histogram of (u, m) that each frame is in.

    Each side has two values per frame, shapes (n,) and (m,). Edges are quantiles of the reference,
    so that its rows and columns hold equal numbers of frames; there are fewer where values repeat.
    """
    cells = np.zeros(len(first[0]), np.intp), np.zeros(len(reference[0]), np.intp)
    bins = min(BINS, max(1, int(np.sqrt(len(reference[0]) / FRAMES_PER_CELL))))
    shares = np.arange(1, bins) / bins
    for values in zip(first, reference, strict=True):
        edges = np.unique(np.quantile(values[1], shares, method="inverted_cdf"))
        for cell, of_side in zip(cells, values, strict=True):
            cell *= BINS
            cell += np.searchsorted(edges, of_side)
    return cells


def hamming_cross(
    spins: NDArray[np.int8], reference: NDArray[np.int8], blocks: tuple[float, float] = (1, 1)
) -> Estimate:
    """Return the mean fraction of differing sites over pairs (frame, reference frame).

    The error is the root of the summed squares of both sides' errors of the mean distance to the
    other side.
    """
    frames, others = in_rows(spins), in_rows(reference)
    sites = frames.shape[1]
    overlaps = [
        by_pieces(partial(np.dot, b=other.mean(axis=0)), side)
        for side, other in ((frames, others), (others, frames))
    ]
    distances = [(1 - overlap / sites) / 2 for overlap in overlaps]
    squares = [
        distance.var(ddof=1) * block / distance.size if distance.size > 1 else np.nan
        for distance, block in zip(distances, blocks, strict=True)
    ]
    return Estimate(float(distances[0].mean()), float(np.sqrt(sum(squares))))


def in_rows(spins: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return each frame as one row of sites, shape (n, N)."""
    return spins.reshape(len(spins), -1)
