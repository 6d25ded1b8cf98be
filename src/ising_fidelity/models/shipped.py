"""Trained models shipped with the package, by name."""

from importlib.resources import files
from pathlib import Path

from ising_fidelity.exceptions import InputError

SUFFIX = ".safetensors"


def shipped() -> dict[str, Path]:
    """Return the checkpoint of every shipped model by its name."""
    folder = Path(str(files("ising_fidelity"))) / "models" / "pretrained"
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}


def find(model: str | Path) -> Path:
    """Return the checkpoint of a shipped model, or a given path; a shipped name takes precedence.

    Raises
    ------
    InputError
        If it is neither the name of a shipped model nor a path.
    """
    there = shipped()
    if str(model) in there:
        return there[str(model)]
    path = Path(model)
    if path.suffix == SUFFIX or path.name != str(model) or path.exists():
        return path
    raise InputError(
        f"model: no shipped model {str(model)!r}; allowed are {', '.join(there)}, or a path to a "
        f"{SUFFIX} file"
    )
