"""Optional packages."""

from collections.abc import Iterator
from contextlib import contextmanager

from ising_fidelity.exceptions import InputError

EXTRAS = {"safetensors": "models", "torch": "models"}
"""Optional packages, and the extra that installs each."""


@contextmanager
def needing(*packages: str) -> Iterator[None]:
    """Turn a failed import of an optional package into an error that says how to install it.

    Raises
    ------
    InputError
        If one of these packages is missing; for any other the ImportError is kept.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = error.name or ""
        if name not in (packages or EXTRAS):
            raise
        raise InputError(
            f"{name} is needed: pip install 'ising-fidelity[{EXTRAS[name]}]'"
        ) from error
