"""Figs. S3 and S4: histograms over frames at single temperatures."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ising_fidelity.exact import finite, levels
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs

BINS = 60


def figS3(inputs: Inputs) -> Figure:
    """Draw the distribution of the magnetization."""
    return _histograms(inputs, "magnetization_series", "magnetization per spin $m$")[0]


def figS4(inputs: Inputs) -> Figure:
    """Draw the distribution of the energy, and the exact one."""
    figure, axes, edges = _histograms(inputs, "energy_series", style.LABELS["energy"])
    for column, source in zip(axes.T, inputs.having("observables"), strict=True):
        for ax, data in zip(column, inputs.series("observables", source), strict=True):
            _exact(ax, int(data["lattice_size"]), float(data["temperature"]), edges)
    panels.legend(figure, axes.flat)
    return figure


def _histograms(
    inputs: Inputs, series: str, label: str
) -> tuple[Figure, NDArray[Any], NDArray[np.float64]]:
    """Return the figure, its axes (a row per temperature, a column per source), and the bins.

    ``series`` is a variable (chain, draw) of the observables; ``label`` is the label of the
    horizontal axis. All panels share axis and bins.
    """
    import seaborn

    sources = style.looks(inputs.having("observables"))
    columns = {
        source: [data[series].values.ravel() for data in inputs.series("observables", source)]
        for source in sources
    }
    every = np.concatenate([values for column in columns.values() for values in column])
    edges = np.linspace(every.min(), every.max() + 1e-9, BINS + 1)
    rows = len(inputs.temperatures)
    figure, axes = panels.panels(
        rows, len(sources), (3.2 * len(sources), 1.25 * rows + 1), sharex=True
    )
    for column, (source, look) in zip(axes.T, sources.items(), strict=True):
        for ax, values in zip(column, columns[source], strict=True):
            seaborn.histplot(
                x=values,
                bins=edges.tolist(),
                stat="probability",
                element="step",
                color=look.color,
                alpha=0.35,
                ax=ax,
            )
            ax.set(ylabel="", yticks=[])
            ax.spines["left"].set_visible(False)
            ax.grid(False, axis="y")
        column[-1].set_xlabel(label)
    for ax, T in zip(axes[:, 0], inputs.temperatures, strict=True):
        ax.set_ylabel(f"$T$ = {style.short(T)}", rotation=0, ha="right", va="center")
    scale = ", each panel to its own scale" if rows > 1 else ""
    figure.supylabel(f"share of frames{scale}", fontsize="medium")
    panels.letter(axes[0], [look.label for look in sources.values()])
    return figure, axes, edges


def _exact(ax: Axes, size: int, temperature: float, edges: NDArray[np.float64]) -> None:
    """Draw the exact probability of each bin, or the exact mean for large lattices."""
    look: dict[str, Any] = {"color": style.INK, "linewidth": 1.2}
    if not levels.has_energy_levels(size):
        mean = finite.kaufman(size, temperature).energy
        ax.axvline(mean, label=f"{panels.exact_label(size)}, mean", **look)
        return
    energies, probabilities = levels.energy_distribution(size, temperature)
    shares, _ = np.histogram(energies, edges, weights=probabilities)
    ax.stairs(shares, edges, label=panels.exact_label(size), **look)
