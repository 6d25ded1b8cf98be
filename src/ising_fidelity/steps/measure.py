"""Every observable of one set of frames, with error bars."""

from pathlib import Path

import xarray as xr

from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.observables.dataset import measured


def measure(*, frames: Path, output: Path, seed: int = 0) -> xr.Dataset:
    """Write and return the observables of a file of frames, see :func:`.measured`."""
    data = measured(read_frames(frames), seed, str(frames))
    netcdf.write(data, output)
    return data
