"""Fig. S4: the distribution of the energy, with the exact one."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ising_fidelity import exact
from ising_fidelity.figures import style
from ising_fidelity.figures.histograms import histograms
from ising_fidelity.figures.inputs import Inputs


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    figure, axes, edges = histograms(inputs, "energy_series", style.LABELS["energy"])
    for column, source in zip(axes.T, inputs.having("observables"), strict=True):
        for ax, data in zip(column, inputs.series("observables", source), strict=True):
            _exact(ax, int(data["lattice_size"]), float(data["temperature"]), edges)
    style.legend(figure, axes.flat)
    return figure


def _exact(ax: Axes, size: int, temperature: float, edges: NDArray[np.float64]) -> None:
    """Draw how likely each bin is on this lattice; the mean alone where that is too much work."""
    look: dict[str, Any] = {"color": style.INK, "linewidth": 1.2}
    if not exact.has_energy_levels(size):
        mean = exact.kaufman(size, temperature).energy
        ax.axvline(mean, label=f"{style.exact_label(size)}, mean", **look)
        return
    energies, probabilities = exact.energy_distribution(size, temperature)
    shares, _ = np.histogram(energies, edges, weights=probabilities)
    ax.stairs(shares, edges, label=style.exact_label(size), **look)
