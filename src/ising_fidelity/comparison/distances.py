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

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]
RESAMPLES = 200
FLOOR_DRAWS = 2000
BINS = 8
FRAMES_PER_CELL = 10
"""Of the joint histogram, at most so many bins in either direction, at least so many frames of the
reference in a cell on average: with fewer, cells that are empty by chance lower the noise floor."""
CHUNK = 128

Distance = Callable[[Floats, Floats], Floats]
"""Takes k values in rising order and differences (..., k) of weights; returns distances (...)."""


@dataclass(frozen=True)
class Estimate:
    """A number with what can be said of it.

    Attributes
    ----------
    value, error
        The number and its standard error, NaN if either side is a single frame.
    z, p_value
        Against its noise floor; z is NaN where that does not spread, both where there is none.
    floor
        Mean of the noise floor: what Monte Carlo against Monte Carlo would have.
    """

    value: float
    error: float
    z: float = np.nan
    p_value: float = np.nan
    floor: float = np.nan


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


def thinning(block: float) -> tuple[int, float]:
    """Return the stride at which correlated frames are looked at, and what correlation is left.

    Parameters
    ----------
    block
        2 tau_int of the frames.

    Returns
    -------
    stride
        The nearest whole number.
    block
        2 tau_int of every stride-th frame, were the decay of correlations exponential.
    """
    stride = max(1, round(block))
    decay = ((block - 1) / (block + 1)) ** stride
    return stride, (1 + decay) / (1 - decay)


@dataclass(frozen=True)
class Draws:
    """Frames drawn again, the same ones for every distance.

    Attributes
    ----------
    resampled
        Indices into either side's own frames, shapes (RESAMPLES, n) and (RESAMPLES, m).
    floor
        Indices into the reference's frames, shapes (FLOOR_DRAWS, n') and (FLOOR_DRAWS, m'), where
        n' and m' are the effective numbers of frames.
    """

    resampled: tuple[Integers, Integers]
    floor: tuple[Integers, Integers]

    @classmethod
    def of(cls, sizes: tuple[int, int], blocks: tuple[float, float], seed: int) -> "Draws":
        """Return draws for sides of these sizes."""
        generator = np.random.default_rng(seed)
        first, second = (
            (_blockwise(size, int(np.ceil(block)), generator), max(1, round(size / block)))
            for size, block in zip(sizes, blocks, strict=True)
        )
        floor = [
            generator.integers(sizes[1], size=(FLOOR_DRAWS, effective), dtype=np.int32)
            for effective in (first[1], second[1])
        ]
        return cls((first[0], second[0]), (floor[0], floor[1]))

    def estimate(
        self,
        distances: dict[str, Distance],
        first: NDArray[np.generic],
        second: NDArray[np.generic],
    ) -> dict[str, Estimate]:
        """Return distances with their errors and where they are above their noise floors.

        Parameters
        ----------
        distances
            By name.
        first, second
            One value of every frame of either side, shapes (n,) and (m,).
        """
        values, ranks = np.unique(np.concatenate([first, second]), return_inverse=True)
        own, other = ranks[: len(first)], ranks[len(first) :]
        found, resampled, floor = (
            _weights(one, index_one, len(values)) - _weights(two, index_two, len(values))
            for one, index_one, two, index_two in (
                (own, np.arange(len(own))[None], other, np.arange(len(other))[None]),
                (own, self.resampled[0], other, self.resampled[1]),
                (other, self.floor[0], other, self.floor[1]),
            )
        )
        single = min(len(first), len(second)) < 2
        return {
            name: against_floor(
                float(distance(values, found)[0]),
                np.nan if single else float(distance(values, resampled).std(ddof=1)),
                distance(values, floor),
            )
            for name, distance in distances.items()
        }


def against_floor(value: float, error: float, floor: Floats, low: bool = False) -> Estimate:
    """Return where a number is within what it would be between Monte Carlo and Monte Carlo.

    Parameters
    ----------
    value, error
        Of the number.
    floor
        What it is where there is no difference, shape (draws,).
    low
        Whether small numbers speak against that, in place of large ones.
    """
    # What is the same but for rounding counts as the same.
    slack = 1e-12 * max(abs(value), float(np.abs(floor).max()))
    extreme = floor <= value + slack if low else floor >= value - slack
    mean, spread = float(floor.mean()), float(floor.std(ddof=1))
    return Estimate(
        value=value,
        error=error,
        z=np.nan if spread <= slack else (value - mean) / spread,
        p_value=(1 + int(np.count_nonzero(extreme))) / (1 + floor.size),
        floor=mean,
    )


def _blockwise(size: int, block: int, generator: np.random.Generator) -> Integers:
    """Return resamples of indices, with replacement in blocks of successive ones."""
    starts = generator.integers(size, size=(RESAMPLES, -(-size // block)))
    places = (starts[:, :, None] + np.arange(block)).reshape(RESAMPLES, -1)
    return (places[:, :size] % size).astype(np.int32)


def _weights(ranks: NDArray[np.intp], index: NDArray[np.integer], values: int) -> Floats:
    """Return the share of each value among the frames drawn, shape (draws, values)."""
    shares = np.empty((len(index), values))
    for first in range(0, len(index), CHUNK):
        drawn = ranks[index[first : first + CHUNK]]
        places = drawn + values * np.arange(len(drawn))[:, None]
        counts = np.bincount(places.ravel(), minlength=values * len(drawn))
        shares[first : first + CHUNK] = counts.reshape(len(drawn), values)
    return shares / index.shape[1]


def wasserstein(values: Floats, difference: Floats) -> Floats:
    """Return the Wasserstein-1 distance, the area between two distribution functions.

    In units of the values; see :data:`Distance`.
    """
    area: Floats = np.abs(np.cumsum(difference, axis=-1)[..., :-1]) @ np.diff(values)
    return area


def kolmogorov_smirnov(values: Floats, difference: Floats) -> Floats:
    """Return the Kolmogorov-Smirnov statistic, the largest distance of two distribution functions.

    See :data:`Distance`.
    """
    largest: Floats = np.abs(np.cumsum(difference, axis=-1)).max(axis=-1)
    return largest


def total_variation(values: Floats, difference: Floats) -> Floats:
    """Return the total variation distance, the share of frames that have another value.

    Between 0 and 1, where no value is common to both; see :data:`Distance`.
    """
    share: Floats = np.abs(difference).sum(axis=-1) / 2
    return share


def joint_cells(
    first: tuple[Floats, Floats], reference: tuple[Floats, Floats]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the cell of the joint histogram of (u, m) that each frame is in.

    Edges are the quantiles of the reference, so that each of its rows and columns holds as many
    frames; fewer where values repeat.

    Parameters
    ----------
    first, reference
        Two values of every frame of either side, shapes (n,) and (m,).
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
    frames, others = _flat(spins).astype(float), _flat(reference).astype(float)
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


def nearest_hamming(spins: NDArray[np.int8], training: NDArray[np.int8]) -> tuple[float, float]:
    """Return the mean over frames of the smallest share of sites that differ from a training frame.

    Near 0 a model repeats what it was trained on.

    Parameters
    ----------
    spins, training
        Shapes (n, L, L) and (m, L, L).

    Returns
    -------
    value, error
        Standard error of the mean over frames; NaN for one frame.
    """
    # Whole numbers up to 2^24 are exact in float32, so the overlaps are.
    known = _flat(training).astype(np.float32).T
    frames = _flat(spins).astype(np.float32)
    overlap = np.concatenate(
        [(frames[i : i + CHUNK] @ known).max(axis=1) for i in range(0, len(frames), CHUNK)]
    )
    nearest = (1 - overlap.astype(float) / frames.shape[1]) / 2
    error = nearest.std(ddof=1) / np.sqrt(nearest.size) if nearest.size > 1 else np.nan
    return float(nearest.mean()), float(error)


def _flat(spins: NDArray[np.int8]) -> NDArray[np.int8]:
    return spins.reshape(len(spins), -1)
