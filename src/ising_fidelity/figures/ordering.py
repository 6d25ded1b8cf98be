"""Order: how often the magnetization is positive, and the Binder cumulant."""

import numpy as np
from matplotlib.figure import Figure

from ising_fidelity import fidelity
from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs

SMALLEST = 1e-8
"""p-values below are drawn here."""


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    figure, axes = style.panels(1, 3, (15, 5))
    share, chance, binder = axes[0]
    style.curves(share, inputs, "positive_share")
    share.axhline(0.5, label="both signs alike", **style.FINITE)
    share.set_ylim(-0.03, 1.03)
    for source, look in style.looks(inputs.sources).items():
        p = inputs.fidelity[source]["positive_share_p_value"].dropna("temperature")
        T, values = p["temperature"].values, p.clip(min=SMALLEST).values
        style.points(chance, look, T, values, np.zeros(T.size), linestyle="", label="")
    chance.set_yscale("log")
    number = inputs.fidelity[inputs.sources[0]].sizes["temperature"]
    chance.axhspan(SMALLEST / 3, fidelity.SIGNIFICANT / number, color="0.94", linewidth=0, zorder=0)
    chance.set_ylim(SMALLEST / 3, 2)
    chance.set_ylabel("$p$ of both signs alike, binomial test")
    style.critical(chance)
    style.curves(binder, inputs, "binder_cumulant")
    for ax in axes[0]:
        ax.set_xlabel(style.TEMPERATURE)
    style.letter(axes[0])
    style.legend(figure, axes[0])
    return figure
