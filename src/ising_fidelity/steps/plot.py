"""Draw one figure from the files of a run.

Matplotlib is slow to import, so the files are checked first.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import draw
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.figures.registry import FIGURES, function_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(*, outputs: Sequence[Path], **shown: Any) -> None:
    """Draw a figure and write it to paths that end in ``.svg`` or ``.png``.

    Other parameters are those of :func:`drawn`. Raises InputError for other paths, and like it.
    """
    for output in outputs:
        if output.suffix not in draw.METADATA:
            raise InputError(f"{output}: allowed are paths ending in {' or '.join(draw.METADATA)}")
    figure = drawn(**shown)
    with in_style():
        draw.save(figure, outputs)


def drawn(
    *,
    figure: str,
    files: Sequence[Path],
    temperatures: Sequence[str] = (),
    sources: Sequence[str] = (),
    training_temperatures: Mapping[str, Sequence[str]] | None = None,
    foreign: Mapping[str, str] | None = None,
) -> "Figure":
    """Return a figure.

    Parameters
    ----------
    figure
        A key of :data:`ising_fidelity.figures.registry.FIGURES`.
    files
        Files of a run, recognized by their paths: ``fidelity.nc``, ``exact.nc``,
        ``attribution.nc``, ``finite_size/<source>.nc``, ``<kind>/<source>/T<T>.nc``,
        ``<model>.training.nc``, ``<model>.safetensors``. Files that the figure does not need are
        ignored.
    temperatures, sources
        Canonical temperatures and sources to show; default: all in the files.
    training_temperatures
        Training temperatures of each model, for the shaded range.
    foreign
        Paths with ``{T}`` of imported sources.

    Raises
    ------
    InputError
        If the figure is unknown, a file is not from a run, or the data to show are missing.
    """
    if figure not in FIGURES:
        raise InputError(f"figure: no {figure!r}; allowed are {', '.join(FIGURES)}")
    read = draw.read(files, foreign or {})
    missing = [need for need in FIGURES[figure].needs if need not in read]
    if missing:
        raise InputError(f"{figure}: no file of kind {', '.join(missing)}")
    found: dict[str, Any] = {need: read[need] for need in FIGURES[figure].needs}
    there = draw.temperatures(found)
    unknown = [T for T in temperatures if T not in there]
    if unknown:
        raise InputError(f"{figure}: no data at T = {unknown[0]}; allowed are {', '.join(there)}")
    inputs = Inputs(
        sources=draw.sources(figure, found, sources),
        temperatures=temperatures or there,
        training_temperatures=training_temperatures or {},
        **found,
    )
    if not inputs.sources:
        raise InputError(f"{figure}: the files have no sources")
    with in_style():
        try:
            made: Figure = resolve_name(f"ising_fidelity.{function_of(figure)}")(inputs)
        except KeyError as error:
            raise InputError(f"{figure}: a variable is missing in the files ({error})") from error
    return made


def in_style() -> AbstractContextManager[None]:
    """Return a context with the style of the figures."""
    from matplotlib import style as matplotlib_style

    from ising_fidelity.figures import style

    context: AbstractContextManager[None] = matplotlib_style.context(style.RC, after_reset=True)
    return context
