"""The paper's first Fig. 4: energy and magnetization from random starts."""

import json

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ising_fidelity.exact import finite, infinite
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: a column per temperature."""
    sources = style.looks(inputs.having("equilibration"))
    columns = len(inputs.temperatures)
    figure, axes = panels.panels(2, columns, (3.4 * columns, 6.4), sharex=True, sharey="row")
    for source, look in sources.items():
        for column, data in zip(axes.T, inputs.series("equilibration", source), strict=True):
            step = data["step"].values
            label = f"{look.label}, {data.attrs['step_unit']}"
            _walks(column[0], step, data["energy"].values, look, label)
            _walks(column[1], step, np.abs(data["magnetization"].values), look, label)
            _exact(column[0], column[1], data)
    for ax in axes[1]:
        ax.set_xscale("symlog", linthresh=1, linscale=0.6)
        ax.set_xlim(0, None)
        ax.set_xlabel("step")
    axes[0, 0].set_ylabel(style.LABELS["energy"])
    axes[1, 0].set_ylabel(r"magnetization $|m|$")
    titles = [f"$T$ = {style.short(T)}" for T in inputs.temperatures]
    return panels.finish(figure, axes.flat, titles * 2, columns=2)


def _walks(
    ax: Axes, step: NDArray[np.integer], values: NDArray[np.float64], look: style.Look, label: str
) -> None:
    """Draw single starts as thin lines, rasterized even in SVG, and their mean bold."""
    lines = [np.column_stack([step, one]) for one in values]
    ax.add_collection(
        LineCollection(lines, colors=look.color, linewidths=0.4, alpha=0.15, rasterized=True)
    )
    mean = values.mean(axis=0)
    ax.plot(step, mean, color="white", linewidth=4.5)
    marked = np.unique(np.geomspace(1, max(len(step) - 1, 1), 9).astype(int))
    ax.plot(
        step,
        mean,
        color=look.color,
        marker=look.marker,
        markevery=marked.tolist(),
        markersize=6,
        markeredgecolor="white",
        markeredgewidth=0.6,
        linewidth=2.2,
        label=label,
    )


def _exact(energy: Axes, magnetization: Axes, data: xr.Dataset) -> None:
    """Draw the equilibrium values: u of this lattice, m of the infinite one."""
    size, T = json.loads(data.attrs["settings"])["lattice_size"], float(data["temperature"])
    u, m = finite.kaufman(size, T).energy, infinite.yang_magnetization(T)
    energy.axhline(u, label=panels.exact_label(size), **style.FINITE)
    magnetization.axhline(m, label=style.EXACT_INFINITE, **style.INFINITE)
