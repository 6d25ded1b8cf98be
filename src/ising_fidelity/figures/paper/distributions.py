"""Histograms over frames at single temperatures, which Figs. S3 and S4 share."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs

BINS = 60


def histograms(
    inputs: Inputs, series: str, label: str
) -> tuple[Figure, NDArray[Any], NDArray[np.float64]]:
    """Return the figure, its axes, a row per temperature and a column per source, and the bins.

    Parameters
    ----------
    series
        Variable (chain, draw) of the files of observables.
    label
        Of the horizontal axis, which all panels share, as they do the bins.
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
    figure, axes = style.panels(
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
    figure.supylabel("share of frames, each panel to its own scale", fontsize="medium")
    style.letter(axes[0], [look.label for look in sources.values()])
    return figure, axes, edges
