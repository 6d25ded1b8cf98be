"""The local Boltzmann test: which temperature spins have, given their neighbours."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs

TEMPERATURES = {
    "effective_temperature": r"of all spins",
    "temperature_at_field_2": r"at $|h| = 2$",
    "temperature_at_field_4": r"at $|h| = 4$",
}
FLIPS = "spurious_flips"
SMALLEST = 1e-3
"""Share of spurious flips below which its axis is linear."""


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: three temperatures in units of the one asked for, and spurious flips."""
    figure, axes = style.panels(2, 2, (12.5, 9), sharex=True)
    panels = axes.ravel()
    for ax, (name, words) in zip(panels, TEMPERATURES.items(), strict=False):
        _ratio(ax, inputs, name)
        ax.set_ylabel(rf"temperature of spins / $T$, {words}")
    style.curves(panels[3], inputs, FLIPS)
    panels[3].set_yscale("symlog", linthresh=SMALLEST)
    panels[3].axhline(0, label="exact", **style.FINITE)
    for ax in axes[-1]:
        ax.set_xlabel(style.TEMPERATURE)
    style.letter(panels)
    style.legend(figure, panels)
    return figure


def _ratio(ax: Axes, inputs: Inputs, name: str) -> None:
    """Draw a temperature of spins over the one asked for; 1 is exact."""
    for source, look in style.looks(inputs.sources).items():
        group = inputs.fidelity[source]
        T = group["temperature"].values
        value, error = (group[key].values / T for key in (name, f"{name}_error"))
        known = np.isfinite(value) & np.isfinite(error)
        style.points(ax, look, T[known], value[known], error[known])
    style.shade_training(ax, inputs, inputs.sources)
    style.ratio_axis(ax)
    style.critical(ax)
