"""Repeated frames: identical, or identical up to the symmetries of lattice and model."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.montecarlo.stripes import winds
from ising_fidelity.observables.pieces import by_pieces

PERMUTATIONS = 1000
DIGEST = 16
"""Bytes of the hash of a shape."""
SEED = 0
MOST_ORDERED = 0.6
r"""Largest \|m\| of a frame that can count as striped."""


@dataclass(frozen=True)
class Repeated:
    """How often two frames are identical.

    Attributes
    ----------
    share, expected
        Share of identical pairs among the judged frames, and among the reference frames.
    p_value
        Probability of at least as many identical pairs if both sides have one distribution.
    """

    share: float
    expected: float
    p_value: float


def frames(spins: NDArray[np.int8]) -> NDArray[np.void]:
    """Return a key of each frame (n, L, L), equal for identical frames only."""
    return _bytes(np.packbits(spins.reshape(len(spins), -1) > 0, axis=1))


def shapes(spins: NDArray[np.int8]) -> NDArray[np.void]:
    """Return a key of each frame, equal for frames that are identical up to symmetries.

    It is how often each value of the frame's autocorrelation occurs; other frames very rarely have
    the same counts.
    """
    return by_pieces(_shapes, spins)


def _shapes(spins: NDArray[np.int8]) -> NDArray[np.void]:
    from scipy import fft  # slow to import

    sites = spins.shape[-1] * spins.shape[-2]
    spectrum = np.abs(fft.rfft2(spins.astype(float))) ** 2
    products = fft.irfft2(spectrum, s=spins.shape[-2:]).reshape(len(spins), sites)
    # A translated frame differs at an even number of sites, so the products are N, N - 4, ...
    steps = np.rint((sites - products) / 4).astype(np.intp)
    values = sites // 2 + 1
    places = steps + values * np.arange(len(spins))[:, None]
    counts = np.bincount(places.ravel(), minlength=values * len(spins)).reshape(-1, values)
    digests = [hashlib.blake2b(row.data, digest_size=DIGEST).digest() for row in counts]
    return np.frombuffer(b"".join(digests), np.dtype((np.void, DIGEST)))


def _bytes(rows: NDArray[np.generic]) -> NDArray[np.void]:
    whole = np.ascontiguousarray(rows)
    return whole.view(np.dtype((np.void, whole.dtype.itemsize * whole.shape[1]))).ravel()


def repeated(seen: NDArray[np.void], known: NDArray[np.void]) -> Repeated:
    """Test whether frames repeat more often than those of the reference do.

    A permutation test: random splits of both sets together give the distribution of the number of
    identical pairs.
    """
    from scipy.stats import poisson

    _, labels = np.unique(np.concatenate([seen, known]), return_inverse=True)
    n, m = len(seen), len(known)
    own, other = _pairs(labels[:n]), _pairs(labels[n:])
    shares = [2 * pairs / max(1, size * (size - 1)) for pairs, size in ((own, n), (other, m))]
    counts = np.bincount(labels)
    several = labels[counts[labels] > 1]  # the others are unique
    if not several.size or n < 2:
        return Repeated(shares[0], shares[1], 1.0)
    generator = np.random.default_rng(SEED)
    mixed = np.array(
        [_pairs(several[generator.random(several.size) < n / (n + m)]) for _ in range(PERMUTATIONS)]
    )
    p_value = float((1 + np.count_nonzero(mixed >= own)) / (1 + PERMUTATIONS))
    if own > mixed.max():
        # Beyond all permutations: a Poisson tail, for clusters of pairs as large as the ratio of
        # variance to mean.
        cluster = max(1.0, float(mixed.var() / max(mixed.mean(), 1.0)))
        beyond = poisson.sf(own / cluster - 1, max(mixed.mean(), 1.0) / cluster)
        p_value = min(p_value, float(beyond))
    return Repeated(shares[0], shares[1], p_value)


def shares_again(seen: NDArray[np.void], energy: NDArray[np.float64]) -> tuple[float, float]:
    """Return the shares of repeated frames above and below the median energy.

    Frames near the ground state are identical by chance, mainly in a sampler that is too cold.
    """
    _, labels = np.unique(seen, return_inverse=True)
    again = np.bincount(labels)[labels] > 1
    middle = np.median(energy)
    return float(again[energy >= middle].mean()), float(again[energy <= middle].mean())


def _pairs(labels: NDArray[np.intp]) -> int:
    counts = np.bincount(labels).astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


def is_striped(spins: NDArray[np.int8]) -> bool:
    """Whether a large domain of the minority sign of a frame (L, L) winds around the torus."""
    m = float(lattice.magnetization(spins))
    return abs(m) < MOST_ORDERED and winds(spins == (-1 if m > 0 else 1))
