r"""The couplings that describe the frames: a spin's log odds given its surroundings.

In equilibrium, given all other spins, a spin is up with log odds

.. math:: \ln\frac{P(s = +1)}{P(s = -1)} = 2 (K_x h_x + K_y h_y + K_d h_d + b),

where :math:`h_x`, :math:`h_y` and :math:`h_d` are the sums of its neighbors along x, along y and
along the diagonals. The simulated model has :math:`K_x = K_y = 1/T` and :math:`K_d = b = 0`.
Maximum pseudo-likelihood estimates all four from frames without any reference (J. Besag, The
Statistician 24, 179, 1975), with errors from the spread over frames.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.observables.pieces import by_pieces

Floats = NDArray[np.float64]

NAMES = ("coupling_x", "coupling_y", "coupling_diagonal", "field")
STEPS = 100
"""Most iterations of Newton's method."""
PRECISION = 1e-10
_SUMS = np.stack(
    np.meshgrid([-2, 0, 2], [-2, 0, 2], [-4, -2, 0, 2, 4], indexing="ij"), axis=-1
).reshape(-1, 3)
SURROUNDINGS = np.column_stack([_SUMS, np.ones(len(_SUMS))]).astype(float)
"""Factors of the couplings in each of the surroundings, shape (45, 4)."""

DIRECTIONS = np.array(
    [
        _SUMS[:, 0] + _SUMS[:, 1],
        _SUMS[:, 0] - _SUMS[:, 1],
        _SUMS[:, 2],
        np.ones(len(_SUMS), np.int64),
    ],
    dtype=float,
)
"""Possible errors of couplings: temperature, anisotropy, diagonals, field; shape (4, 45)."""
FEWEST = 50
"""Fewest expected spins opposite to their neighbors for a normal sum of them."""


@dataclass(frozen=True)
class Fit:
    """Parameters of maximum pseudo-likelihood.

    Attributes
    ----------
    values, covariance
        Shapes (k,) and (k, k).
    log_likelihood
        Of all spins, which are not independent: differences are in units of ``dispersion``.
    """

    values: Floats
    covariance: Floats
    log_likelihood: float
    dispersion: float


def counts(spins: NDArray[np.int8]) -> Floats:
    """Return how often each kind of surroundings occurs in each frame (n, L, L), shape (n, 45, 2).

    The last axis counts spins that are down, and spins that are up.
    """
    return by_pieces(_counts, spins)


def _counts(spins: NDArray[np.int8]) -> Floats:
    right, left = np.roll(spins, 1, -1), np.roll(spins, -1, -1)
    along_x = right + left
    along_y = np.roll(spins, 1, -2) + np.roll(spins, -1, -2)
    diagonal = np.roll(along_x, 1, -2) + np.roll(along_x, -1, -2)
    code = ((along_x + 2) // 2 * 3 + (along_y + 2) // 2) * 5 + (diagonal + 4) // 2
    states = code.astype(np.int64) * 2 + (spins > 0)
    places = states.reshape(len(spins), -1) + 90 * np.arange(len(spins))[:, None]
    found = np.bincount(places.ravel(), minlength=90 * len(spins))
    return found.reshape(len(spins), 45, 2).astype(float)


def fit(
    found: Floats,
    terms: Floats = SURROUNDINGS,
    known: Floats | float = 0.0,
    correlation: float = 1.0,
) -> Fit | None:
    """Return the parameters of maximum pseudo-likelihood, None if there is no maximum.

    Parameters
    ----------
    found
        Result of :func:`counts`, shape (n, 45, 2).
    terms
        Factor of each parameter in each of the surroundings, shape (45, k).
    known
        The part of half the log odds that is not fitted, shape (45,).
    correlation
        2 tau_int, the number of frames per independent frame.
    """
    total = found.sum(axis=0)
    both, up = total.sum(axis=-1), total[:, 1]
    values = np.zeros(terms.shape[1])
    for _ in range(STEPS):
        share = share_up(known + terms @ values)
        slope = 2 * terms.T @ (up - both * share)
        curvature = 4 * terms.T @ (terms * (both * share * (1 - share))[:, None])
        try:
            step = np.linalg.solve(curvature, slope)
        except np.linalg.LinAlgError:
            return None
        values = values + np.clip(step, -1, 1)
        if np.abs(step).max() < PRECISION:
            break
    else:
        return None
    # The score of each frame: frames are independent, spins within a frame are not.
    scores = 2 * (found[:, :, 1] - found.sum(axis=-1) * share) @ terms
    inverse = np.linalg.inv(curvature)
    spread = scores.T @ scores * correlation * len(scores) / max(len(scores) - 1, 1)
    covariance = inverse @ spread @ inverse
    likelihood = log_likelihood(found, share_up(known + terms @ values))
    dispersion = float(np.trace(inverse @ spread) / len(values))
    return Fit(values, covariance, likelihood, dispersion)


def score_p_values(found: Floats, temperature: float, correlation: float = 1.0) -> Floats:
    """Return the p-value of equilibrium in each of :data:`DIRECTIONS`.

    In equilibrium the scores of every frame have mean 0. No parameter is fitted, so that this holds
    even where few spins are opposite to their neighbors, unlike errors of fitted couplings. NaN if
    fewer than :data:`FEWEST` such spins are expected.
    """
    excess = found[..., 1] - found[..., 0] - _expected_excess(found, temperature)
    rare = _rare(found.sum(axis=(0, 2)), temperature)
    return np.array([_t_test(excess @ one, correlation, rare) for one in DIRECTIONS])


def answer_p_values(found: Floats, temperature: float, correlation: float = 1.0) -> Floats:
    """Return the p-value of the response to each kind of surroundings, shape (12,).

    Kinds are classes under the global flip and quarter turns. A deviation that no coupling explains
    appears in one of them. NaN if too few spins opposite to their neighbors are expected.
    """
    excess = found[..., 1] - found[..., 0] - _expected_excess(found, temperature)
    h, diagonal = _SUMS[:, 0] + _SUMS[:, 1], _SUMS[:, 2]
    sign = np.where(h != 0, np.sign(h), np.sign(diagonal))
    kinds = np.column_stack([np.abs(h), diagonal * sign])
    total = found.sum(axis=(0, 2))
    p_values = []
    for kind in np.unique(kinds[sign != 0], axis=0):
        own = sign * (kinds == kind).all(axis=1)
        rare = _rare(total * np.abs(own), temperature)
        p_values.append(_t_test(excess @ own, correlation, rare))
    return np.array(p_values)


def _expected_excess(found: Floats, temperature: float) -> Floats:
    return np.asarray(found.sum(axis=-1) * np.tanh(of_temperature(temperature)))


def _rare(total: Floats, temperature: float) -> float:
    """Return the expected number of spins opposite to their neighbors."""
    return float(total @ share_up(-np.abs(of_temperature(temperature))))


def _t_test(series: Floats, correlation: float, rare: float) -> float:
    """Return the p-value of a series whose mean is 0 in equilibrium, by Student's t."""
    from scipy.special import stdtr  # slow to import

    frames = len(series) / correlation
    if rare < FEWEST or frames < 3:
        return np.nan
    spread = float(series.std(ddof=1))
    if spread == 0:  # all frames are equal, at best without a single rare spin
        return float(np.exp(-rare)) if series[0] else 1.0
    return float(2 * stdtr(frames - 1, -abs(series.mean()) / spread * np.sqrt(frames)))


def log_likelihood(found: Floats, share: Floats) -> float:
    """Return the log-likelihood of all spins, given the probability of up in each surroundings."""
    down, up = found.sum(axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(up > 0, up * np.log(share), 0) + np.where(
            down > 0, down * np.log1p(-share), 0
        )
    return float(terms.sum())


def of_temperature(temperature: float) -> Floats:
    """Return half the equilibrium log odds in each of the surroundings, shape (45,)."""
    return SURROUNDINGS[:, :2].sum(axis=1) / temperature


def share_up(half_log_odds: Floats) -> Floats:
    """Return the probability that a spin is up."""
    return 1 / (1 + np.exp(-2 * half_log_odds))
