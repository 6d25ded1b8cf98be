"""Frames that come again, as they are or moved, turned, mirrored or with all spins turned over."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.montecarlo.stripes import winds

PERMUTATIONS = 1000
SEED = 0
MOST_ORDERED = 0.6
r"""\|m\| of a frame from which on it is not looked for stripes."""


@dataclass(frozen=True)
class Repeated:
    """How often two frames are the same.

    Attributes
    ----------
    share, expected
        Of pairs of frames, among those that are judged and among the reference.
    p_value
        That so many pairs are the same, were both sides of one distribution.
    """

    share: float
    expected: float
    p_value: float


def frames(spins: NDArray[np.int8]) -> NDArray[np.void]:
    """Return what is the same for frames (n, L, L) that are the same."""
    return _bytes(np.packbits(spins.reshape(len(spins), -1) > 0, axis=1))


def shapes(spins: NDArray[np.int8]) -> NDArray[np.void]:
    """Return what is the same for frames that symmetries of the model turn into each other.

    It is the sorted autocorrelation of a frame, which very few others share.
    """
    sites = spins.shape[-1] * spins.shape[-2]
    spectrum = np.abs(np.fft.rfft2(spins)) ** 2
    products = np.rint(np.fft.irfft2(spectrum, spins.shape[-2:])).astype(np.int32)
    return _bytes(np.sort(products.reshape(len(spins), sites), axis=1))


def _bytes(rows: NDArray[np.generic]) -> NDArray[np.void]:
    whole = np.ascontiguousarray(rows)
    return whole.view(np.dtype((np.void, whole.dtype.itemsize * whole.shape[1]))).ravel()


def repeated(seen: NDArray[np.void], known: NDArray[np.void]) -> Repeated:
    """Return whether frames come again more often than those of the reference do.

    The sides are mixed at random to see how many pairs are the same within as many frames.
    """
    from scipy.stats import poisson

    _, labels = np.unique(np.concatenate([seen, known]), return_inverse=True)
    n, m = len(seen), len(known)
    own, other = _pairs(labels[:n]), _pairs(labels[n:])
    shares = [2 * pairs / max(1, size * (size - 1)) for pairs, size in ((own, n), (other, m))]
    counts = np.bincount(labels)
    several = labels[counts[labels] > 1]  # the others are in no pair
    if not several.size or n < 2:
        return Repeated(shares[0], shares[1], 1.0)
    generator = np.random.default_rng(SEED)
    mixed = np.array(
        [_pairs(several[generator.random(several.size) < n / (n + m)]) for _ in range(PERMUTATIONS)]
    )
    p_value = float((1 + np.count_nonzero(mixed >= own)) / (1 + PERMUTATIONS))
    if own > mixed.max():
        # Beyond what was drawn: pairs come in clusters, of the size that their spread shows.
        cluster = max(1.0, float(mixed.var() / max(mixed.mean(), 1.0)))
        beyond = poisson.sf(own / cluster - 1, max(mixed.mean(), 1.0) / cluster)
        p_value = min(p_value, float(beyond))
    return Repeated(shares[0], shares[1], p_value)


def shares_again(seen: NDArray[np.void], energy: NDArray[np.float64]) -> tuple[float, float]:
    """Return the shares of frames that come again, of those from the median of u up, and down.

    Frames near the ground state are the same by chance, in a sampler that is too cold above all.
    """
    _, labels = np.unique(seen, return_inverse=True)
    again = np.bincount(labels)[labels] > 1
    middle = np.median(energy)
    return float(again[energy >= middle].mean()), float(again[energy <= middle].mean())


def _pairs(labels: NDArray[np.intp]) -> int:
    counts = np.bincount(labels).astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


def is_striped(spins: NDArray[np.int8]) -> bool:
    """Whether the minority sign of a frame (L, L) winds around the torus, with many sites."""
    m = float(lattice.magnetization(spins))
    return abs(m) < MOST_ORDERED and winds(spins == (-1 if m > 0 else 1))
