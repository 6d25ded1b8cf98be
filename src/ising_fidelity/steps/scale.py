"""Critical temperature and exponents of one source from lattices of several sizes."""

from collections.abc import Sequence
from pathlib import Path

from ising_fidelity.analysis.scaling_dataset import scaled
from ising_fidelity.io import netcdf


def scale(*, files: Sequence[Path], output: Path, seed: int = 0) -> None:
    """Write critical temperature and exponents from files of observables, see :func:`.scaled`."""
    netcdf.write(scaled(((str(path), netcdf.read(path)) for path in files), seed), output)
