"""Fig. S3: the distribution of the magnetization."""

from matplotlib.figure import Figure

from ising_fidelity.figures.histograms import histograms
from ising_fidelity.figures.inputs import Inputs


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    figure, *_ = histograms(inputs, "magnetization_series", "magnetization per spin $m$")
    return figure
