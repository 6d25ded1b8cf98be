"""Temperatures as people and files write them.

A temperature is a string in the config, in paths and in rule parameters, so that one
temperature has one name; it is a float only where arithmetic begins.
"""

from decimal import Decimal, InvalidOperation

from ising_fidelity.exceptions import InputError


def canonical(temperature: str | float, infinite: bool = False) -> str:
    """Return the one way a temperature is written: two decimals or more, no further zeros.

    Parameters
    ----------
    temperature
        In units of J/k_B, zero or positive; ``2.3`` and ``"2.300"`` both give ``"2.30"``.
    infinite
        Whether ``inf`` is a temperature, too.

    Raises
    ------
    InputError
        If it is no finite number >= 0, or is written with more than 12 decimals.
    """
    try:
        value = Decimal(str(temperature).strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if infinite and value == Decimal("inf"):
        return "inf"
    if isinstance(temperature, bool) or not value.is_finite() or value < 0:
        raise InputError(f"temperature {temperature!r} is not a number >= 0, such as 2.30")
    digits = f"{value.normalize():f}"
    whole, _, decimals = digits.partition(".")
    if len(decimals) > 12:
        raise InputError(f"temperature {temperature!r} has more than 12 decimals")
    return f"{whole}.{decimals:0<2}"
