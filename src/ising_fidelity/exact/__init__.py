"""Exact results of the finite and of the infinite lattice.

The package can be called as a function: ``ising_fidelity.exact(L=64, T=[2.30, 2.40])``.
"""

import operator
import sys
from collections.abc import Iterable
from pkgutil import resolve_name
from types import ModuleType
from typing import TYPE_CHECKING

from ising_fidelity.exceptions import InputError

if TYPE_CHECKING:
    import xarray as xr


class _Room(ModuleType):
    """The package, callable as a function."""

    def __call__(self, L: int, T: float | str | Iterable[float]) -> "xr.Dataset":
        """Return exact results of the L x L lattice, and of the infinite one.

        Examples
        --------
        >>> import ising_fidelity as ising
        >>> round(float(ising.exact(L=64, T=2.30)["energy"][0]), 4)
        -1.3556

        Parameters
        ----------
        L
            Sites along a side.
        T
            One temperature or several, in units of J/k_B.

        Returns
        -------
        Dataset
            Along ``temperature``: energy, specific heat, free energy and entropy per spin of this
            lattice; those of the infinite one end in ``_infinite``.

        Raises
        ------
        InputError
            If L or T is out of range or not a number.
        """
        # Resolved by name: importing one module of the package must not import all of them.
        solved = resolve_name("ising_fidelity.exact.dataset:solved")
        name_of = resolve_name("ising_fidelity.io.temperatures:name_of")
        try:
            size = operator.index(L)
        except TypeError:
            raise InputError(f"L: {L!r}; allowed are whole numbers") from None
        several = [T] if isinstance(T, str) or not isinstance(T, Iterable) else T
        found: xr.Dataset = solved(size, [name_of(one) for one in several])
        return found


sys.modules[__name__].__class__ = _Room
