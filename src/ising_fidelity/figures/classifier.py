"""How well a network tells the frames of each source from Monte Carlo."""

from matplotlib.figure import Figure

from ising_fidelity.figures import comparisons, style
from ising_fidelity.figures.inputs import Inputs

AUC = "classifier_auc"


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    sources = comparisons.having(inputs, AUC, "--classifier")
    figure, axes = style.panels(1, 1, (8.4, 4.8))
    ax = axes[0, 0]
    comparisons.numbers(ax, inputs, sources, AUC)
    ax.axhline(0.5, color=style.INK, linewidth=1.1, zorder=1.5, label="nothing tells them apart")
    ax.set_ylim(None, 1.02)
    ax.set_xlabel(style.TEMPERATURE)
    ax.set_ylabel("area under the ROC curve")
    style.legend(figure, [ax], columns=3)
    return figure
