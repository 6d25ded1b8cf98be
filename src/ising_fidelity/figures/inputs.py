"""The data of a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xarray as xr

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.temperatures import name_of

Files = Mapping[tuple[str, str], xr.Dataset]
"""Datasets by source and canonical temperature."""


def sources_of(found: Mapping[Any, Any]) -> set[str]:
    """Return the sources in a mapping by source, or by source and temperature."""
    return {key if isinstance(key, str) else key[0] for key in found}


@dataclass(frozen=True)
class Inputs:
    """The data of one figure, and the sources and temperatures to show.

    Attributes
    ----------
    sources, temperatures
        Sources in the order of the legend; canonical temperatures in J/k_B.
    training_temperatures
        Training temperatures of each model.
    fidelity
        Observables of each source along ``temperature``.
    exact
        Exact results along ``temperature``, attribute ``lattice_size``.
    attribution
        Parts of each source's excess specific heat along ``temperature``.
    configurations, observables, equilibration
        One dataset per source and temperature.
    finite_size
        Critical temperature and exponents of each source, and the fitted data.
    training
        Losses of each model along ``epoch``.
    model
        Path of each model's checkpoint.
    """

    sources: Sequence[str] = ()
    temperatures: Sequence[str] = ()
    training_temperatures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fidelity: Mapping[str, xr.Dataset] = field(default_factory=dict)
    exact: xr.Dataset = field(default_factory=xr.Dataset)
    attribution: Mapping[str, xr.Dataset] = field(default_factory=dict)
    configurations: Files = field(default_factory=dict)
    observables: Files = field(default_factory=dict)
    equilibration: Files = field(default_factory=dict)
    finite_size: Mapping[str, xr.Dataset] = field(default_factory=dict)
    training: Mapping[str, xr.Dataset] = field(default_factory=dict)
    model: Mapping[str, Path] = field(default_factory=dict)

    def row(self, source: str, temperature: str, kind: str = "fidelity") -> xr.Dataset:
        """Return a source's observables, or parts of its excess, at one temperature.

        Raises :class:`InputError` if fidelity.nc, or attribution.nc, lacks them.
        """
        group = getattr(self, kind)[source]
        names = [name_of(T) for T in group["temperature"].values]
        if temperature not in names:
            raise InputError(f"{kind}.nc: {source} has no T = {temperature}")
        return group.isel(temperature=names.index(temperature))

    def series(self, kind: str, source: str) -> list[xr.Dataset]:
        """Return one of :data:`SERIES` of a source, a dataset per temperature.

        Raises :class:`InputError` if one of the temperatures is missing.
        """
        files: Files = getattr(self, kind)
        for temperature in self.temperatures:
            if (source, temperature) not in files:
                raise InputError(f"no {kind}/{source}/T{temperature}.nc among the files")
        return [files[source, temperature] for temperature in self.temperatures]

    def having(self, kind: str) -> list[str]:
        """Return the sources with data of one kind; raises :class:`InputError` if none has."""
        there = sources_of(getattr(self, kind))
        found = [source for source in self.sources if source in there]
        if not found:
            raise InputError(f"no {kind} of {', '.join(self.sources)} among the files")
        return found
