"""Which error makes how much of a wrong specific heat, for one set of frames."""

from collections.abc import Sequence
from pathlib import Path

from ising_fidelity.analysis.attribution_dataset import attributed, checked
from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf


def attribute(*, frames: Path, sweeps: Sequence[int], output: Path, seed: int = 0) -> None:
    """Write what :func:`.attributed` returns for a file that keeps the contract of frames."""
    steps = checked(sweeps)  # before a large file is read
    netcdf.write(attributed(read_frames(frames), steps, seed, str(frames)), output)
