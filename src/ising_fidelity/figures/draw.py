"""Read a figure's data from the files of a run, and write the figure."""

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ising_fidelity import frames
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures.inputs import sources_of
from ising_fidelity.figures.kind import SERIES
from ising_fidelity.io import netcdf
from ising_fidelity.io.files import whole
from ising_fidelity.io.temperatures import canonical, name_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


METADATA: dict[str, dict[str, str | None]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
}
"""Metadata by suffix; None leaves out entries that would change the bytes on every run."""


def read(files: Sequence[Path], foreign: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of the files by kind, see :class:`Inputs`."""
    found: dict[str, Any] = {}
    for path in files:
        kind, source = path.parent.parent.name, path.parent.name
        temperature = re.fullmatch(r"T(.+)\.nc", path.name)
        for name, pattern in foreign.items():
            before, _, after = pattern.partition("{T}")
            place = re.fullmatch(f"{re.escape(before)}(.+){re.escape(after)}", str(path))
            if place:
                kind, source, temperature = "configurations", name, place
        if path.name in ("fidelity.nc", "attribution.nc"):
            tree = netcdf.read_tree(path)
            found[path.stem] = {name: node.to_dataset() for name, node in tree.children.items()}
        elif path.name == "exact.nc":
            found["exact"] = netcdf.read(path)
        elif path.name.endswith(".training.nc"):
            model = path.name.removesuffix(".training.nc")
            found.setdefault("training", {})[model] = netcdf.read(path)
        elif path.parent.name == "finite_size" and path.suffix == ".nc":
            found.setdefault("finite_size", {})[path.stem] = netcdf.read(path)
        elif path.suffix == ".safetensors":
            found.setdefault("model", {})[path.stem] = path
        elif temperature and kind in SERIES:
            reader = frames.read_frames if kind == "configurations" else netcdf.read
            found.setdefault(kind, {})[source, canonical(temperature[1])] = reader(path)
        else:
            raise InputError(
                f"{path}: not a file of a run; allowed are fidelity.nc, exact.nc, attribution.nc, "
                "finite_size/<source>.nc, <model>.training.nc, <model>.safetensors and "
                f"<kind>/<source>/T<T>.nc, kind in {SERIES}"
            )
    return found


def sources(figure: str, found: Mapping[str, Any], named: Sequence[str]) -> list[str]:
    """Return the sources to show; by default all, the paper's ones first."""
    there = {source for kind in found if kind != "exact" for source in sources_of(found[kind])}
    for source in named:
        if source not in there:
            raise InputError(
                f"{figure}: no data of source {source}; allowed are {', '.join(sorted(there))}"
            )
    from ising_fidelity.figures.style import LOOKS

    known = [source for source in LOOKS if source in there]
    return list(named) or [*known, *sorted(there - set(known))]


def temperatures(found: Mapping[str, Any]) -> list[str]:
    """Return all temperatures with data."""
    there = {T for kind in SERIES for _, T in found.get(kind, ())}
    for group in [*found.get("fidelity", {}).values(), *found.get("attribution", {}).values()]:
        there |= {name_of(T) for T in group["temperature"].values.tolist()}
    return sorted(there, key=float)


def save(figure: "Figure", outputs: Sequence[Path]) -> None:
    """Write every output, all of them or none."""
    with ExitStack() as stack:
        for output in outputs:
            place = stack.enter_context(whole(output))
            figure.savefig(place, metadata=METADATA[output.suffix])
