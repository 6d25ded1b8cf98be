"""The API for notebooks and scripts: ``import ising_fidelity as ising``.

Its functions call the same code as the workflow's steps. Errors are :class:`.InputError`, a
ValueError. Models and finished runs are in modules of their own, which need more packages.
"""

from ising_fidelity.api.frames import load_frames, simulate
from ising_fidelity.api.measures import compare, measure

__all__ = ["compare", "load_frames", "measure", "simulate"]
