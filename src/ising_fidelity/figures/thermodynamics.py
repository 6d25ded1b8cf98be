"""The four panels of u, |m|, C and chi that Figs. 3, 4 (GAN) and S2 share."""

from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs

PANELS = ("energy", "abs_magnetization", "specific_heat", "susceptibility")


def four_panels(inputs: Inputs) -> tuple[Figure, NDArray[Any]]:
    """Return the figure and its axes, shape (2, 2); every source by the same estimators."""
    figure, axes = style.panels(2, 2, (9, 7.2), sharex=True)
    for ax, name in zip(axes.flat, PANELS, strict=True):
        style.curves(ax, inputs, name)
        if name != "susceptibility":
            style.exact_curves(ax, inputs, name)
    for ax in axes[1]:
        ax.set_xlabel(style.TEMPERATURE)
    style.letter(axes.flat)
    style.legend(figure, axes.flat)
    return figure, axes
