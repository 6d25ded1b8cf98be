"""Imported frames: the files that a run reads, and checks that they fit the config."""

from collections.abc import Iterator
from pathlib import Path

from ising_fidelity.config.run import Config
from ising_fidelity.exceptions import InputError
from ising_fidelity.run.paths import Paths


def own_files(run: Config) -> Iterator[tuple[str, str, Path]]:
    """Yield source, temperature and path of all imported frames."""
    for source in run.foreign:
        for T in run.temperatures:
            yield source, T, Path(Paths(run).frames(source, T))


def check_own_files(run: Config, values: bool = True) -> None:
    """Check imported files against the config, before any job starts.

    Missing files are left to Snakemake, as a rule may make them.

    Parameters
    ----------
    values
        Whether to read and check all spins, which is slow for large files.

    Raises
    ------
    InputError
        If a file is invalid or contradicts the config.
    """
    there = [one for one in own_files(run) if one[2].is_file()]
    if not there:
        return
    # Slow to import, and only needed for imported frames.
    from ising_fidelity.frames import check_frames
    from ising_fidelity.io import netcdf, temperatures

    for source, T, path in there:
        name = f"config: sources.{source}.frames: {path}"
        try:
            frames = netcdf.read(path) if values else netcdf.outline(path)
        except InputError as error:
            raise InputError(f"config: sources.{source}.frames: {error}") from error
        check_frames(frames, name, values)
        temperature, size = frames["temperature"].values[()], frames.sizes["x"]
        if not temperatures.same(temperature, float(T)):
            raise InputError(
                f"{name}: temperature is {temperature}; allowed is {T}, as in the file's name and "
                "temperatures: of the config"
            )
        if size != run.lattice_size:
            raise InputError(
                f"{name}: frames are {size} x {size}; allowed are "
                f"{run.lattice_size} x {run.lattice_size}, set by lattice_size: in the config"
            )
