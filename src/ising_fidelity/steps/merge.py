"""Observables and comparisons, or attributions, of all sources and temperatures in one tree."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import xarray as xr

from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf, provenance
from ising_fidelity.io.temperatures import as_written

KINDS = ("observables", "comparisons")
ATTRIBUTIONS = "attributions"
WRITTEN = {
    "observables": ("measure", ("energy", "lattice_size")),
    "comparisons": ("compare", ("energy_wasserstein",)),
    "attributions": ("attribute", ("specific_heat_exact", "lattice_size")),
}
"""Which verb writes each kind, and variables that tell it."""

SOURCE_ATTRIBUTES = ("sampling", "error_method", "fit_window", "rounding", "thermal_sweeps")

Pieces = dict[float, dict[str, xr.Dataset]]


def merge(*, files: Sequence[Path], output: Path) -> None:
    """Write a group per source, each variable along ``temperature``; series are left out.

    Parameters
    ----------
    files
        ``.../observables/<source>/T<T>.nc`` and ``.../comparisons/<source>/T<T>.nc``, or all of
        them ``.../attributions/<source>/T<T>.nc``.
    output
        Path of the netCDF file.

    Raises
    ------
    InputError
        If a path has another form, attributions are among others, a temperature comes twice,
        lattice sizes within one source differ, or there are no files.
    """
    if not files:
        raise InputError("FILE: none given; at least one file of observables is needed")
    sources: dict[str, Pieces] = {}
    attributions = files[0].parent.parent.name == ATTRIBUTIONS
    kinds = (ATTRIBUTIONS,) if attributions else KINDS
    for path in files:
        kind, source = path.parent.parent.name, path.parent.name
        if kind not in kinds:
            raise InputError(
                f"{path}: paths end in <kind>/<source>/T<T>.nc, kind in {KINDS}, "
                f"or all in {ATTRIBUTIONS!r}"
            )
        data = netcdf.read(path)
        temperature = data.get("temperature")
        if temperature is None or temperature.ndim or temperature.dtype.kind not in "iuf":
            raise InputError(f"{path}: no scalar coordinate 'temperature' (in units of J/k_B)")
        verb, names = WRITTEN[kind]
        netcdf.require(data, names, str(path), verb)
        T = as_written(data["temperature"].values[()])
        pieces = sources.setdefault(source, {}).setdefault(T, {})
        if kind in pieces:
            raise InputError(f"{path}: T = {T} of {source} comes twice")
        # Series are large, and no number along temperature needs them.
        pieces[kind] = data.assign_coords(temperature=T).drop_dims(
            ["chain", "draw"], errors="ignore"
        )
    try:
        groups = {source: _group(source, sources[source]) for source in sorted(sources)}
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"FILE: these do not fit together ({error})") from error
    about = "Parts of the excess specific heat" if attributions else "Observables and distances"
    root = xr.Dataset(
        attrs=provenance.attributes(
            "merge",
            {source: group["temperature"].values.tolist() for source, group in groups.items()},
            title=f"{about} of all sources of Ising frames",
            summary="One group per source, every variable along temperature",
            source=", ".join(groups),
        )
    )
    netcdf.write(xr.DataTree.from_dict({"/": root, **groups}), output)


def _group(source: str, pieces: Mapping[float, Mapping[str, xr.Dataset]]) -> xr.Dataset:
    """Return one source's variables along temperature, NaN where a temperature lacks one."""
    sizes = {
        int(data["lattice_size"])
        for kinds in pieces.values()
        for data in kinds.values()
        if "lattice_size" in data
    }
    if len(sizes) > 1:
        raise InputError(f"{source}: lattice sizes {sorted(sizes)}; one source has a single one")
    rows = [
        netcdf.united([pieces[T][kind] for kind in (*KINDS, ATTRIBUTIONS) if kind in pieces[T]])
        for T in sorted(pieces)
    ]
    group = netcdf.along_temperature(rows)
    described = [
        kinds[kind]
        for kinds in pieces.values()
        for kind in (KINDS[0], ATTRIBUTIONS)
        if kind in kinds
    ]
    known = described[0].attrs if described else {}
    group.attrs = {name: known[name] for name in SOURCE_ATTRIBUTES if name in known}
    return group
