"""Where a file comes from: hashes of the code and of the settings that made it."""

import ast
import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import __version__

PACKAGE = "ising_fidelity"
REFERENCES = (
    "B. H. Lee, K. Nykiel, A. E. Hallberg, B. Rider, A. Strachan, "
    "Thermodynamic Fidelity of Generative Models for Ising System"
)


def code_hash(module: str) -> str:
    """Return a hash of a module's source and of every package module that it imports.

    The closure follows the import statements, wherever they stand in the file, so that a step
    is rebuilt when code that it can reach has changed and only then.

    Parameters
    ----------
    module
        Dotted name below the package: ``steps.simulate``, ``figures.fig3``.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    seen: dict[str, bytes] = {}
    pending = [f"{PACKAGE}.{module}"]
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        path, source = _source(name)
        seen[name] = source
        if path is not None:
            pending += _imports(name, path)
    digest = hashlib.sha256()
    for name in sorted(seen):
        digest.update(name.encode() + b"\0" + seen[name] + b"\0")
    return digest.hexdigest()[:16]


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
        "code_hash": code_hash(f"steps.{verb}"),
        "settings": canonical_json(settings),
        "settings_hash": settings_hash(settings),
    }
    if seed is not None:
        described["seed"] = str(seed)
    if generator is not None:
        described["generator"] = generator
    return described


@cache
def _source(name: str) -> tuple[Path | None, bytes]:
    """Return the path (of Python modules and packages) and the bytes of a module's source."""
    base = Path(str(files(PACKAGE))).joinpath(*name.split(".")[1:])
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file():
            return path, path.read_bytes()
    compiled = base.with_suffix(".pyx")
    if not compiled.is_file():
        return None, b""
    # Headers are not told apart: those beside a compiled module belong to it.
    headers = sorted(compiled.parent.glob("*.h"))
    return None, b"".join(path.read_bytes() for path in [compiled, *headers])


@cache
def _imports(name: str, path: Path) -> list[str]:
    """Return the package modules named in a file's import statements, parents included."""
    found = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found += [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
    inside = [module for module in found if module.startswith(f"{PACKAGE}.")]
    return [module for module in inside if _source(module)[1]]
