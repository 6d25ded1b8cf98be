"""Measure how faithful generative models are to statistical physics.

The library behind the workflow. It simulates the two-dimensional Ising model, trains generative
models, samples from them, and measures all sets of frames in the same way. It does not depend on
Snakemake; each step is a module of :mod:`ising_fidelity.steps`.
"""

import os as _os
from importlib import import_module as _import_module
from importlib.util import find_spec as _find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ising_fidelity import exact
    from ising_fidelity.api import compare, load_frames, measure, simulate
    from ising_fidelity.api.models import load_model
    from ising_fidelity.api.runs import open_run
    from ising_fidelity.exceptions import InputError
    from ising_fidelity.frames import Frames
    from ising_fidelity.judgement.judge import judge

__version__ = "0.2.0"

# A notebook's kernel passes its Matplotlib backend to every process that it starts. If that backend
# is not installed there, Matplotlib cannot be imported. Figures of this package need no backend.
_kind, _, _backend = _os.environ.get("MPLBACKEND", "").partition("://")
if _kind == "module" and not (_backend and _find_spec(_backend.partition(".")[0])):
    del _os.environ["MPLBACKEND"]

__all__ = [
    "Frames",
    "InputError",
    "compare",
    "exact",
    "judge",
    "load_frames",
    "load_model",
    "measure",
    "open_run",
    "simulate",
]

_PLACES = {
    "Frames": "frames",
    "InputError": "exceptions",
    "judge": "judgement.judge",
    "load_model": "api.models",
    "open_run": "api.runs",
}
"""Modules of public names outside of ``api``; ``exact`` is a module that can be called."""


def __getattr__(name: str) -> Any:
    """Import a public name on first use, as importing all of them takes seconds."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "exact":
        return _import_module(f"{__name__}.exact")
    value = getattr(_import_module(f"{__name__}.{_PLACES.get(name, 'api')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
