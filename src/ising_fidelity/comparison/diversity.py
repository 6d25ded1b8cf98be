"""The diversity of a set of frames: its effective number of distinct frames."""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.comparison.noise_floor import Estimate, against_floor, thinning
from ising_fidelity.observables.errors import Floats

Spins = NDArray[np.int8]

VENDI_FRAMES = 250
"""Most frames per side; the eigenvalues of larger kernels take long."""

VENDI_SUBSETS = 100
"""Random subsets of the reference whose scores give the noise floor."""

TOGETHER = 10
"""Most disjoint subsets of one permutation of the reference."""

JACKKNIFE_GROUPS = 10


def evenly_spaced(spins: Spins, count: int) -> Spins:
    """Return ``count`` evenly spaced frames of a set, or all if there are fewer."""
    count = min(count, len(spins))
    return spins[np.arange(count) * len(spins) // max(count, 1)]


def overlap_kernel(spins: Spins) -> Floats:
    r"""Return the squared overlaps of frames, :math:`K_{ab} = (s_a \cdot s_b / N)^2`, shape (n, n).

    1 on the diagonal and positive semidefinite, as the elementwise square of a Gram matrix. Due to
    the square, a frame and its global flip are equal.
    """
    # Whole numbers up to 2^24 are exact in float32.
    frames = spins.reshape(len(spins), -1).astype(np.float32)
    return ((frames @ frames.T).astype(float) / frames.shape[1]) ** 2


def vendi_score(kernel: Floats) -> float:
    r"""Return the effective number of distinct frames in a set.

    .. math:: \exp\Bigl(-\sum_i \lambda_i \ln \lambda_i\Bigr), \qquad
        \lambda_i \text{ the eigenvalues of } K / n

    (D. Friedman and A. B. Dieng, Trans. Mach. Learn. Res., 2023): n if all frames are orthogonal,
    1 if all are equal. The kernel K has shape (n, n) and 1 on the diagonal.
    """
    eigenvalues = np.linalg.eigvalsh(kernel / len(kernel))
    eigenvalues = eigenvalues[eigenvalues > 0]
    return float(np.exp(-np.sum(eigenvalues * np.log(eigenvalues))))


def diversity(
    spins: Spins, reference: Spins, blocks: tuple[float, float] = (1, 1), seed: int = 0
) -> dict[str, Estimate]:
    """Return the Vendi score of the frames, of equally many reference frames, and their ratio.

    The score grows with the number of frames, so both sides have the same number of evenly spaced
    frames: half of the reference, all frames or :data:`VENDI_FRAMES`, whichever is least. The noise
    floor is the ratio between disjoint random subsets of the reference of that size, sampled
    without replacement, since a repeated frame lowers the score. Disjoint subsets differ as two
    samples of the true distribution do: the finite reference reduces the variance of each, but
    makes them anticorrelated by the same amount. All pairs of subsets of one permutation count, and
    of a larger reference, evenly spaced frames that are enough for one permutation. A mode
    collapse makes the ratio small: p is the share of floor ratios as small as the observed
    one, and z is negative where it is smaller. Errors are jackknife errors over ten groups of
    frames.

    Parameters
    ----------
    spins, reference
        Shapes (n, L, L) and (m, L, L).
    blocks
        2 tau_int of each side; correlated frames are thinned.
    seed
        Seed of the random subsets of the reference.
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
    enough = evenly_spaced(reference, TOGETHER * VENDI_FRAMES)
    ratios = _floor(overlap_kernel(enough), count, np.random.default_rng(seed))
    ratio = own.value / other.value
    error = ratio * np.hypot(own.error / own.value, other.error / other.value)
    estimates = own, other, against_floor(ratio, float(error), ratios, low=True)
    return dict(zip(names, estimates, strict=True))


def _floor(kernel: Floats, count: int, generator: np.random.Generator) -> Floats:
    """Return ratios between scores of disjoint random subsets of ``count`` frames."""
    parts = min(len(kernel) // count, TOGETHER)
    ratios = []
    for _ in range(-(-VENDI_SUBSETS // parts)):
        subsets = generator.permutation(len(kernel))[: parts * count].reshape(parts, count)
        scores = np.array([vendi_score(kernel[np.ix_(one, one)]) for one in subsets])
        ratios.append((scores[:, None] / scores)[~np.eye(parts, dtype=bool)])
    return np.concatenate(ratios)


def _vendi_with_error(kernel: Floats) -> tuple[float, float]:
    count = len(kernel)
    if count < 2:
        return vendi_score(kernel), np.nan
    groups = np.arange(count) * JACKKNIFE_GROUPS // count
    left = [groups != group for group in np.unique(groups)]
    scores = np.array([vendi_score(kernel[np.ix_(rest, rest)]) for rest in left])
    variance = (len(scores) - 1) * scores.var()
    return vendi_score(kernel), float(np.sqrt(variance))
