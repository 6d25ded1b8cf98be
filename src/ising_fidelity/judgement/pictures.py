"""Pictures of a judgement, drawn as the figures of a run are."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import TYPE_CHECKING

import numpy as np

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures.registry import function_of
from ising_fidelity.judgement.given import REFERENCE
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

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


def draw(card: "Scorecard", figure: str) -> "Figure":
    """Return one figure of a judgement.

    Raises
    ------
    InputError
        If it is none of these, or needs more temperatures.
    """
    with _style():
        drawn = _drawn(card, figure)
        # Later, outside of the context, it would be laid out anew.
        drawn.canvas.draw()
    return drawn


@contextmanager
def _style() -> Iterator[None]:
    from matplotlib import style as matplotlib_style

    from ising_fidelity.figures import style

    with matplotlib_style.context(style.RC, after_reset=True):
        yield


def _drawn(card: "Scorecard", figure: str) -> "Figure":
    if figure not in DRAWN:
        raise InputError(f"figure: {figure!r}; allowed are {', '.join(DRAWN)}")
    from ising_fidelity.figures.inputs import Inputs

    names = card.temperatures
    if figure == CURVES and len(names) < 2:
        raise InputError(f"{figure}: one temperature; allowed are two or more")
    shown = chosen(names) if figure in AT_SINGLE else names
    sources = [REFERENCE, *card.judged]
    if figure in AT_SINGLE:
        sources = [one for one in sources if all((one, T) in card.observables for T in shown)]
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


def chosen(names: list[str]) -> list[str]:
    """Return at most three temperatures: the lowest, the nearest to T_c and the highest."""
    nearest = int(np.argmin([abs(float(T) - CRITICAL_TEMPERATURE) for T in names]))
    return [names[index] for index in sorted({0, nearest, len(names) - 1})]


def embedded(card: "Scorecard", figure: str) -> str:
    """Return a figure as an address that holds all of it, for a page."""
    from ising_fidelity.figures.draw import METADATA

    kind = FORMATS.get(figure, "svg")
    content = io.BytesIO()
    with _style():
        _drawn(card, figure).savefig(content, format=kind, metadata=METADATA[f".{kind}"])
    encoded = base64.b64encode(content.getvalue()).decode()
    return f"data:image/{'svg+xml' if kind == 'svg' else kind};base64,{encoded}"


def there(card: "Scorecard") -> list[str]:
    """Return the figures that can be drawn."""
    return [one for one in DRAWN if one != CURVES or len(card.temperatures) > 1]
