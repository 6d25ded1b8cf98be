r"""Exact thermodynamics of the finite lattice (Kaufman).

Everything here is for the square lattice of :mod:`ising_fidelity.lattice` with K = J / (k_B T).

Sums over modes cancel: at low T the specific heat, of order e^(-8K), is a difference of terms of
order e^(-4K). At T_c one term of the partition function and its derivatives have the form 0 x inf.
The closed forms are therefore evaluated with enough digits for double precision at every
temperature. mpmath's exponents are unbounded, so nothing overflows at any L. Below T = 0.1 this
would need too many digits, and the leading term of the low-temperature series is used.
"""

from dataclasses import dataclass
from typing import Any

import mpmath
from mpmath import mpf

from ising_fidelity.exact.digits import COLD, digits_needed


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

    0 <= l < 2n, cosh(gamma_l) = cosh(2K) coth(2K) - cos(pi l / n). All gamma_l are positive except
    gamma_0 = 2K + ln tanh K, which changes sign at T_c. Energy and specific heat are the analytic
    first and second derivatives of ln Z.

    Parameters
    ----------
    lattice_size
        L >= 2; at L = 2 both bonds between two sites count.
    temperature
        In units of J/k_B, above 0 and finite.

    Raises
    ------
    ValueError
        If L < 2, or T is not above 0 and finite.
    """
    if lattice_size < 2:
        raise ValueError(f"lattice_size must be at least 2, got {lattice_size}")
    sites = lattice_size**2
    with mpmath.workdps(digits_needed(temperature)):
        K = 1 / mpf(temperature)
        if temperature <= COLD:
            return _cold(lattice_size, K)
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


def _cold(lattice_size: int, K: Any) -> FiniteLattice:
    r"""Return the thermodynamics of the two ground states and the lowest excitations.

    These are the N configurations with one spin flipped from either, and the two stripes at L = 2:

    .. math:: Z = 2 e^{2NK} \left(1 + g e^{-8K} + O(e^{-12K})\right).
    """
    sites = lattice_size**2
    share = mpf(sites if lattice_size > 2 else 6) / sites * mpmath.exp(-8 * K)
    log_2 = mpmath.log(2) / sites
    return FiniteLattice(
        free_energy=float(-2 - (log_2 + share) / K),
        energy=float(-2 + 8 * share),
        specific_heat=float(64 * K**2 * share),
        entropy=float(log_2 + (1 + 8 * K) * share),
    )


def _mode_products(n: int, K: Any, odd: int) -> tuple[tuple[Any, Any, Any], tuple[Any, Any, Any]]:
    """Return the cosh and the sinh product over odd or even l, with K-derivatives of the ln."""
    sinh, cosh = mpmath.sinh(2 * K), mpmath.cosh(2 * K)
    # c = cosh(gamma_l) also equals sinh(2K) + 1 / sinh(2K) - cos(pi l / n).
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
