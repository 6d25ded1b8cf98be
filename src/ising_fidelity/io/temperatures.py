"""Canonical names of temperatures.

A temperature is text in config, paths and rule parameters, so that it has one name; it is a float
in arithmetic only.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from ising_fidelity.exceptions import InputError

MOST_DECIMALS = 12
MOST_DIGITS = 15
"""Digits that a float preserves, so that a name is unchanged by conversion to a float and back."""
LONGEST_FLOAT = 17
"""Digits that are sufficient for every float."""
NOISE = 1e-14
"""Largest relative rounding error of numbers in a grid."""


def as_written(value: Any) -> float:
    """Return the number that a value from a file or a grid represents.

    2.3 in single precision gives 2.3, not the double with its value, and so does the
    2.3000000000000003 of ``numpy.arange``. This defines which temperatures are the same.

    Raises
    ------
    InputError
        If the value is not a number.
    """
    try:
        number = float(str(value))
    except ValueError:
        raise InputError(f"temperature {value!r} is not a number") from None
    return float(f"{round(number, MOST_DECIMALS):.{MOST_DIGITS}g}")


def name_of(value: Any) -> str:
    """Return the canonical name of a temperature that is a number in a file."""
    return canonical(as_written(value), infinite=True)


def same(one: Any, other: Any) -> bool:
    """Whether two numbers from files are the same temperature."""
    return as_written(one) == as_written(other)


def canonical(temperature: str | float, infinite: bool = False) -> str:
    """Return the canonical name of a temperature: at least two decimals, no further zeros.

    Parameters
    ----------
    temperature
        In units of J/k_B, zero or positive; ``2.3``, ``"2.300"`` and the 2.3000000000000003 of
        ``numpy.arange`` all give ``"2.30"``.
    infinite
        Whether ``inf`` is allowed.

    Raises
    ------
    InputError
        If it is not a finite number >= 0, or has more than 12 decimals or 15 digits.
    """
    given = repr(temperature) if len(repr(temperature)) <= 40 else f"{repr(temperature)[:40]}..."
    text = str(temperature).strip()
    try:
        # Python reads 2_30 as 230, but people write it for 2.30 in names of files.
        value = Decimal("NaN" if "_" in text else text)
    except InvalidOperation:
        value = Decimal("NaN")
    if infinite and value.is_infinite() and not value.is_signed():
        return "inf"
    if isinstance(temperature, bool) or not value.is_finite() or value < 0:
        raise InputError(f"temperature {given} is not a number >= 0, such as 2.30")
    if not value:
        return "0.00"
    # By its digits, as arithmetic would round a long number, or write out 1e999999.
    _, written, exponent = value.as_tuple()
    digits = "".join(map(str, written)).lstrip("0")
    significant = digits.rstrip("0")
    power = int(exponent) + len(digits) - len(significant)
    if -power > MOST_DECIMALS and len(significant) <= LONGEST_FLOAT:
        # A result of arithmetic such as 1.8399999999999999 in a config.
        number = float(value)
        if abs(as_written(number) - number) <= NOISE * number:
            return canonical(as_written(number))
    if -power > MOST_DECIMALS:
        raise InputError(
            f"temperature {given} has more than {MOST_DECIMALS} decimals; that many are allowed"
        )
    if len(significant) + max(power, 0) > MOST_DIGITS:
        raise InputError(
            f"temperature {given} has more than {MOST_DIGITS} digits; that many are allowed"
        )
    shifted = significant + "0" * power if power > 0 else significant.rjust(1 - power, "0")
    whole, decimals = (shifted, "") if power >= 0 else (shifted[:power], shifted[power:])
    return f"{whole}.{decimals:0<2}"
