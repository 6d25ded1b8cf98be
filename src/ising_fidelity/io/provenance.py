"""Provenance of files: hashes of the code and of the settings that made them."""

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
    """Return a hash of plain settings (numbers, text, lists, dicts), whatever the order of keys."""
    return hashlib.sha256(canonical_json(settings).encode()).hexdigest()[:16]


def array_hash(values: NDArray[Any]) -> str:
    """Return a hash of an array's shape, type and values."""
    found = hashlib.sha256(f"{values.shape}{values.dtype.str}".encode())
    found.update(np.ascontiguousarray(values).data)
    return found.hexdigest()[:16]


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
    """Return the root attributes of a file: CF and ACDD descriptions and provenance.

    They contain no time, path or commit, so the same inputs give the same bytes.

    Parameters
    ----------
    verb
        The step that writes the file.
    settings
        Plain settings of the step, stored as JSON with their hash.
    title, summary, source
        Descriptions of the content; ``source`` is the origin of the data.
    seed, generator
        Seed and name of the random number generator, if the step is random.
    modules, without
        Further code that the result depends on, and code that it does not depend on, see
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
