"""Fig. 3: thermodynamics of DiffIsing1, DiffIsing2 and Monte Carlo with the exact curves."""

from matplotlib.figure import Figure

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.figures.thermodynamics import four_panels

WINDOW = (2.0, 2.45)
"""Temperatures of the inset: DiffIsing1 was trained at three of them, 2.0, 2.2 and 2.4, and the
paper finds its energy on a straight line from 2.1 to 2.3."""


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    figure, axes = four_panels(inputs)
    inside = [
        inputs.fidelity[source]["energy"].sel(temperature=slice(*WINDOW))
        for source in inputs.sources
    ]
    if all(u.size for u in inside):
        inset = axes[0, 0].inset_axes((0.6, 0.13, 0.39, 0.42))
        style.curves(inset, inputs, "energy")
        style.exact_curves(inset, inputs, "energy")
        margin = 0.05
        low, high = min(float(u.min()) for u in inside), max(float(u.max()) for u in inside)
        inset.set(xlim=WINDOW, ylim=(low - margin, high + margin), ylabel="")
        inset.tick_params(labelsize="x-small")
        inset.spines[:].set(visible=True, color="0.4", linewidth=0.8)
        axes[0, 0].indicate_inset_zoom(inset, edgecolor="0.4")
    return figure
