"""Merge observables and comparisons, or attributions, of all sources and temperatures."""

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
"""The verb that writes each kind of file, and variables by which it is recognized."""

SOURCE_ATTRIBUTES = ("sampling", "error_method", "fit_window", "rounding", "thermal_sweeps")

Pieces = dict[float, dict[str, xr.Dataset]]


def merge(*, files: Sequence[Path], output: Path) -> None:
    """Write a group per source with variables along ``temperature``, without time series.

    Parameters
    ----------
    files
        ``.../observables/<source>/T<T>.nc`` and ``.../comparisons/<source>/T<T>.nc``, or only
        ``.../attributions/<source>/T<T>.nc``.
    output
        Path of the netCDF file.

    Raises
    ------
    InputError
        If a path has another form, attributions are mixed with others, a temperature is repeated,
        lattice sizes of one source differ, or no files are given.
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
                f"{path}: allowed are paths that end in <kind>/<source>/T<T>.nc with kind in "
                f"{KINDS}, or only {ATTRIBUTIONS!r}"
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
            raise InputError(f"{path}: T = {T} of {source} is given twice")
        # Time series are large, and no number along temperature needs them.
        pieces[kind] = data.assign_coords(temperature=T).drop_dims(
            ["chain", "draw"], errors="ignore"
        )
    try:
        groups = {source: _group(source, sources[source]) for source in sorted(sources)}
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"FILE: the files are inconsistent ({error})") from error
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
    """Return one source's variables along temperature, NaN where one is missing."""
    sizes = {
        int(data["lattice_size"])
        for kinds in pieces.values()
        for data in kinds.values()
        if "lattice_size" in data
    }
    if len(sizes) > 1:
        raise InputError(f"{source}: lattice sizes {sorted(sizes)}; allowed is one per source")
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
