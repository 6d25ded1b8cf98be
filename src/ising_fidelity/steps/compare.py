"""Distances between one set of frames, the reference frames and the training frames."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from ising_fidelity.comparison.dataset import compared
from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf


def compare(
    *,
    frames: Path,
    reference: Path,
    training: Sequence[Path],
    output: Path,
    **options: Any,
) -> xr.Dataset:
    """Write and return the distances between files of frames, see :func:`.compared`.

    ``options`` are its ``seed``, ``memory_frames`` and ``classify``.
    """
    data = compared(
        read_frames(frames),
        read_frames(reference),
        {str(path): read_frames(path) for path in training},
        names=(str(frames), str(reference)),
        **options,
    )
    netcdf.write(data, output)
    return data
