"""Distances between two sets of frames.

Every distance is above 0 between two finite samples of one distribution; how far above, the
reference tells when its even frames are held against its odd ones. Errors come from a bootstrap
of both sides; where draws are correlated it resamples blocks of them (H. Kuensch, Ann. Stat. 17,
1217, 1989).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice

Floats = NDArray[np.float64]
RESAMPLES = 100
CHUNK = 1024


def compare(
    spins: NDArray[np.int8],
    reference: NDArray[np.int8],
    blocks: tuple[int, int] = (1, 1),
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Return every distance between two sets of frames and its standard error.

    Parameters
    ----------
    spins, reference
        Shapes (n, L, L) and (m, L, L).
    blocks
        How many successive frames of either side hang together: 2 tau_int, 1 if independent.
    seed
        Of the bootstrap.

    Returns
    -------
    dict
        Name to (value, standard error); NaN as the error if either side is a single frame.
    """
    m, m_reference = lattice.magnetization(spins), lattice.magnetization(reference)
    pairs = {
        "energy": (lattice.energy(spins), lattice.energy(reference)),
        "magnetization": (m, m_reference),
        "abs_magnetization": (np.abs(m), np.abs(m_reference)),
    }
    estimates = {
        f"{name}_{label}": (distance(*pair), _bootstrap_error(distance, pair, blocks, seed))
        for name, pair in pairs.items()
        for label, distance in (("wasserstein", wasserstein), ("ks", kolmogorov_smirnov))
    }
    return {**estimates, "hamming_cross": hamming_cross(spins, reference, blocks)}


def wasserstein(first: Floats, second: Floats) -> float:
    """Return the Wasserstein-1 distance of two samples, the area between their distributions.

    In units of the samples; they may have different lengths.
    """
    values, difference = _distribution_difference(first, second)
    return float(np.abs(difference[:-1]) @ np.diff(values))


def kolmogorov_smirnov(first: Floats, second: Floats) -> float:
    """Return the Kolmogorov-Smirnov statistic, the largest distance of two distributions."""
    return float(np.abs(_distribution_difference(first, second)[1]).max())


def _distribution_difference(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Return all values, sorted, and at each the difference of the distribution functions."""
    values = np.sort(np.concatenate([first, second]))
    shares = [
        np.searchsorted(np.sort(sample), values, side="right") / sample.size
        for sample in (first, second)
    ]
    return values, shares[0] - shares[1]


def _bootstrap_error(
    distance: Callable[[Floats, Floats], float],
    samples: tuple[Floats, Floats],
    blocks: tuple[int, int],
    seed: int,
) -> float:
    if min(sample.size for sample in samples) < 2:
        return np.nan
    generator = np.random.default_rng(seed)
    replicates = [
        distance(*[_resample(*one, generator) for one in zip(samples, blocks, strict=True)])
        for _ in range(RESAMPLES)
    ]
    return float(np.std(replicates, ddof=1))


def _resample(sample: Floats, block: int, generator: np.random.Generator) -> Floats:
    """Return as many values, drawn with replacement in blocks of successive ones."""
    starts = generator.integers(sample.size, size=-(-sample.size // block))
    places = (starts[:, None] + np.arange(block)).ravel()[: sample.size]
    return sample[places % sample.size]


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
