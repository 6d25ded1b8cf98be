r"""Geometric clusters: equal spins joined by bonds of the periodic lattice.

At T_c their sizes are distributed as :math:`n_s \propto s^{-379/187}` (A. Stella and C.
Vanderzande, Phys. Rev. Lett. 62, 1067, 1989): frames with the right energy and magnetization can
still have wrong domains. Fortuin-Kasteleyn clusters are not measured: their mean size follows from
N m^2 without them, and their random bonds would add noise.
"""

import numpy as np
from numpy.typing import NDArray

QUANTITIES = ("largest_cluster", "mean_cluster_size")
"""In the order of the last axis of :func:`from_means`."""

IN_PLANE = np.zeros((3, 3, 3), int)
IN_PLANE[1] = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]


def size_bins(sites: int) -> NDArray[np.int64]:
    """Return the smallest size of each bin, 1, 2, 4, ..., up to all sites."""
    return 2 ** np.arange(int(sites).bit_length())


def bin_centers(sites: int) -> NDArray[np.float64]:
    """Return the geometric mean of the smallest and largest size of each bin, in sites."""
    first = size_bins(sites)
    return np.sqrt(first * np.minimum(2.0 * first - 1, sites))


def sizes(spins: NDArray[np.int8]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the frame and the number of sites of every cluster of spins (n, L, L)."""
    # Slow to import.
    from scipy.ndimage import label
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    labels = np.zeros(spins.shape, np.int64)
    found = 0
    for sign in (-1, 1):
        part, more = label(spins == sign, IN_PLANE)
        labels += np.where(part > 0, part + found, 0)
        found += more
    labels -= 1
    across = [
        np.stack([first[like], last[like]])
        for first, last, like in (
            (labels[:, 0], labels[:, -1], spins[:, 0] == spins[:, -1]),
            (labels[..., 0], labels[..., -1], spins[..., 0] == spins[..., -1]),
        )
    ]
    rows, columns = np.concatenate(across, axis=1)
    graph = coo_array((np.ones(rows.size, bool), (rows, columns)), shape=(found, found))
    clusters, cluster = connected_components(graph, directed=False)
    size = np.bincount(cluster, np.bincount(labels.ravel(), minlength=found), minlength=clusters)
    frame = np.zeros(clusters, np.intp)
    frame[cluster[labels]] = np.arange(len(spins))[:, None, None]
    return frame, size.astype(np.intp)


def primaries(spins: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the contributions of clusters to means per frame (..., L, L), shape (..., 2 + bins).

    They are the sites of the largest cluster, the sum of squared sizes of all others, and the
    number of clusters in each of :func:`size_bins`.
    """
    frames = spins.reshape(-1, *spins.shape[-2:])
    sites = frames[0].size
    frame, size = sizes(frames)
    largest = np.zeros(len(frames))
    np.maximum.at(largest, frame, size)
    squares = np.bincount(frame, size.astype(float) ** 2, minlength=len(frames)) - largest**2
    bins = len(size_bins(sites))
    place = frame * bins + np.log2(size).astype(np.intp)
    counts = np.bincount(place, minlength=len(frames) * bins).reshape(len(frames), bins)
    together = np.column_stack([largest, squares, counts])
    return together.reshape(*spins.shape[:-2], -1)


def from_means(means: NDArray[np.float64], sites: int) -> NDArray[np.float64]:
    r"""Return all :data:`QUANTITIES` from means of :func:`primaries`, shape (..., 2).

    They are the largest cluster's share of the sites, and the mean size in sites, NaN if all sites
    are in the largest cluster. The mean size is that of the cluster of a random site outside the
    largest, :math:`\sum' s^2 n_s / \sum' s\, n_s` (D. Stauffer and A. Aharony, Introduction to
    Percolation Theory, 1994).
    """
    largest, squares = means[..., 0], means[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = squares / (sites - largest)
    return np.stack([largest / sites, np.where(np.isfinite(mean), mean, np.nan)], axis=-1)


def size_distribution(means: NDArray[np.float64], sites: int) -> NDArray[np.float64]:
    """Return the number of clusters per site and per unit of size in each bin, shape (..., bins).

    ``means`` are those of :func:`primaries`, shape (..., 2 + bins).
    """
    first = size_bins(sites)
    widths = np.minimum(2 * first, sites + 1) - first
    return np.asarray(means[..., 2:] / (sites * widths))
