"""Where a file comes from: hashes of the code and of the settings that made it."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import __version__
from ising_fidelity.io.code import code_hash

REFERENCES = (
    "B. H. Lee, K. Nykiel, A. E. Hallberg, B. Rider, A. Strachan, "
    "Thermodynamic Fidelity of Generative Models for Ising System"
)


def settings_hash(settings: Any) -> str:
    """Return a hash of plain settings (numbers, strings, lists, dicts) in any order of keys."""
    return hashlib.sha256(canonical_json(settings).encode()).hexdigest()[:16]


def array_hash(values: NDArray[Any]) -> str:
    """Return a hash of an array's shape, type and numbers."""
    described = f"{values.shape}{values.dtype.str}".encode()
    return hashlib.sha256(described + np.ascontiguousarray(values).tobytes()).hexdigest()[:16]


def canonical_json(settings: Any) -> str:
    """Return settings as JSON with sorted keys and no spaces."""
    return json.dumps(settings, sort_keys=True, separators=(",", ":"))


def attributes(
    verb: str,
    settings: dict[str, Any],
    *,
    title: str,
    summary: str,
    source: str,
    seed: int | None = None,
    generator: str | None = None,
    modules: Sequence[str] = (),
    without: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the root attributes of a file: CF and ACDD descriptions and the provenance.

    Neither time nor path nor commit is among them: the same inputs give the same bytes.

    Parameters
    ----------
    verb
        The step that makes the file.
    settings
        The plain settings of the step; stored as JSON beside their hash.
    title, summary, source
        What the file holds, for people; ``source`` says how the data came about.
    seed, generator
        The seed and the name of the random number generator, where the step is random.
    modules, without
        Code that the result depends on beside the step's, and code that it does not depend on, see
        :func:`ising_fidelity.io.code.code_hash`.
    """
    described: dict[str, Any] = {
        "Conventions": "CF-1.11 ACDD-1.3",
        "title": title,
        "summary": summary,
        "source": source,
        "history": f"ising-fidelity {__version__} {verb}",
        "references": REFERENCES,
        "package_version": __version__,
        "step": verb,
        "code_hash": code_hash(f"steps.{verb}", *modules, without=without),
        "settings": canonical_json(settings),
        "settings_hash": settings_hash(settings),
    }
    if seed is not None:
        described["seed"] = str(seed)
    if generator is not None:
        described["generator"] = generator
    return described
