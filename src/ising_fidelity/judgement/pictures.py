"""Figures of a judgement, drawn by the functions that draw those of a run."""

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
    "fig3": "Energy, absolute magnetization, specific heat and susceptibility per spin versus "
    "temperature, with exact curves.",
    "fig7": "The first and the middle frame of every sampler at up to three temperatures.",
    "figS4": "Distribution of the energy per spin. The exact distribution of this lattice is shown "
    "up to L = 32, above that only the exact mean.",
    "figS3": "Distribution of the magnetization per spin.",
    "fig5": "Spin-spin correlation along the axes versus distance, raw and with the squared mean "
    "absolute magnetization subtracted.",
}
"""Figures of the paper in the order of the page, and their captions."""
AT_SINGLE = ("fig7", "figS3", "figS4", "fig5")
"""Figures at single temperatures, drawn for a few of them."""
CURVES = "fig3"
"""The figure versus temperature, which needs two temperatures or more."""
FORMATS = {"fig7": "png"}
"""Formats of figures that are raster images; all others are line drawings."""


def draw(card: "Scorecard", figure: str, samplers: Sequence[str] | None = None) -> "Figure":
    """Return one figure of a judgement, for all or some samplers.

    Raises
    ------
    InputError
        If there is no such figure, or the judgement lacks the temperatures that it needs.
    """
    with _style():
        drawn = _drawn(card, figure, samplers)
        # Drawn outside of the context, the layout would use the default style.
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
        raise InputError(f"{figure}: samplers without a common T; choose some by samplers=[...]")
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
    """Return the temperatures that some samplers have in common."""
    return [T for T in card.temperatures if all((one, T) in card.observables for one in samplers)]


def embedded(card: "Scorecard", figure: str, samplers: Sequence[str]) -> str:
    """Return a figure as a data URI, for a page."""
    from ising_fidelity.figures.draw import METADATA

    kind = FORMATS.get(figure, "svg")
    content = io.BytesIO()
    with _style():
        _drawn(card, figure, samplers).savefig(content, format=kind, metadata=METADATA[f".{kind}"])
    encoded = base64.b64encode(content.getvalue()).decode()
    return f"data:image/{'svg+xml' if kind == 'svg' else kind};base64,{encoded}"


def there(card: "Scorecard") -> list[tuple[str, list[str]]]:
    """Return the figures that can be drawn: of all samplers together, or one each without a T."""
    every = [*card.judged]
    together = [every] if _common(card, every) else [[one] for one in every]
    found = [(CURVES, every)] if len(card.temperatures) > 1 else []
    return found + [(one, some) for one in AT_SINGLE for some in together]
