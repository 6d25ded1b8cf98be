"""The number of digits for sums with cancellations, and the limits of leading-order series."""

import math

COLD = 0.1
"""Largest T at which the first term of the low-temperature series is exact to double precision: the
next term is smaller by e^(-4K), 4e-18 here."""

HOT = 1e10
"""Smallest T at which the first term of a correlation's high-temperature series is exact."""


def digits_needed(temperature: float) -> int:
    """Return the number of digits that gives double precision after all cancellations.

    Towards T = 0, terms of order e^(2K) cancel; towards infinite T, terms of order T^2.
    """
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature must be above 0 and finite, got {temperature}")
    return 60 + int(8 / max(temperature, COLD) + 2 * math.log10(max(temperature, 1)))
