"""Fig. 4 (the paper's second): thermodynamics of the GANs."""

from matplotlib.figure import Figure

from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.figures.thermodynamics import four_panels


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    figure, _ = four_panels(inputs)
    return figure
