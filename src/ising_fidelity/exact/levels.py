"""The number of states at every energy level of a finite lattice (Beale)."""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf
from numpy.typing import NDArray

LARGEST_COUNTED_LATTICE = 32
"""Largest L for :func:`energy_levels`, which then takes some seconds."""


def energy_levels(lattice_size: int) -> tuple[NDArray[np.int64], list[int]]:
    r"""Return all energies of the periodic L x L lattice and the number of configurations of each.

    Kaufman's partition function is a polynomial in x = e^(-4K),

    .. math:: Z = e^{2NK} \sum_{j=0}^{N} g_j x^j,

    with coefficients that P. D. Beale (Phys. Rev. Lett. 76, 78, 1996) found by algebra. Here they
    come from the values of the polynomial at the N + 1 roots of unity, with enough digits to round
    to whole numbers.

    Parameters
    ----------
    lattice_size
        L, even, 2 to 32.

    Returns
    -------
    energies
        Of the whole lattice in J, from -2N to 2N in steps of 4, shape (N + 1,).
    counts
        Exact whole numbers with sum 2^N.

    Raises
    ------
    ValueError
        If L is odd, where some energies differ by 2, or above 32, which takes too long.
    """
    if not has_energy_levels(lattice_size):
        raise ValueError(
            f"lattice_size must be even, from 2 to {LARGEST_COUNTED_LATTICE}, got {lattice_size}"
        )
    sites = lattice_size**2
    return np.arange(-2 * sites, 2 * sites + 1, 4), list(_level_counts(lattice_size))


@cache
def _level_counts(lattice_size: int) -> tuple[int, ...]:
    """Return the number of configurations for each of the energies -2N, -2N + 4, ... 2N."""
    sites = lattice_size**2
    points = sites + 1
    with mpmath.workdps(20 + int(sites * math.log10(2)) + lattice_size):
        roots = [mpmath.expjpi(mpf(2 * k) / points) for k in range(points)]
        # The polynomial is real: values at conjugate roots are conjugates.
        modes = [mpmath.cospi(mpf(mode) / lattice_size) for mode in range(lattice_size)]
        values = [_level_polynomial(modes, root) for root in roots[: points // 2 + 1]]
        # From here on whole multiples of 2^-bits, which Python multiplies faster.
        bits = mpmath.mp.prec

        def whole(part: Any) -> int:
            return int(mpmath.ldexp(part, bits))

        cosines, sines = [whole(root.real) for root in roots], [whole(root.imag) for root in roots]
        real, imaginary = zip(*((whole(v.real), whole(v.imag)) for v in values[1:]), strict=True)
        first = whole(values[0].real) << bits
    counts = []
    # g_j = g_(N - j), as every other spin may be flipped.
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
    """Return whether :func:`energy_levels` supports the lattice: L even and at most 32."""
    return lattice_size % 2 == 0 and 2 <= lattice_size <= LARGEST_COUNTED_LATTICE


def energy_distribution(
    lattice_size: int, temperature: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the canonical distribution of the energy, g(E) e^(-E/T) / Z, T above 0 in J/k_B.

    Returns energies per spin in J, rising from -2 to 2, shape (L^2 + 1,), and their probabilities,
    for the lattices of :func:`energy_levels`.
    """
    energies, counts = energy_levels(lattice_size)
    logarithms = np.array([math.log(count) if count else -math.inf for count in counts])
    with np.errstate(over="ignore"):  # of states with negligible weight
        exponents = logarithms - (energies - energies[0]) / temperature
    weights = np.exp(exponents - exponents.max())
    return energies / lattice_size**2, weights / weights.sum()


def _level_polynomial(cosines: Sequence[Any], x: Any) -> Any:
    r"""Return :math:`\sum_j g_j x^j`, which is :math:`Z y^N`, for even n and complex x.

    The cosines are :math:`\cos(\pi l / n)` of the modes l from 0 to n - 1.

    With :math:`y = e^{-2K} = \sqrt{x}` and :math:`w = y (1 - x)`, :math:`(2 \sinh 2K)^{N/2} y^N` is
    :math:`w^{N/2}`. It is distributed over the modes: a factor :math:`w^{n/2}` makes each factor of
    Kaufman's products finite. The modes l and 2n - l together give :math:`2 w^n (T_n(c_l) \pm 1)`,
    as :math:`4 \cosh^2(n\gamma/2) = 2 \cosh(n\gamma) + 2`. Either square root of x may be used.
    """
    n = len(cosines)
    y = mpmath.sqrt(x)
    w = y * (1 - x)
    square, power = w**2, w**n
    total = mpf(0)
    for odd in (1, 0):
        products = [mpf(1), mpf(1)]
        if not odd:
            for u in (y, -y):  # modes 0 and n, of which there is one each
                first, second = (1 - u) ** n, (u * (1 + u)) ** n
                products = [products[0] * (first + second), products[1] * (first - second)]
        for mode in range(2 - odd, n, 2):
            b = (1 + x) ** 2 / 2 - w * cosines[mode]
            chebyshev = _lucas(n, 2 * b, square)
            products = [
                products[0] * (chebyshev + 2 * power),
                products[1] * (chebyshev - 2 * power),
            ]
        total += sum(products)
    return total / 2


def _lucas(n: int, total: Any, product: Any) -> Any:
    """Return p^n + q^n for numbers p, q of this sum and product, by doubling n bit by bit."""
    low, high, power = mpf(2), total, mpf(1)  # of k and k + 1, and (p q)^k
    for bit in f"{n:b}":
        middle = low * high - power * total
        if bit == "1":
            low, high, power = middle, high**2 - 2 * power * product, power**2 * product
        else:
            low, high, power = low**2 - 2 * power, middle, power**2
    return low
