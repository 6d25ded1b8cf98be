"""Draw one figure from the files of a run.

Matplotlib takes as long to import as all else together; what is wrong with the files is told first.
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
    """Draw a figure and write it in every format asked for, paths ending in ``.svg`` or ``.png``.

    For all else see :func:`drawn`, which raises InputError, as this does for other paths.
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
        Told apart by their place in a run: ``fidelity.nc``, ``exact.nc``, ``attribution.nc``,
        ``finite_size/<source>.nc``, ``<kind>/<source>/T<T>.nc``, ``<model>.training.nc``,
        ``<model>.safetensors``. Those that the figure does not need are left aside.
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
        raise InputError(f"figure: no {figure!r}; allowed are {', '.join(FIGURES)}")
    read = draw.read(files, foreign or {})
    missing = [need for need in FIGURES[figure].needs if need not in read]
    if missing:
        raise InputError(f"{figure}: no file of kind {', '.join(missing)} given")
    found: dict[str, Any] = {need: read[need] for need in FIGURES[figure].needs}
    there = draw.temperatures(found)
    unknown = [T for T in temperatures if T not in there]
    if unknown:
        raise InputError(f"{figure}: no data at T = {unknown[0]}; there are {', '.join(there)}")
    inputs = Inputs(
        sources=draw.sources(figure, found, sources),
        temperatures=temperatures or there,
        training_temperatures=training_temperatures or {},
        **found,
    )
    if not inputs.sources:
        raise InputError(f"{figure}: the files given have no sources")
    with in_style():
        try:
            made: Figure = resolve_name(f"ising_fidelity.{function_of(figure)}")(inputs)
        except KeyError as error:
            raise InputError(f"{figure}: the files given lack something ({error})") from error
    return made


def in_style() -> AbstractContextManager[None]:
    """Return a context in which figures are drawn and written."""
    from matplotlib import style as matplotlib_style

    from ising_fidelity.figures import style

    context: AbstractContextManager[None] = matplotlib_style.context(style.RC, after_reset=True)
    return context
