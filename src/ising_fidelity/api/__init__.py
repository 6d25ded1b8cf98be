"""What a notebook calls, with the field's own names: ``import ising_fidelity as ising``.

Every function calls what a step of the walk calls. Errors are :class:`.InputError`, a ValueError.
Models and finished runs have modules of their own, which need more than frames do.
"""

from ising_fidelity.api.frames import load_frames, simulate
from ising_fidelity.api.measures import compare, measure

__all__ = ["compare", "load_frames", "measure", "simulate"]
