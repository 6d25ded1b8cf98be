"""Pictures of a judgement, drawn as the figures of a run are."""

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from ising_fidelity.display import in_notebooks
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures.registry import function_of
from ising_fidelity.judgement.given import REFERENCE
from ising_fidelity.report.explorer import three

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ising_fidelity.judgement.scorecard import Scorecard

DRAWN = {
    "fig3": "Energy, absolute magnetization, specific heat and susceptibility per spin against "
    "temperature, with exact curves.",
    "fig7": "The first frame and the middle one of every sampler, at single temperatures.",
    "figS4": "Distribution of the energy per spin over frames, with the exact one of this lattice, "
    "or its mean alone above L = 32.",
    "figS3": "Distribution of the magnetization per spin over frames.",
    "fig5": "Spin-spin correlation along the axes against distance, as it is and with the squared "
    "mean absolute magnetization subtracted.",
}
"""Figures of the paper in the order of the page, and their captions."""
AT_SINGLE = ("fig7", "figS3", "figS4", "fig5")
"""Figures at single temperatures, of which few are shown."""
CURVES = "fig3"
"""The figure against temperature, of two temperatures or more."""
FORMATS = {"fig7": "png"}
"""Of figures of frames; all others are lines."""


def draw(card: "Scorecard", figure: str, samplers: Sequence[str] | None = None) -> "Figure":
    """Return one figure of a judgement, of all samplers or of some.

    Raises
    ------
    InputError
        If it is none of these, or needs other temperatures.
    """
    with _style():
        drawn = _drawn(card, figure, samplers)
        # Later, outside of the context, it would be laid out anew.
        drawn.canvas.draw()
    return in_notebooks(drawn)


@contextmanager
def _style() -> Iterator[None]:
    from matplotlib import style as matplotlib_style

    from ising_fidelity.figures import style

    with matplotlib_style.context(style.RC, after_reset=True):
        yield


def _drawn(card: "Scorecard", figure: str, samplers: Sequence[str] | None = None) -> "Figure":
    if figure not in DRAWN:
        raise InputError(f"figure: {figure!r}; allowed are {', '.join(DRAWN)}")
    from ising_fidelity.figures.inputs import Inputs

    wanted = [*card.judged] if samplers is None else [*samplers]
    for one in wanted:
        if one not in card.judged:
            raise InputError(f"samplers: {one!r}; allowed are {', '.join(card.judged)}")
    names = card.temperatures
    if figure == CURVES and len(names) < 2:
        raise InputError(f"{figure}: one temperature; allowed are two or more")
    common = _common(card, wanted)
    if figure in AT_SINGLE and not common:
        raise InputError(f"{figure}: samplers without a common T; samplers: decides which to draw")
    shown = three(common) if figure in AT_SINGLE else names
    sources = [REFERENCE, *wanted]
    inputs = Inputs(
        sources=sources,
        temperatures=shown,
        fidelity=card.fidelity,
        exact=card.exact,
        observables=card.observables,
        configurations=card.configurations,
    )
    drawn: Figure = resolve_name(f"ising_fidelity.{function_of(figure)}")(inputs)
    return drawn


def _common(card: "Scorecard", samplers: Sequence[str]) -> list[str]:
    """Return the temperatures of all of some samplers."""
    return [T for T in card.temperatures if all((one, T) in card.observables for one in samplers)]


def embedded(card: "Scorecard", figure: str, samplers: Sequence[str]) -> str:
    """Return a figure as an address that holds all of it, for a page."""
    from ising_fidelity.figures.draw import METADATA

    kind = FORMATS.get(figure, "svg")
    content = io.BytesIO()
    with _style():
        _drawn(card, figure, samplers).savefig(content, format=kind, metadata=METADATA[f".{kind}"])
    encoded = base64.b64encode(content.getvalue()).decode()
    return f"data:image/{'svg+xml' if kind == 'svg' else kind};base64,{encoded}"


def there(card: "Scorecard") -> list[tuple[str, list[str]]]:
    """Return the figures that can be drawn, each with its samplers: all, or those of one T."""
    every = [*card.judged]
    together = [every] if _common(card, every) else [[one] for one in every]
    found = [(CURVES, every)] if len(card.temperatures) > 1 else []
    return found + [(one, some) for one in AT_SINGLE for some in together]
