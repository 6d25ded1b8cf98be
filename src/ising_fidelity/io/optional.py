"""Packages that not every installation has."""

from collections.abc import Iterator
from contextlib import contextmanager

from ising_fidelity.exceptions import InputError

EXTRAS = {"safetensors": "models", "torch": "models"}
"""Such packages, and what brings each."""


@contextmanager
def needing(*packages: str) -> Iterator[None]:
    """Say in one line how to install what an import inside does not find.

    Raises
    ------
    InputError
        If it is one of these packages; of any other the import's own error stays.
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
