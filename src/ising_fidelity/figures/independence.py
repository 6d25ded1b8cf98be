"""How many independent numbers the frames of Monte Carlo are worth, and what that does to errors.

The paper takes a frame every ten sweeps; near the critical temperature the magnetization of a
single-spin chain needs hundreds to forget (critical slowing down).
"""

import numpy as np
from matplotlib.figure import Figure

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

QUANTITIES = {"abs_magnetization": r"$|m|$", "energy": "$u$"}


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    figure, axes = style.panels(1, 2, (9.6, 4.4))
    share, enlargement = axes[0]
    for source, look in style.looks(inputs.sources).items():
        group = inputs.fidelity[source]
        T = group["temperature"].values
        for name, symbol in QUANTITIES.items():
            open_marker = {"markerfacecolor": "white", "markeredgecolor": look.color}
            options = {
                "color": look.color,
                "marker": look.marker,
                "linestyle": look.line,
                "markersize": 4.5,
                "linewidth": 1.1,
                "label": f"{look.label}, {symbol}",
                **(open_marker if name == "energy" else {}),
            }
            tau_int = group[f"{name}_tau_int"].values
            share.plot(T, group[f"{name}_effective_sample_size"].values, **options)
            enlargement.plot(T, np.sqrt(2 * tau_int), **options)
    for ax in axes[0]:
        ax.set_xlabel(style.TEMPERATURE)
        ax.axvline(CRITICAL_TEMPERATURE, color="0.6", linewidth=0.8, linestyle=":", zorder=0.6)
    share.set_yscale("log")
    share.set_ylabel("independent values among the frames")
    enlargement.set_ylim(bottom=0)
    enlargement.set_ylabel(r"enlargement of errors, $\sqrt{2\tau_\mathrm{int}}$")
    style.letter(axes[0])
    style.legend(figure, [share], columns=2)
    return figure
