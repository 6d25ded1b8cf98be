"""Distances between two sets of frames, and their noise floors.

Every distance here depends on the difference of two distribution functions, that of the frames and
that of the reference, so that one function of the difference serves three purposes:

* the distance itself;
* its error, from bootstrap resamples of both sides;
* its noise floor: every distance is above 0 between two finite samples of one distribution. How far
  above, the reference tells: two sets of as many frames as either side has are drawn from it, and
  the distance between them is one of Monte Carlo to Monte Carlo. The share of those that are as
  large as the distance found is the p-value of "these frames are Monte Carlo"; the distance less
  their mean, in units of their spread, is z.

Both sets of the floor are drawn with replacement, and from the same finite reference. That its own
distribution function, not the true one, is the common centre of both does not matter: it cancels in
the difference, whose fluctuations are, to leading order, those between two samples of the truth,
for one ratio of the sizes as for another (the bootstrap of the two-sample empirical process; A. van
der Vaart and J. Wellner, Weak Convergence and Empirical Processes, 1996, Sec. 3.7). Shuffling
frames between the sides, the other common way, would let the floor depend on the model that is
judged, and has no good answer where one side is correlated and the other not.

Of correlated draws only every second, third, ... is looked at, see :func:`thinning`: a floor drawn
frame by frame knows their effective number, but one number does not fit all of a distribution, and
the floor of a chain as it is would be too high. What correlation is left lowers the number of
frames that are drawn for the floor, so that false alarms are as many as stated or fewer, and makes
errors resample blocks of successive frames (H. Kuensch, Ann. Stat. 17, 1217, 1989).
"""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.comparison.noise_floor import Distance, Draws, Estimate, thinning
from ising_fidelity.observables.errors import Floats

BINS = 8
FRAMES_PER_CELL = 10
"""Of the joint histogram, at most so many bins in either direction, at least so many frames of the
reference in a cell on average: with fewer, cells that are empty by chance lower the noise floor."""


def compare(
    spins: NDArray[np.int8],
    reference: NDArray[np.int8],
    blocks: tuple[float, float] = (1, 1),
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return every distance between two sets of frames by name.

    ``hamming_cross`` has no noise floor: it is a mean of pairs that is far from 0 where both sides
    are the same, and the reference's own mean of pairs is ``hamming_distance``.

    Parameters
    ----------
    spins, reference
        Shapes (n, L, L) and (m, L, L).
    blocks
        How many successive frames of either side hang together: 2 tau_int, 1 if independent.
    seed
        Of bootstrap and noise floor.
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
    """Return the Kolmogorov-Smirnov statistic, the largest distance of two distribution functions.

    See :data:`Distance`.
    """
    return np.asarray(np.abs(np.cumsum(difference, axis=-1)).max(axis=-1))


def total_variation(values: Floats, difference: Floats) -> Floats:
    """Return the total variation distance, the share of frames that have another value.

    Between 0 and 1, where no value is common to both; see :data:`Distance`.
    """
    return np.asarray(np.abs(difference).sum(axis=-1) / 2)


def joint_cells(
    first: tuple[Floats, Floats], reference: tuple[Floats, Floats]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the cell of the joint histogram of (u, m) that each frame is in.

    Either side has two values of every frame, shapes (n,) and (m,). Edges are the quantiles of the
    reference, so that each of its rows and columns holds as many frames; fewer where values repeat.
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

    The error is that of the frames' and of the reference frames' mean distances to the other side,
    added in squares.
    """
    frames, others = in_rows(spins).astype(float), in_rows(reference).astype(float)
    sites = frames.shape[1]
    distances = [
        (1 - side @ other.mean(axis=0) / sites) / 2
        for side, other in ((frames, others), (others, frames))
    ]
    squares = [
        distance.var(ddof=1) * block / distance.size if distance.size > 1 else np.nan
        for distance, block in zip(distances, blocks, strict=True)
    ]
    return Estimate(float(distances[0].mean()), float(np.sqrt(sum(squares))))


def in_rows(spins: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the sites of each frame in one row."""
    return spins.reshape(len(spins), -1)
