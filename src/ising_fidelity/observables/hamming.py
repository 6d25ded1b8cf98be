"""The Hamming distance between frames of one set."""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.observables.errors import mean_error
from ising_fidelity.observables.pieces import by_pieces


def hamming_distance(spins: NDArray[np.int8], sampling: str) -> tuple[float, float]:
    r"""Return the mean fraction of differing sites over all pairs of distinct frames.

    Two frames differ in (1 - q_ab) / 2 of their sites, q_ab = s_a . s_b / N. The sum over all
    pairs:

    .. math:: \sum_{b \ne a} q_{ab} = s_a \cdot \Bigl(\sum_b s_b\Bigr) / N - 1.

    The error is twice that of the mean over a of each frame's mean distance to the others (the
    Hoeffding projection of the pair mean; W. Hoeffding, Ann. Math. Stat. 19, 293, 1948), by the
    Gamma method if draws are correlated. Above T_c, where frames are uncorrelated, it is too large
    by up to a factor sqrt(2).

    ``spins`` has shape (chain, draw, L, L), ``sampling`` is ``chain`` or ``independent``. Value and
    error are NaN for a single frame.
    """
    frames = spins.reshape(-1, spins.shape[-2] * spins.shape[-1])
    count, sites = frames.shape
    if count == 1:
        return np.nan, np.nan
    everything = frames.sum(axis=0, dtype=np.float64)
    projected = by_pieces(lambda some: some.astype(np.float64) @ everything, frames)
    overlap = (projected / sites - 1) / (count - 1)
    distance = (1 - overlap) / 2
    return float(distance.mean()), 2 * mean_error(distance.reshape(spins.shape[:2]), sampling)
