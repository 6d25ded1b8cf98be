"""Measure how faithful generative models are to statistical physics.

The library behind the workflow: it simulates the two-dimensional Ising model, trains
generative models on it, samples them, and measures every set of frames in the same way.
It knows nothing of Snakemake; each step is a module of :mod:`ising_fidelity.steps`.
"""

import os as _os
from importlib.util import find_spec as _find_spec

__version__ = "0.2.0"

# A notebook's kernel names its backend to every process that it starts, and where that backend is
# not installed Matplotlib cannot be imported. Figures of this package are files and need none.
_kind, _, _backend = _os.environ.get("MPLBACKEND", "").partition("://")
if _kind == "module" and not (_backend and _find_spec(_backend.partition(".")[0])):
    del _os.environ["MPLBACKEND"]
