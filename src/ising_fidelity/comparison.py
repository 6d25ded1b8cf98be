r"""Distances between two sets of frames.

A distance of two distributions is computed from the values of both sides together and a weight of
each value on either side, so that one function serves three purposes:

* the distance itself, where a side's values have equal weights and the others none;
* its error, from bootstrap resamples of both sides;
* its noise floor: every distance is above 0 between two finite samples of one distribution, and how
  far above, it tells itself once frames of both sides have changed places at random. Were both sides
  one distribution, the distance would be one like these. Their share that is as large is the p-value
  of that hypothesis (a permutation test); the distance less their mean, in units of their spread, z.

Where draws are correlated, blocks of successive ones are resampled (H. Kuensch, Ann. Stat. 17, 1217,
1989) and change places together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from ising_fidelity import lattice

Floats = NDArray[np.float64]
RESAMPLES = 100
PERMUTATIONS = 400
CHUNK = 1024

Distance = Callable[[Floats, Floats, Floats], Floats]
"""Takes n values, and weights (..., n) with sum 1 of either side; returns distances (...)."""


@dataclass(frozen=True)
class Estimate:
    """A distance with what can be said of it.

    Attributes
    ----------
    value, error
        The distance and its standard error, NaN if either side is a single frame.
    z, p_value
        Against its noise floor: NaN where that does not spread, or is not known.
    """

    value: float
    error: float
    z: float = np.nan
    p_value: float = np.nan


def compare(
    spins: NDArray[np.int8],
    reference: NDArray[np.int8],
    blocks: tuple[int, int] = (1, 1),
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return every distance between two sets of frames by name.

    Parameters
    ----------
    spins, reference
        Shapes (n, L, L) and (m, L, L).
    blocks
        How many successive frames of either side hang together: 2 tau_int, 1 if independent.
    seed
        Of bootstrap and permutations.
    """
    u = np.concatenate([lattice.energy(spins), lattice.energy(reference)])
    m = np.concatenate([lattice.magnetization(spins), lattice.magnetization(reference)])
    sides = Sides.of((len(spins), len(reference)), blocks, seed)
    series = {"energy": u, "magnetization": m, "abs_magnetization": np.abs(m)}
    estimates = {
        f"{name}_{label}": sides.estimate(distance, values)
        for name, values in series.items()
        for label, distance in (("wasserstein", wasserstein), ("ks", kolmogorov_smirnov))
    }
    together = sides.estimate(energy_distance, np.stack([u, m], axis=-1))
    hamming = Estimate(*hamming_cross(spins, reference, blocks))
    return {**estimates, "energy_magnetization_distance": together, "hamming_cross": hamming}


@dataclass(frozen=True)
class Sides:
    """Weights of the frames of two sides, counted together.

    Attributes
    ----------
    found
        The sides as they are, shape (2, n + m).
    resampled
        Bootstrap resamples of both, shape (2, RESAMPLES, n + m).
    permuted
        After frames have changed places, shape (2, PERMUTATIONS, n + m).
    """

    found: Floats
    resampled: Floats
    permuted: Floats

    @classmethod
    def of(cls, sizes: tuple[int, int], blocks: tuple[int, int], seed: int) -> "Sides":
        """Return the weights of sides of these sizes."""
        generator = np.random.default_rng(seed)
        n, m = sizes
        members = np.zeros((2, n + m), bool)
        members[0, :n] = members[1, n:] = True
        resampled = np.zeros((2, RESAMPLES, n + m))
        for side, (size, block) in enumerate(zip(sizes, blocks, strict=True)):
            for row in resampled[side]:
                row[members[side]] = _resampled_counts(size, block, generator)
        permuted = np.zeros((PERMUTATIONS, n + m), bool)
        for row in permuted:
            row[_moved(sizes, max(blocks), generator)[:n]] = True
        return cls(
            _normalized(members),
            _normalized(resampled),
            _normalized(np.stack([permuted, ~permuted])),
        )

    def estimate(self, distance: Distance, values: Floats) -> Estimate:
        """Return a distance with its error and where it is above its noise floor.

        Parameters
        ----------
        values
            Of the frames of both sides together, shape (n + m,) or (n + m, k).
        """
        found = float(distance(values, *self.found))
        floor = distance(values, *self.permuted)
        # What is the same but for rounding counts as the same.
        slack = 1e-12 * max(found, float(floor.max()))
        as_large = np.count_nonzero(floor >= found - slack)
        single = min(np.count_nonzero(self.found, axis=1)) < 2
        spread = float(floor.std(ddof=1))
        return Estimate(
            value=found,
            error=np.nan if single else float(distance(values, *self.resampled).std(ddof=1)),
            z=np.nan if spread <= slack else (found - float(floor.mean())) / spread,
            p_value=(1 + as_large) / (1 + PERMUTATIONS),
        )


def _normalized(weights: NDArray[np.generic]) -> Floats:
    weights = weights.astype(float)
    total: Floats = weights.sum(axis=-1, keepdims=True)
    return weights / total


def _resampled_counts(size: int, block: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """Return how often each value is drawn, with replacement in blocks of successive ones."""
    starts = generator.integers(size, size=-(-size // block))
    places = (starts[:, None] + np.arange(block)).ravel()[:size]
    return np.bincount(places % size, minlength=size)


def _moved(sizes: tuple[int, int], block: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """Return the frames of both sides, counted together, in an order of shuffled blocks."""
    if block == 1:
        return generator.permutation(sum(sizes))
    bounds = [(0, sizes[0]), (sizes[0], sum(sizes))]
    parts = [
        np.arange(first, min(first + block, end))
        for begin, end in bounds
        for first in range(begin, end, block)
    ]
    return np.concatenate([parts[i] for i in generator.permutation(len(parts))])


def wasserstein(values: Floats, first: Floats, second: Floats) -> Floats:
    """Return the Wasserstein-1 distance, the area between two distribution functions.

    In units of the values; see :data:`Distance`.
    """
    order = np.argsort(values, kind="stable")
    difference = np.cumsum((first - second)[..., order], axis=-1)
    area: Floats = np.abs(difference[..., :-1]) @ np.diff(values[order])
    return area


def kolmogorov_smirnov(values: Floats, first: Floats, second: Floats) -> Floats:
    """Return the Kolmogorov-Smirnov statistic, the largest distance of two distributions.

    See :data:`Distance`.
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    difference = np.cumsum((first - second)[..., order], axis=-1)
    # Distribution functions rise by all equal values at once.
    last = np.append(ordered[1:] != ordered[:-1], True)
    largest: Floats = np.abs(difference[..., last]).max(axis=-1)
    return largest


def energy_distance(values: Floats, first: Floats, second: Floats) -> Floats:
    r"""Return the energy distance of two distributions of points.

    .. math:: 2 \langle |x - y| \rangle - \langle |x - x'| \rangle - \langle |y - y'| \rangle

    (G. Szekely and M. Rizzo, J. Stat. Plann. Inference 143, 1249, 2013), 0 only where both are the
    same. Each coordinate counts in units of its spread over both sides. See :data:`Distance`.
    """
    spread = values.std(axis=0)
    points = values / np.where(spread > 0, spread, 1)
    difference = first - second
    distance: Floats = -((difference @ cdist(points, points)) * difference).sum(axis=-1)
    return distance


def hamming_cross(
    spins: NDArray[np.int8], reference: NDArray[np.int8], blocks: tuple[int, int] = (1, 1)
) -> tuple[float, float]:
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
    return float(distances[0].mean()), float(np.sqrt(sum(squares)))


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
