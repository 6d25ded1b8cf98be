"""Fig. S4: the distribution of the energy, with the exact mean."""

from matplotlib.figure import Figure

from ising_fidelity import exact
from ising_fidelity.figures import style
from ising_fidelity.figures.histograms import histograms
from ising_fidelity.figures.inputs import Inputs


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    figure, axes = histograms(inputs, "energy_series", style.LABELS["energy"])
    for column, source in zip(axes.T, inputs.having("observables"), strict=True):
        for ax, data in zip(column, inputs.series("observables", source), strict=True):
            size = int(data["lattice_size"])
            mean = exact.kaufman(size, float(data["temperature"])).energy
            ax.axvline(
                mean, color=style.INK, linewidth=1.2, label=f"{style.exact_label(size)}, mean"
            )
    style.legend(figure, axes.flat)
    return figure
