"""Draw one figure from the files of a run.

Matplotlib takes as long to import as all else together; what is wrong with the files is told first.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ising_fidelity import dataset
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import FIGURES
from ising_fidelity.figures.inputs import SERIES, Inputs, sources_of
from ising_fidelity.files import whole
from ising_fidelity.temperatures import canonical

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METADATA: dict[str, dict[str, str | None]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
}
"""Formats by suffix; what is None here would change the bytes from day to day."""


def plot(
    *,
    figure: str,
    files: Sequence[Path],
    outputs: Sequence[Path],
    temperatures: Sequence[str] = (),
    sources: Sequence[str] = (),
    training_temperatures: Mapping[str, Sequence[str]] | None = None,
    foreign: Mapping[str, str] | None = None,
) -> None:
    """Draw a figure and write it in every format asked for.

    Parameters
    ----------
    figure
        A key of :data:`ising_fidelity.figures.FIGURES`.
    files
        Told apart by their place in a run: ``fidelity.nc``, ``exact.nc``, ``attribution.nc``,
        ``finite_size/<source>.nc``, ``<kind>/<source>/T<T>.nc``, ``<model>.training.nc``,
        ``<model>.safetensors``. Those that the figure does not need are left aside.
    outputs
        Paths ending in ``.svg`` or ``.png``.
    temperatures, sources
        What to show, temperatures canonical; everything that the files have if not given.
    training_temperatures
        Of each model, for the shaded range.
    foreign
        Sources whose frames were made elsewhere, and where: a path with ``{T}`` in it.

    Raises
    ------
    InputError
        If the figure is unknown, a file is no part of a run, or what is to be shown is not there.
    """
    if figure not in FIGURES:
        raise InputError(f"--figure: no {figure!r}; allowed are {', '.join(FIGURES)}")
    for output in outputs:
        if output.suffix not in METADATA:
            raise InputError(f"{output}: allowed are paths ending in {' or '.join(METADATA)}")
    read = _read(files, foreign or {})
    missing = [need for need in FIGURES[figure].needs if need not in read]
    if missing:
        raise InputError(f"{figure}: no file of kind {', '.join(missing)} given")
    found: dict[str, Any] = {need: read[need] for need in FIGURES[figure].needs}
    inputs = Inputs(
        sources=_sources(figure, found, sources),
        temperatures=temperatures or _temperatures(found),
        training_temperatures=training_temperatures or {},
        **found,
    )
    if not inputs.sources:
        raise InputError(f"{figure}: the files given have no sources")
    from matplotlib import style as matplotlib_style

    from ising_fidelity.figures import style

    with matplotlib_style.context(style.RC, after_reset=True):
        try:
            drawn = import_module(f"ising_fidelity.figures.{figure}").draw(inputs)
        except KeyError as error:
            raise InputError(f"{figure}: the files given lack something ({error})") from error
        _save(drawn, outputs)


def _read(files: Sequence[Path], foreign: Mapping[str, str]) -> dict[str, Any]:
    """Return what the files hold by kind, see :class:`Inputs`."""
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
            tree = dataset.read_tree(path)
            found[path.stem] = {name: node.to_dataset() for name, node in tree.children.items()}
        elif path.name == "exact.nc":
            found["exact"] = dataset.read(path)
        elif path.name.endswith(".training.nc"):
            model = path.name.removesuffix(".training.nc")
            found.setdefault("training", {})[model] = dataset.read(path)
        elif path.parent.name == "finite_size" and path.suffix == ".nc":
            found.setdefault("finite_size", {})[path.stem] = dataset.read(path)
        elif path.suffix == ".safetensors":
            found.setdefault("model", {})[path.stem] = path
        elif temperature and kind in SERIES:
            reader = dataset.read_frames if kind == "configurations" else dataset.read
            found.setdefault(kind, {})[source, canonical(temperature[1])] = reader(path)
        else:
            raise InputError(
                f"{path}: no file of a run; allowed are fidelity.nc, exact.nc, attribution.nc, "
                "finite_size/<source>.nc, <model>.training.nc, <model>.safetensors and "
                f"<kind>/<source>/T<T>.nc, kind in {SERIES}"
            )
    return found


def _sources(figure: str, found: Mapping[str, Any], named: Sequence[str]) -> list[str]:
    """Return the sources to show, the paper's order first where none are named."""
    there = {source for kind in found if kind != "exact" for source in sources_of(found[kind])}
    for source in named:
        if source not in there:
            raise InputError(
                f"{figure}: no data of source {source} given; there are {', '.join(sorted(there))}"
            )
    from ising_fidelity.figures.style import LOOKS

    known = [source for source in LOOKS if source in there]
    return list(named) or [*known, *sorted(there - set(known))]


def _temperatures(found: Mapping[str, Any]) -> list[str]:
    """Return every temperature that there are data of."""
    there = {T for kind in SERIES for _, T in found.get(kind, ())}
    for group in [*found.get("fidelity", {}).values(), *found.get("attribution", {}).values()]:
        there |= {canonical(T) for T in group["temperature"].values.tolist()}
    return sorted(there, key=float)


def _save(figure: "Figure", outputs: Sequence[Path]) -> None:
    """Write every output, all of them or none."""
    with ExitStack() as stack:
        for output in outputs:
            place = stack.enter_context(whole(output))
            figure.savefig(place, metadata=METADATA[output.suffix])
