"""Checks of arguments of the API."""

import operator
from typing import Any

from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import Frames


def whole(**given: Any) -> list[int]:
    """Return whole numbers, which may be of NumPy, as ``int``.

    Raises
    ------
    InputError
        If one is anything else, such as 2.0 or a text; the message has its keyword.
    """
    found = []
    for name, value in given.items():
        try:
            found.append(operator.index(value))
        except TypeError:
            raise InputError(f"{name}: {value!r}; allowed are whole numbers") from None
    return found


def check_frames(**given: Any) -> None:
    """Raise InputError unless all are Frames; the message has the keyword."""
    for name, value in given.items():
        if not isinstance(value, Frames):
            raise InputError(
                f"{name}: {type(value).__name__}; allowed are Frames, which Frames.from_array, "
                "load_frames and simulate return"
            )
