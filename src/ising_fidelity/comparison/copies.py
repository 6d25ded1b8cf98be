r"""Memory and diversity: copies of training frames, and how many different frames there are.

Both are taken modulo what the model of Ising does not tell apart: a copy that is moved, turned,
mirrored or has all signs changed is a copy.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.comparison import Estimate, against_floor, thinning

Floats = NDArray[np.float64]
Spins = NDArray[np.int8]
PERMUTATIONS = 2000
VENDI_FRAMES = 250
"""At most so many frames of either side; the eigenvalues of more take long."""
VENDI_PAIRS = 200
JACKKNIFE_GROUPS = 10
CHUNK = 32


def evenly_spaced(spins: Spins, count: int) -> Spins:
    """Return ``count`` frames, or all if there are fewer, from the whole length of a set."""
    count = min(count, len(spins))
    return spins[np.arange(count) * len(spins) // max(count, 1)]


def nearest_symmetric(spins: Spins, training: Spins) -> Floats:
    r"""Return the smallest fraction of sites in which each frame differs from a training frame.

    Modulo the L^2 translations, the eight symmetries g of the square and the global sign:

    .. math:: \min_t \bigl(1 - \max_{g, r} |c_{gt}(r)| / N\bigr) / 2, \qquad
        c_{gt}(r) = \sum_x (g s)_x t_{x + r},

    where the correlation c comes from Fourier transforms.

    Parameters
    ----------
    spins, training
        Shapes (n, L, L) and (m, L, L).

    Returns
    -------
    ndarray
        Shape (n,).
    """
    from scipy import fft

    shape = spins.shape[-2:]
    known = fft.rfft2(training.astype(np.float32))
    largest = np.zeros(len(spins))
    for place, frame in enumerate(spins):
        images = fft.rfft2(np.stack(lattice.symmetries(frame)).astype(np.float32)).conj()
        for first in range(0, len(known), CHUNK):
            product = images[:, None] * known[first : first + CHUNK]
            correlation = fft.irfft2(product, s=shape, overwrite_x=True)
            top = max(correlation.max(), -correlation.min())
            largest[place] = max(largest[place], np.rint(top))  # a whole number but for rounding
    return (1 - largest / (shape[0] * shape[1])) / 2


def memory(
    spins: Spins, reference: Spins, training: Spins, frames: int, seed: int = 0
) -> dict[str, Estimate]:
    """Return how near frames come to a training frame, and held-out Monte Carlo frames likewise.

    Frames that were learnt by heart are nearer. Were the frames more of Monte Carlo, they and the
    held-out ones could change places: the p-value is the share of such permutations in which the
    mean distance is as small (a small one: memory), z is negative where it is smaller. Below T_c,
    where all frames are alike, so are frames that are merely too ordered.

    Parameters
    ----------
    spins, reference, training
        Shapes (n, L, L), (m, L, L) and (k, L, L).
    frames
        How many of either side are looked at, evenly spaced.
    seed
        Of the permutations.
    """
    sides = [
        nearest_symmetric(evenly_spaced(side, frames), training) for side in (spins, reference)
    ]
    (found, error), (heldout, heldout_error) = map(_mean, sides)
    both = np.concatenate(sides)
    order = np.random.default_rng(seed).permuted(
        np.tile(np.arange(both.size), (PERMUTATIONS, 1)), axis=1
    )
    floor = both[order[:, : sides[0].size]].mean(axis=1)
    name = "nearest_training_symmetric"
    # Permutations have the mean of both sides; without memory that of the held-out side is due.
    nearest = replace(against_floor(found, error, floor, low=True), floor=np.nan)
    return {name: nearest, f"{name}_heldout": Estimate(heldout, heldout_error)}


def _mean(values: Floats) -> tuple[float, float]:
    """Return the mean of independent numbers and its standard error, NaN for one."""
    error = values.std(ddof=1) / np.sqrt(values.size) if values.size > 1 else np.nan
    return float(values.mean()), float(error)


def overlap_kernel(spins: Spins) -> Floats:
    r"""Return the squared overlaps of frames, :math:`K_{ab} = (s_a \cdot s_b / N)^2`.

    1 on the diagonal and positive semidefinite, being the elementwise square of a Gram matrix. The
    square makes a frame and the same with all signs changed one.

    Parameters
    ----------
    spins
        Shape (n, L, L).

    Returns
    -------
    ndarray
        Shape (n, n).
    """
    # Whole numbers up to 2^24 are exact in float32.
    frames = spins.reshape(len(spins), -1).astype(np.float32)
    return ((frames @ frames.T).astype(float) / frames.shape[1]) ** 2


def vendi_score(kernel: Floats) -> float:
    r"""Return the effective number of distinct frames in a set.

    .. math:: \exp\Bigl(-\sum_i \lambda_i \ln \lambda_i\Bigr), \qquad
        \lambda_i \text{ the eigenvalues of } K / n

    (D. Friedman and A. B. Dieng, Trans. Mach. Learn. Res., 2023): n where all frames are
    orthogonal, 1 where they are the same.

    Parameters
    ----------
    kernel
        Shape (n, n), 1 on the diagonal.
    """
    eigenvalues = np.linalg.eigvalsh(kernel / len(kernel))
    eigenvalues = eigenvalues[eigenvalues > 0]
    return float(np.exp(-np.sum(eigenvalues * np.log(eigenvalues))))


def diversity(
    spins: Spins, reference: Spins, blocks: tuple[float, float] = (1, 1), seed: int = 0
) -> dict[str, Estimate]:
    """Return the Vendi score of the frames, of as many of the reference, and their ratio.

    The score grows with the number of frames, so both sides have the same: no more than half of
    the reference, than the frames, and than :data:`VENDI_FRAMES`, evenly spaced. The noise floor
    is the ratio between disjoint random halves of that size of the reference; without replacement,
    since a frame drawn twice is a mode less. Disjoint, they differ as two samples of the truth do:
    what a finite reference takes from the variance of each, it adds by making one large where the
    other is small. A mode collapse makes the ratio small: p is the share of ratios as small as this
    one, z is negative where it is smaller. Errors are those of the jackknife, which leaves out one
    of ten groups of frames at a time.

    Parameters
    ----------
    spins, reference
        Shapes (n, L, L) and (m, L, L).
    blocks
        2 tau_int of either side: of correlated frames only some are looked at.
    seed
        Of the halves of the reference.
    """
    (stride, _), (other_stride, _) = map(thinning, blocks)
    spins, reference = spins[::stride], reference[::other_stride]
    count = min(len(spins), len(reference) // 2, VENDI_FRAMES)
    names = ("vendi_score", "vendi_score_reference", "vendi_ratio")
    if count == 0:
        return dict.fromkeys(names, Estimate(np.nan, np.nan))
    own, other = (
        Estimate(*_vendi_with_error(overlap_kernel(evenly_spaced(side, count))))
        for side in (spins, reference)
    )
    generator = np.random.default_rng(seed)
    everything = overlap_kernel(reference)
    ratios = np.empty(VENDI_PAIRS)
    for pair in range(VENDI_PAIRS):
        halves = generator.permutation(len(reference))[: 2 * count].reshape(2, count)
        first, second = (vendi_score(everything[np.ix_(half, half)]) for half in halves)
        ratios[pair] = first / second
    ratio = own.value / other.value
    error = ratio * np.hypot(own.error / own.value, other.error / other.value)
    estimates = own, other, against_floor(ratio, float(error), ratios, low=True)
    return dict(zip(names, estimates, strict=True))


def _vendi_with_error(kernel: Floats) -> tuple[float, float]:
    count = len(kernel)
    if count < 2:
        return vendi_score(kernel), np.nan
    groups = np.arange(count) * JACKKNIFE_GROUPS // count
    left = [groups != group for group in np.unique(groups)]
    scores = np.array([vendi_score(kernel[np.ix_(rest, rest)]) for rest in left])
    variance = (len(scores) - 1) * scores.var()
    return vendi_score(kernel), float(np.sqrt(variance))
