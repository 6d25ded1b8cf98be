"""Fig. 6: the Hamming distance between frames."""

from matplotlib.figure import Figure

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    figure, axes = style.panels(1, 1, (8.4, 4.8))
    ax = axes[0, 0]
    style.curves(ax, inputs, "hamming_distance")
    # Two independent frames of an ensemble with both signs differ at half of the sites.
    ax.axhline(0.5, color=style.INK, linewidth=1.1, zorder=1.5, label="exact, both signs")
    ax.set_xlabel(style.TEMPERATURE)
    style.legend(figure, [ax], columns=3)
    return figure
