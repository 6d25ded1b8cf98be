r"""Exact results: Kaufman's finite lattice, Onsager's and Yang's infinite one, correlations.

Everything here is for the square lattice of :mod:`ising_fidelity.lattice` with K = J / (k_B T).

Sums over modes cancel: at low T the specific heat, of order e^(-8K), remains of terms of order
e^(-4K), and at T_c one term of the partition function and its derivatives are of the form 0 x inf.
The closed forms are therefore evaluated with so many digits that the results are exact to double
precision at every temperature; mpmath's exponents have no bounds, so nothing overflows at any L.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf
from numpy.typing import ArrayLike, NDArray

from ising_fidelity.lattice import CRITICAL_TEMPERATURE

LARGEST_COUNTED_LATTICE = 32
"""L up to which :func:`energy_levels` counts, in some seconds."""


@dataclass(frozen=True)
class FiniteLattice:
    """Exact thermodynamics of one periodic L x L lattice, per spin, with J = k_B = 1."""

    free_energy: float
    energy: float
    specific_heat: float
    entropy: float


def kaufman(lattice_size: int, temperature: float) -> FiniteLattice:
    r"""Return the exact thermodynamics of the periodic L x L lattice.

    Kaufman's partition function (Phys. Rev. 76, 1232, 1949) in the form of Ferdinand and Fisher
    (Phys. Rev. 185, 832, 1969) with n = L,

    .. math::
        Z = \tfrac12 (2 \sinh 2K)^{n^2/2} \Bigl[
            \prod_{l\,\text{odd}} 2\cosh\tfrac{n\gamma_l}{2}
          + \prod_{l\,\text{odd}} 2\sinh\tfrac{n\gamma_l}{2}
          + \prod_{l\,\text{even}} 2\cosh\tfrac{n\gamma_l}{2}
          + \prod_{l\,\text{even}} 2\sinh\tfrac{n\gamma_l}{2} \Bigr],

    0 <= l < 2n, cosh(gamma_l) = cosh(2K) coth(2K) - cos(pi l / n). All gamma_l are positive but
    gamma_0 = 2K + ln tanh K, which changes sign at T_c. Energy and specific heat are the analytic
    first and second derivatives of ln Z.

    Parameters
    ----------
    lattice_size
        L >= 2; at L = 2 both bonds between two sites count.
    temperature
        In units of J/k_B, above 0.

    Raises
    ------
    ValueError
        If L < 2 or T <= 0.
    """
    if lattice_size < 2:
        raise ValueError(f"lattice_size must be at least 2, got {lattice_size}")
    sites = lattice_size**2
    with mpmath.workdps(_digits(temperature)):
        K = 1 / mpf(temperature)
        sinh, coth = mpmath.sinh(2 * K), mpmath.coth(2 * K)
        terms = [term for odd in (1, 0) for term in _mode_products(lattice_size, K, odd)]
        total = sum(product for product, _, _ in terms)
        weights = [product / total for product, _, _ in terms]
        first = sum(w * f for w, (_, f, _) in zip(weights, terms, strict=True))
        second = sum(
            w * (g + (f - first) ** 2) for w, (_, f, g) in zip(weights, terms, strict=True)
        )
        log_z = (mpmath.log(total / 2) + sites * mpmath.log(2 * sinh) / 2) / sites
        energy = -first / sites - coth
        return FiniteLattice(
            free_energy=float(-log_z / K),
            energy=float(energy),
            specific_heat=float(K**2 * (second / sites - 2 / sinh**2)),
            entropy=float(log_z + K * energy),
        )


def _mode_products(n: int, K: Any, odd: int) -> tuple[tuple[Any, Any, Any], tuple[Any, Any, Any]]:
    """Return the cosh and the sinh product over odd or even l, each with ln's K-derivatives."""
    sinh, cosh = mpmath.sinh(2 * K), mpmath.cosh(2 * K)
    # c = cosh(gamma_l) is sinh(2K) + 1 / sinh(2K) - cos(pi l / n) too.
    c_1 = 2 * cosh * (1 - 1 / sinh**2)
    c_2 = 4 * (sinh - 1 / sinh) + 8 * cosh**2 / sinh**3
    cosh_product, cosh_1, cosh_2 = mpf(1), mpf(0), mpf(0)
    sinh_product, sinh_1, sinh_2 = mpf(1), mpf(0), mpf(0)
    # gamma_l = gamma_(2n - l): half of the modes count twice.
    for mode in range(odd, n + 1, 2):
        if mode == 0:
            gamma = 2 * K + mpmath.log(mpmath.tanh(K))
            gamma_1 = 2 + 2 / sinh
            gamma_2 = -4 * cosh / sinh**2
        else:
            c = sinh + 1 / sinh - mpmath.cospi(mpf(mode) / n)
            root = mpmath.sqrt(c**2 - 1)
            gamma = mpmath.log(c + root)
            gamma_1 = c_1 / root
            gamma_2 = (c_2 - c * gamma_1**2) / root
        times = 1 if mode in (0, n) else 2
        x_1, x_2 = n * gamma_1 / 2, n * gamma_2 / 2
        half = mpmath.exp(n * gamma / 2)
        up, down = half + 1 / half, half - 1 / half
        tanh = down / up
        cosh_product *= up**times
        cosh_1 += times * x_1 * tanh
        cosh_2 += times * (x_2 * tanh + x_1**2 * (1 - tanh**2))
        sinh_product *= down**times
        sinh_1 += times * x_1 / tanh
        sinh_2 += times * (x_2 / tanh + x_1**2 * (1 - 1 / tanh**2))
    return (cosh_product, cosh_1, cosh_2), (sinh_product, sinh_1, sinh_2)


def energy_levels(lattice_size: int) -> tuple[NDArray[np.int64], list[int]]:
    r"""Return all energies of the periodic L x L lattice and how many configurations have each.

    Kaufman's partition function is a polynomial in x = e^(-4K),

    .. math:: Z = e^{2NK} \sum_{j=0}^{N} g_j x^j,

    whose coefficients P. D. Beale (Phys. Rev. Lett. 76, 78, 1996) found by algebra. Here they come
    from its values at the N + 1 roots of unity, with digits enough to round to whole numbers.

    Parameters
    ----------
    lattice_size
        L, even, 2 to 32.

    Returns
    -------
    energies
        Of the whole lattice in J, -2N to 2N by 4, shape (N + 1,).
    counts
        Exact whole numbers with sum 2^N.

    Raises
    ------
    ValueError
        If L is odd, where some energies differ by 2, or above 32, where it takes too long.
    """
    if not has_energy_levels(lattice_size):
        raise ValueError(
            f"lattice_size must be even, from 2 to {LARGEST_COUNTED_LATTICE}, got {lattice_size}"
        )
    sites = lattice_size**2
    return np.arange(-2 * sites, 2 * sites + 1, 4), list(_level_counts(lattice_size))


@cache
def _level_counts(lattice_size: int) -> tuple[int, ...]:
    """Return how many configurations have each of the energies -2N, -2N + 4, ... 2N."""
    sites = lattice_size**2
    points = sites + 1
    with mpmath.workdps(20 + int(sites * math.log10(2)) + lattice_size):
        roots = [mpmath.expjpi(mpf(2 * k) / points) for k in range(points)]
        # The polynomial is real: values at conjugate roots are conjugates.
        values = [_level_polynomial(lattice_size, root) for root in roots[: points // 2 + 1]]
        # Whole multiples of 2^-bits from here on, which Python multiplies faster.
        bits = mpmath.mp.prec

        def whole(part: Any) -> int:
            return int(mpmath.ldexp(part, bits))

        cosines, sines = [whole(root.real) for root in roots], [whole(root.imag) for root in roots]
        real, imaginary = zip(*((whole(v.real), whole(v.imag)) for v in values[1:]), strict=True)
        first = whole(values[0].real) << bits
    counts = []
    # g_j = g_(N - j), as every other spin may be turned.
    for level in range(sites // 2 + 1):
        places = [level * k % points for k in range(1, points // 2 + 1)]
        total = first + 2 * sum(
            x * cosines[place] + y * sines[place]
            for x, y, place in zip(real, imaginary, places, strict=True)
        )
        unit = points << (2 * bits)
        counts.append((2 * total + unit) // (2 * unit))
    return (*counts, *counts[: sites // 2][::-1])


def has_energy_levels(lattice_size: int) -> bool:
    """Return whether :func:`energy_levels` knows the lattice: L even and at most 32."""
    return lattice_size % 2 == 0 and 2 <= lattice_size <= LARGEST_COUNTED_LATTICE


def energy_distribution(
    lattice_size: int, temperature: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the canonical distribution of the energy, g(E) e^(-E/T) / Z.

    Parameters
    ----------
    lattice_size
        As in :func:`energy_levels`.
    temperature
        Above 0, in J/k_B.

    Returns
    -------
    energies, probabilities
        Energy per spin in J, rising from -2 to 2, shape (L^2 + 1,), and how likely each is.
    """
    energies, counts = energy_levels(lattice_size)
    logarithms = np.array([math.log(count) if count else -math.inf for count in counts])
    exponents = logarithms - energies / temperature
    weights = np.exp(exponents - exponents.max())
    return energies / lattice_size**2, weights / weights.sum()


def _level_polynomial(n: int, x: Any) -> Any:
    r"""Return :math:`\sum_j g_j x^j`, which is :math:`Z y^N`, for even n and complex x.

    With :math:`y = e^{-2K} = \sqrt{x}` and :math:`w = y (1 - x)`, :math:`(2 \sinh 2K)^{N/2} y^N` is
    :math:`w^{N/2}`, which is shared among the modes: :math:`w^{n/2}` makes each factor of Kaufman's
    products finite. Two modes l and 2n - l make :math:`2 w^n (T_n(c_l) \pm 1)` together, as
    :math:`4 \cosh^2(n\gamma/2) = 2 \cosh(n\gamma) + 2`; either root may be taken of x and below.
    """
    y = mpmath.sqrt(x)
    w = y * (1 - x)
    total = mpf(0)
    for odd in (1, 0):
        products = [mpf(1), mpf(1)]
        if not odd:
            for u in (y, -y):  # modes 0 and n, of which there is one each
                first, second = (1 - u) ** n, (u * (1 + u)) ** n
                products = [products[0] * (first + second), products[1] * (first - second)]
        for mode in range(2 - odd, n, 2):
            b = (1 + x) ** 2 / 2 - w * mpmath.cospi(mpf(mode) / n)
            chebyshev = _lucas(n, 2 * b, w**2)
            products = [products[0] * (chebyshev + 2 * w**n), products[1] * (chebyshev - 2 * w**n)]
        total += sum(products)
    return total / 2


def _lucas(n: int, total: Any, product: Any) -> Any:
    """Return p^n + q^n of two numbers of this sum and product, by doubling n bit by bit."""
    low, high, power = mpf(2), total, mpf(1)  # of k and k + 1, and (p q)^k
    for bit in f"{n:b}":
        middle = low * high - power * total
        if bit == "1":
            low, high, power = middle, high**2 - 2 * power * product, power**2 * product
        else:
            low, high, power = low**2 - 2 * power, middle, power**2
    return low


def onsager_energy(temperature: float) -> float:
    """Return the energy per spin of the infinite lattice (Onsager, Phys. Rev. 65, 117, 1944)."""
    with mpmath.workdps(_digits(temperature)):
        K = 1 / mpf(temperature)
        tanh = mpmath.tanh(2 * K)
        elliptic = mpmath.ellipk(_modulus(K) ** 2)
        return float(-(1 + 2 / mpmath.pi * (2 * tanh**2 - 1) * elliptic) / tanh)


def onsager_specific_heat(temperature: float) -> float:
    """Return the specific heat per spin of the infinite lattice, infinite at T_c (Onsager)."""
    if temperature == CRITICAL_TEMPERATURE:
        return math.inf
    with mpmath.workdps(_digits(temperature)):
        K = 1 / mpf(temperature)
        tanh = mpmath.tanh(2 * K)
        first, second = mpmath.ellipk(_modulus(K) ** 2), mpmath.ellipe(_modulus(K) ** 2)
        bracket = first - second - (1 - tanh**2) * (mpmath.pi / 2 + (2 * tanh**2 - 1) * first)
        return float(4 / mpmath.pi * (K / tanh) ** 2 * bracket)


def yang_magnetization(temperature: float) -> float:
    """Return the spontaneous magnetization per spin, 0 from T_c on (Yang, Phys. Rev. 85, 808)."""
    if temperature >= CRITICAL_TEMPERATURE:
        return 0.0
    with mpmath.workdps(_digits(temperature)):
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
    if temperature == CRITICAL_TEMPERATURE:
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
        In units of J/k_B, above 0.
    distances
        Whole numbers r >= 0, any shape, to the site (0, r) or, along the diagonal, (r, r).
    diagonal
        Which of both.

    Returns
    -------
    ndarray
        Shape of ``distances``; exact to about 1e-12, absolute.
    """
    distances = np.asarray(distances, dtype=int)
    size = max(int(distances.max()), 1)
    z = math.tanh(1 / temperature)
    alpha_1, alpha_2 = z * (1 - z) / (1 + z), (1 - z) / (1 + z) / z
    if diagonal:
        alpha_1, alpha_2 = 0.0, math.sinh(2 / temperature) ** -2
    # The integrand is steep at theta = 0 near T_c: panels halve towards it.
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
    """Return the exponents that a pure power law finds in the infinite lattice's correlations.

    Least squares of ln G(r) over ln r along an axis, distances from ``first`` to each of
    ``last_distances`` alike. The law holds at T_c alone, with 1/4 but for the smallest distances;
    elsewhere the exponent is one of the window.

    Parameters
    ----------
    temperature
        In units of J/k_B; below T_c, where G does not decay to 0, exponents go to 0.
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


def _digits(temperature: float) -> int:
    """Return how many digits leave double precision after all cancellations."""
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    return 60 + int(8 / temperature)
