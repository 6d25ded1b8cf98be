"""Every observable of one set of frames, with error bars."""

from pathlib import Path

from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.observables.dataset import measured


def measure(*, frames: Path, output: Path, seed: int = 0) -> None:
    """Write what :func:`.measured` returns for a file that keeps the contract of frames."""
    netcdf.write(measured(read_frames(frames), seed, str(frames)), output)
