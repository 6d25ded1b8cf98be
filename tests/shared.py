"""What several folders of tests make: frames, and what is made once for all processes."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from filelock import FileLock

from ising_fidelity.frames import frames_dataset
from ising_fidelity.io import netcdf

_Made = TypeVar("_Made")


def made_once(tmp_path_factory, name: str, make: Callable[[Path], _Made]) -> _Made:
    """Return what is made in a new folder, here or in another process, which is waited for."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all processes of these tests
    kept = folder / f"{name}.pickle"
    with FileLock(folder / f"{name}.lock"):
        if not kept.exists():
            (folder / name).mkdir()
            kept.write_bytes(pickle.dumps(make(folder / name)))
        return pickle.loads(kept.read_bytes())


def write_frames(
    path, shape=(1, 12, 8, 8), temperature=2.3, sampling="independent", *, seed=0, up=0.7
):
    """Write frames of independent spins of which a share ``up`` is +1; return the spins."""
    spins = np.where(np.random.default_rng(seed).random(shape) < up, 1, -1).astype(np.int8)
    netcdf.write(frames_dataset(spins, temperature, sampling, {}), path)
    return spins
