"""Attribution of the specific-heat error to causes, for one set of frames."""

from collections.abc import Sequence
from pathlib import Path

from ising_fidelity.analysis.attribution_dataset import attributed, checked
from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf


def attribute(*, frames: Path, sweeps: Sequence[int], output: Path, seed: int = 0) -> None:
    """Write the attribution for a file of frames, see :func:`.attributed`."""
    steps = checked(sweeps)  # before reading a large file
    netcdf.write(attributed(read_frames(frames), steps, seed, str(frames)), output)
