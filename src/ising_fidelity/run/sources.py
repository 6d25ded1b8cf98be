"""Frames made elsewhere: which files a run reads, and whether they are of this run."""

from collections.abc import Iterator
from pathlib import Path

from ising_fidelity.config.run import Config
from ising_fidelity.exceptions import InputError
from ising_fidelity.run.paths import Paths


def own_files(run: Config) -> Iterator[tuple[str, str, Path]]:
    """Yield source, temperature and file of all frames that a user has brought."""
    for source in run.foreign:
        for T in run.temperatures:
            yield source, T, Path(Paths(run).frames(source, T))


def check_own_files(run: Config, values: bool = True) -> None:
    """Check a user's own files against the config, before anything is made of either.

    Files that are not there are left to Snakemake, which knows whether a rule makes them.

    Parameters
    ----------
    values
        Read all spins, too, which takes a while where the files are large.

    Raises
    ------
    InputError
        Naming the source, the file, what is wrong, and the key that says otherwise.
    """
    there = [one for one in own_files(run) if one[2].is_file()]
    if not there:
        return
    # Heavy to import, and not needed where all frames are the run's own.
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
                f"{name}: temperature is {temperature}; allowed is {T}, of temperatures: in the "
                "config, which the file is named after"
            )
        if size != run.lattice_size:
            raise InputError(
                f"{name}: frames are {size} x {size}; allowed are "
                f"{run.lattice_size} x {run.lattice_size}, set by lattice_size: in the config"
            )
