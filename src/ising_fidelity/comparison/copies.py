r"""Memorization: how near frames are to the nearest training frame.

A translated, rotated, mirrored or globally flipped training frame counts as a copy, except in
:func:`nearest_hamming`.
"""

from dataclasses import replace

import numpy as np

from ising_fidelity import lattice
from ising_fidelity.comparison.distances import in_rows
from ising_fidelity.comparison.diversity import Spins, evenly_spaced
from ising_fidelity.comparison.noise_floor import Estimate, against_floor
from ising_fidelity.observables.errors import Floats, mean_error

PERMUTATIONS = 2000

CHUNK, TRAINING_CHUNK = 128, 2048
"""Frames and training frames that are multiplied at a time."""

FOURIER_CHUNK = 32
"""Training frames whose correlations with one frame are in memory at a time."""


def nearest_symmetric(spins: Spins, training: Spins) -> Floats:
    r"""Return the smallest fraction of sites in which each frame differs from a training frame.

    Modulo the L^2 translations, the eight symmetries g of the square and the global sign:

    .. math:: \min_t \bigl(1 - \max_{g, r} |c_{gt}(r)| / N\bigr) / 2, \qquad
        c_{gt}(r) = \sum_x (g s)_x t_{x + r},

    where the correlation c comes from Fourier transforms. Frames and training frames have shapes
    (n, L, L) and (m, L, L), the result (n,).
    """
    from scipy import fft

    shape = spins.shape[-2:]
    known = fft.rfft2(training.astype(np.float32))
    largest = np.zeros(len(spins))
    for place, frame in enumerate(spins):
        images = fft.rfft2(np.stack(lattice.symmetries(frame)).astype(np.float32)).conj()
        for first in range(0, len(known), FOURIER_CHUNK):
            product = images[:, None] * known[first : first + FOURIER_CHUNK]
            correlation = fft.irfft2(product, s=shape, overwrite_x=True)
            top = max(correlation.max(), -correlation.min())
            largest[place] = max(largest[place], np.rint(top))  # a whole number up to rounding
    return (1 - largest / (shape[0] * shape[1])) / 2


def memory(
    spins: Spins, reference: Spins, training: Spins, frames: int, seed: int = 0
) -> dict[str, Estimate]:
    """Return how near frames, and held-out Monte Carlo frames, are to the nearest training frame.

    Memorized frames are nearer. Under the null hypothesis frames and held-out frames are
    exchangeable: the p-value is the share of permutations with as small a mean distance, so that a
    small p-value indicates memorization. z is negative where the distance is smaller. Below T_c,
    where all frames are alike, frames that are merely too ordered are nearer, too.

    Parameters
    ----------
    spins, reference, training
        Shapes (n, L, L), (m, L, L) and (k, L, L).
    frames
        Number of frames used per side, evenly spaced.
    seed
        Seed of the permutations.
    """
    sides = [
        nearest_symmetric(evenly_spaced(side, frames), training) for side in (spins, reference)
    ]
    found, heldout = (
        Estimate(float(side.mean()), mean_error(side, "independent")) for side in sides
    )
    both = np.concatenate(sides)
    order = np.random.default_rng(seed).permuted(
        np.tile(np.arange(both.size), (PERMUTATIONS, 1)), axis=1
    )
    floor = both[order[:, : sides[0].size]].mean(axis=1)
    name = "nearest_training_symmetric"
    # The mean of permutations is over both sides; without memorization the held-out mean is due.
    nearest = replace(against_floor(found.value, found.error, floor, low=True), floor=np.nan)
    return {name: nearest, f"{name}_heldout": heldout}


def nearest_hamming(spins: Spins, training: Spins) -> tuple[float, float]:
    """Return the mean over frames of the smallest share of sites that differ from a training frame.

    Near 0, a model reproduces its training frames. Shapes are (n, L, L) and (m, L, L); the standard
    error of the mean is NaN for one frame.
    """
    # Whole numbers up to 2^24 are exact in float32, and so are the overlaps.
    frames, every = in_rows(spins), in_rows(training)
    overlap = np.full(len(frames), -np.inf)
    for start in range(0, len(every), TRAINING_CHUNK):
        known = every[start : start + TRAINING_CHUNK].astype(np.float32).T
        for first in range(0, len(frames), CHUNK):
            some = slice(first, first + CHUNK)
            products = frames[some].astype(np.float32) @ known
            np.maximum(overlap[some], products.max(axis=1), out=overlap[some])
    nearest = (1 - overlap / frames.shape[1]) / 2
    return float(nearest.mean()), mean_error(nearest, "independent")
