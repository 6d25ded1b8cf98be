"""Exact results for the infinite lattice (Onsager, Yang, Toeplitz determinants)."""

import math
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf
from numpy.typing import ArrayLike, NDArray

from ising_fidelity.exact.digits import COLD, HOT, digits_needed
from ising_fidelity.lattice import CRITICAL_TEMPERATURE


def onsager_energy(temperature: float) -> float:
    """Return the energy per spin of the infinite lattice (Onsager, Phys. Rev. 65, 117, 1944)."""
    with mpmath.workdps(digits_needed(temperature)):
        K = 1 / mpf(temperature)
        if temperature <= COLD:
            return float(-2 + 8 * mpmath.exp(-8 * K))
        tanh = mpmath.tanh(2 * K)
        elliptic = mpmath.ellipk(_modulus(K) ** 2)
        return float(-(1 + 2 / mpmath.pi * (2 * tanh**2 - 1) * elliptic) / tanh)


def onsager_specific_heat(temperature: float) -> float:
    """Return the specific heat per spin of the infinite lattice, infinite at T_c (Onsager)."""
    if temperature == CRITICAL_TEMPERATURE:
        return math.inf
    with mpmath.workdps(digits_needed(temperature)):
        K = 1 / mpf(temperature)
        if temperature <= COLD:
            return float(64 * K**2 * mpmath.exp(-8 * K))
        tanh = mpmath.tanh(2 * K)
        first, second = mpmath.ellipk(_modulus(K) ** 2), mpmath.ellipe(_modulus(K) ** 2)
        bracket = first - second - (1 - tanh**2) * (mpmath.pi / 2 + (2 * tanh**2 - 1) * first)
        return float(4 / mpmath.pi * (K / tanh) ** 2 * bracket)


def yang_magnetization(temperature: float) -> float:
    """Return the spontaneous magnetization per spin, 0 from T_c on (Yang, Phys. Rev. 85, 808)."""
    if temperature >= CRITICAL_TEMPERATURE:
        return 0.0
    with mpmath.workdps(digits_needed(temperature)):
        if temperature <= COLD:
            return 1.0
        sinh = mpmath.sinh(2 / mpf(temperature))
        return float((1 - sinh**-4) ** (mpf(1) / 8))


def correlation_length_infinite(temperature: float) -> float:
    r"""Return the correlation length along an axis of the infinite lattice, in sites.

    .. math:: 1 / \xi = \ln\coth K - 2K \quad (T > T_c), \qquad
              1 / \xi = 4K - 2\ln\coth K \quad (T < T_c)

    (McCoy and Wu, The Two-Dimensional Ising Model, 1973), infinite at T_c.
    """
    K = 1 / temperature
    inverse = -math.log(math.tanh(K)) - 2 * K
    if temperature == CRITICAL_TEMPERATURE or inverse == 0:
        return math.inf
    return 1 / inverse if inverse > 0 else -1 / (2 * inverse)


def correlation_infinite(
    temperature: float, distances: ArrayLike, diagonal: bool = False
) -> NDArray[np.float64]:
    r"""Return <s_0 s_r> along an axis or the diagonal of the infinite lattice.

    The Toeplitz determinant det(a_(i-j)), 0 <= i, j < r, of McCoy and Wu (The Two-Dimensional
    Ising Model, 1973, chapter VIII), where a_n are the Fourier coefficients of

    .. math:: \Bigl[\frac{(1 - \alpha_1 e^{i\theta})(1 - \alpha_2 e^{-i\theta})}
                         {(1 - \alpha_1 e^{-i\theta})(1 - \alpha_2 e^{i\theta})}\Bigr]^{1/2}

    with :math:`z = \tanh K, \alpha_1 = z (1 - z) / (1 + z), \alpha_2 = (1 - z) / (z (1 + z))` along
    an axis, and with :math:`\alpha_1 = 0, \alpha_2 = \sinh^{-2} 2K` along the diagonal.

    Parameters
    ----------
    temperature
        In units of J/k_B, above 0 and finite.
    distances
        Whole numbers r >= 0, any shape, to the site (0, r) or, along the diagonal, (r, r).
    diagonal
        Whether the direction is the diagonal.

    Returns
    -------
    ndarray
        Shape of ``distances``. Absolute errors are about 1e-12. Values are exact to double
        precision for T up to 0.1, where all are 1, and from 1e10 on, where only the shortest paths
        contribute: K^r along an axis, (2r choose r) K^(2r) along the diagonal.
    """
    distances = np.asarray(distances, dtype=int)
    if temperature <= COLD:
        return np.ones(distances.shape)
    if temperature >= HOT:
        r = distances.ravel().tolist()
        with mpmath.workdps(20):
            K = 1 / mpf(temperature)
            paths = [mpmath.binomial(2 * n, n) * K ** (2 * n) if diagonal else K**n for n in r]
        return np.array([float(path) for path in paths]).reshape(distances.shape)
    size = max(int(distances.max()), 1)
    z = math.tanh(1 / temperature)
    alpha_1, alpha_2 = z * (1 - z) / (1 + z), (1 - z) / (1 + z) / z
    if diagonal:
        alpha_1, alpha_2 = 0.0, math.sinh(2 / temperature) ** -2
    # The integrand is steep at theta = 0 near T_c: panels are halved towards it.
    nodes, weights = np.polynomial.legendre.leggauss(48 + size)
    edges = np.append(math.pi * 0.5 ** np.arange(55), 0.0)
    lengths = edges[:-1] - edges[1:]
    theta = (edges[1:, None] + lengths[:, None] * (nodes + 1) / 2).ravel()
    weight = (lengths[:, None] * weights / 2).ravel()
    phase = np.angle(1 - alpha_1 * np.exp(1j * theta)) - np.angle(1 - alpha_2 * np.exp(1j * theta))
    order = np.arange(1 - size, size)
    a = np.cos(phase - order[:, None] * theta) @ weight / math.pi
    toeplitz = a[np.subtract.outer(np.arange(size), np.arange(size)) + size - 1]
    table = np.array([np.linalg.det(toeplitz[:r, :r]) for r in range(size + 1)])
    return table[distances]


def eta_of_power_law(
    temperature: float, last_distances: NDArray[np.integer[Any]], first: int = 1
) -> NDArray[np.float64]:
    """Return the exponents of a pure power law fitted to the infinite lattice's correlations.

    Unweighted least squares of ln G(r) over ln r along an axis, with distances from ``first`` to
    each of ``last_distances``. The law holds only at T_c, with exponent 1/4 except at the smallest
    distances; elsewhere the exponent depends on the window.

    Parameters
    ----------
    temperature
        In units of J/k_B. Below T_c, where G does not decay to 0, exponents tend to 0.
    last_distances
        Whole numbers above ``first``, shape (n,).
    """
    r = np.arange(first, int(np.max(last_distances)) + 1)
    x, y = np.log(r), np.log(correlation_infinite(temperature, r))
    slopes = [np.polyfit(x[r <= last], y[r <= last], 1)[0] for last in last_distances]
    return -np.array(slopes)


def _modulus(K: Any) -> Any:
    """Return the modulus 2 sinh(2K) / cosh(2K)^2 of Onsager's elliptic integrals."""
    return 2 * mpmath.sinh(2 * K) / mpmath.cosh(2 * K) ** 2
