"""Contributions of causes to the excess of a model's specific heat at low temperatures.

A row per model, a column per temperature, and a last column with C after Monte Carlo sweeps.
"""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs

CAUSES = {
    "excess": ("excess", "0.45"),
    "rounding": ("rounding", "#56B4E9"),
    "isolated_flips": ("isolated flips", "#E69F00"),
    "sign_mixture": ("sign mixture", "#CC79A7"),
    "thermal": ("thermal", "#D55E00"),
    "remainder": ("remainder", "#009E73"),
}
"""Label and colour of each bar, from the top."""

DASHES = (0, (4, 2))


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    sources = style.looks(inputs.having("attribution"))
    looks = style.temperature_looks(inputs.temperatures)
    columns, rows = len(looks) + 1, len(sources)
    figure, axes = panels.panels(rows, columns, (1.4 + 2.9 * columns, 0.9 + 1.75 * rows))
    for row, source in zip(axes, sources, strict=True):
        for ax, (T, look) in zip(row, looks.items(), strict=False):
            data = inputs.row(source, T, "attribution")
            _walk_down(ax, data)
            _relaxed(row[-1], data, look)
        for ax in row[1:-1]:
            ax.set_yticklabels([])
        row[0].set_ylabel(sources[source].label, fontweight="bold")
        row[-1].set_yscale("log")
        low, high = row[-1].get_ylim()
        panels.plain_ticks(row[-1].yaxis, [1, 3] if high < 300 * low else [1])
        row[-1].set_ylabel(r"$C$ / $k_B$")
        row[-1].grid(False, axis="x")
    for ax, look in zip(axes[0], looks.values(), strict=False):
        ax.set_title(look.label)
    axes[0, -1].set_title("after Monte Carlo sweeps")
    for ax in axes[-1, :-1]:
        ax.set_xlabel(r"$C - C_\mathrm{exact}$ / $k_B$")
    axes[-1, -1].set_xlabel("sweeps")
    size = int(next(iter(inputs.attribution.values()))["lattice_size"].max())
    axes[0, -1].plot([], [], color=style.INK, linestyle=DASHES, label=panels.exact_label(size))
    panels.legend(figure, axes[:, -1], columns=columns + 1)
    return figure


def _walk_down(ax: Axes, data: xr.Dataset) -> None:
    """Draw the excess and its parts with errors; each bar starts at the end of the one above."""
    end = 0.0
    for place, (cause, (_, color)) in enumerate(CAUSES.items()):
        part = float(data[f"specific_heat_{cause}"])
        error = float(data[f"specific_heat_{cause}_error"])
        begin, end = (0.0, part) if cause == "excess" else (end, end - part)
        ax.barh(place, end - begin, left=begin, height=0.72, color=color, linewidth=0)
        ax.errorbar(end, place, xerr=error, color="black", linewidth=1.0, capsize=2)
        ax.plot([end, end], [place, min(place + 1, len(CAUSES) - 1)], color="0.6", linewidth=0.7)
    ax.axvline(0, color=style.INK, linewidth=0.9, zorder=0.8)
    ax.set_yticks(range(len(CAUSES)), [label for label, _ in CAUSES.values()])
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=4)


def _relaxed(ax: Axes, data: xr.Dataset, look: style.Look) -> None:
    """Draw C of all frames after Monte Carlo sweeps, and the exact C."""
    walked = data.dropna("sweeps", subset=["specific_heat_relaxed"])
    place = np.arange(walked.sizes["sweeps"])
    values = (walked[f"specific_heat_relaxed{end}"].values for end in ("", "_error"))
    panels.points(ax, look, place, *values)
    exact = float(data["specific_heat_exact"])
    ax.axhline(exact, color=look.color, linewidth=1.1, linestyle=DASHES, zorder=1.7)
    ax.set_xticks(place, [f"{count}" for count in walked["sweeps"].values])
