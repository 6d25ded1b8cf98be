"""What is made once, by the first of the test processes that needs it."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

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
