"""Digits that sums of large numbers need, and where one term of a series is all that is left."""

import math

COLD = 0.1
"""T up to which the first term of the low-temperature series is exact to double precision: the next
one is smaller by e^(-4K), 4e-18 here."""

HOT = 1e10
"""T from which on the first term of the high-temperature series of a correlation is."""


def digits_needed(temperature: float) -> int:
    """Return how many digits leave double precision after all cancellations.

    Towards T = 0 terms of order e^(2K) cancel, and towards infinite T those of order T^2.
    """
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature must be above 0 and finite, got {temperature}")
    return 60 + int(8 / max(temperature, COLD) + 2 * math.log10(max(temperature, 1)))
