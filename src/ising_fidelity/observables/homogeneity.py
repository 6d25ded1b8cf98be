"""Whether all places of the lattice are equivalent, as on a torus.

In equilibrium, bonds at all places are broken equally often. Over independent frames the count at a
place is binomial, so that a place that differs is detected wherever it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.observables.pieces import by_pieces, pieces

SEAM, SITE, LINE, MANY = "the seam", "a site", "a line", "many places"
ENOUGH = 100
"""Fewest broken bonds of a line for a normal sum."""
MOST_LINES = 3
"""Most lines affected by one row or column: its own bonds, and those to both sides."""
SMALL = 1e-4
"""The p-value, adjusted for the number of places, below which a place differs."""


@dataclass(frozen=True)
class Homogeneity:
    """How much the least likely bond, row or column differs.

    Attributes
    ----------
    p_value
        Over all places; NaN for a single frame.
    where
        Which kind of place differs: the seam, a site, a line or many places.
    place
        The row and column of the worst bond.
    """

    p_value: float
    where: str
    place: tuple[int, int]


def homogeneity(spins: NDArray[np.int8], correlation: float = 1.0) -> Homogeneity:
    """Return whether bonds at all places are broken equally often.

    Parameters
    ----------
    spins
        Shape (n, L, L), values -1 and +1.
    correlation
        2 tau_int, the number of frames per independent frame.
    """
    from scipy.special import ndtr
    from scipy.stats import binom

    n, L, _ = spins.shape
    if n < 2:
        return Homogeneity(np.nan, "", (0, 0))
    often = np.sum([_broken(some).sum(axis=0) for some in pieces(spins)], axis=0)
    frames = max(1, round(n / correlation))
    share = often.mean(axis=(1, 2), keepdims=True) / n  # per direction: anisotropy is not a place
    scaled = np.rint(often / n * frames)
    tails = [binom.cdf(scaled, frames, share), binom.sf(scaled - 1, frames, share)]
    of_bonds = np.minimum(1, 2 * np.minimum(*tails)) * often.size
    # Horizontal and vertical bonds, each by columns and by rows; bonds of a line are correlated.
    counts = by_pieces(_of_lines, spins)
    lines = counts / L
    apart = lines - counts.sum(axis=-1, keepdims=True) / L**2
    error = apart.std(axis=0, ddof=1) * np.sqrt(correlation / n)
    z = np.divide(apart.mean(axis=0), error, out=np.zeros_like(error), where=error > 0)
    many = lines.sum(axis=0) * L >= ENOUGH
    of_lines = np.where(many, 2 * ndtr(-np.abs(z)), 1.0) * max(1, many.sum())
    least = min(float(of_bonds.min()), float(of_lines.min()))
    _, y, x = np.unravel_index(of_bonds.argmin(), of_bonds.shape)
    unlike = (
        (of_lines < SMALL) & _far(apart.mean(axis=0)),
        (of_bonds < SMALL) & _far(often - n * share),
    )
    return Homogeneity(min(1.0, 2 * least), _where(*unlike, L), (int(y), int(x)))


def _broken(spins: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return which horizontal and vertical bonds of each frame are broken, shape (n, 2, L, L)."""
    return np.stack([spins != np.roll(spins, -1, -1), spins != np.roll(spins, -1, -2)], axis=1)


def _of_lines(spins: NDArray[np.int8]) -> NDArray[np.intp]:
    """Return how many bonds of each kind of line are broken in each frame, shape (n, 4, L)."""
    broken = _broken(spins)
    return np.concatenate([broken.sum(axis=2), broken.sum(axis=3)], axis=1)


def _far(deviations: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which deviations are at least half as large as the largest.

    A place that differs shifts the mean over all, and thereby the deviations of all others a
    little.
    """
    return np.asarray(np.abs(deviations) >= np.abs(deviations).max() / 2)


def _where(lines: NDArray[np.bool_], bonds: NDArray[np.bool_], L: int) -> str:
    """Return the kind of place that differs, given which lines and bonds do."""
    across, along = lines[0], lines[3]
    seam = across | along
    if seam.any() and not lines[1:3].any() and {*np.flatnonzero(seam)} <= {L - 1}:
        return SEAM
    places = np.argwhere(bonds)
    if len(places):
        ends = [{(y, x), ((y + (kind == 1)) % L, (x + (kind == 0)) % L)} for kind, y, x in places]
        if set.intersection(*ends):
            return SITE
    return LINE if 0 < lines.sum() <= MOST_LINES else MANY
