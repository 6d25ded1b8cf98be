"""Finite-size scaling: crossings, collapses, and the critical temperature and exponents."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ising_fidelity.analysis import scaling
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

EXACT = {
    "critical_temperature": (r"$T_c$", CRITICAL_TEMPERATURE),
    "nu": (r"$\nu$", 1.0),
    "eta": (r"$\eta$", 0.25),
}
MOMENTS = ("binder_cumulant", "logarithm")
COLLAPSED = ("$U$", r"$\langle m^2\rangle L^{\eta}$")


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: a row per source, and a last row with the fitted values of all."""
    sources = style.looks(inputs.having("finite_size"))
    figure, axes = panels.panels(len(sources) + 1, 3, (13.5, 3.9 * (len(sources) + 1)))
    for row, (source, look) in zip(axes, sources.items(), strict=False):
        _row(row, inputs.finite_size[source])
        row[0].set_ylabel(f"{look.label}\nBinder cumulant $U$")
        for ax, words in zip(row[1:], COLLAPSED, strict=True):
            ax.set_ylabel(f"{words}, corrections subtracted")
            ax.set_xlabel(r"$x = L^{1/\nu}\,(T - T_c)/T_c$")
        row[0].set_xlabel(style.TEMPERATURE)
    for ax, (name, (symbol, exact)) in zip(axes[-1], EXACT.items(), strict=True):
        for place, (source, look) in enumerate(sources.items()):
            data = inputs.finite_size[source]
            value, error = float(data[name]), float(data[f"{name}_error"])
            ax.errorbar(value, place, xerr=error, color=look.color, marker=look.marker)
        ax.axvline(exact, label="exact", **style.FINITE)
        ax.set_yticks(range(len(sources)), [look.label for look in sources.values()])
        ax.set_ylim(len(sources) - 0.5, -0.5)
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.set_xlabel(symbol)
    return panels.finish(figure, axes.flat, columns=6)


def _row(axes: Any, data: xr.Dataset) -> None:
    """Draw one source's cumulants over T and both collapses."""
    sizes, T = data["lattice_size"].values, data["temperature"].values
    parameters = data["parameters"].values
    shades = colormaps["viridis"](np.linspace(0, 0.85, sizes.size))
    ends = []
    for size, color, marker in zip(sizes, shades, style.MARKERS, strict=False):
        look = style.Look(f"$L$ = {size}", color, marker)
        here = data.sel(lattice_size=size)
        error = np.stack([here[f"{name}_error"].values for name in MOMENTS])
        values = np.stack([here[name].values for name in MOMENTS], axis=1)
        panels.points(axes[0], look, T, values[:, 0], error[0], linestyle="")
        if np.isnan(parameters).any():
            continue
        fine = np.linspace(T[0], T[-1], 200)
        fitted = scaling.predicted(parameters, fine, np.full(fine.size, float(size)))
        axes[0].plot(fine, fitted[:, 0], color=color, linewidth=1.1)
        moments = scaling.Moments(np.full(T.size, float(size)), T, values, np.zeros((T.size, 2, 2)))
        x, on_curve = scaling.collapsed(parameters, moments)
        panels.points(axes[1], look, x, on_curve[:, 0], error[0], linestyle="")
        square = np.exp(on_curve[:, 1])
        panels.points(axes[2], look, x, square, square * error[1], linestyle="")
        ends += [x.min(), x.max()]
    panels.critical(axes[0])
    words = f"$p$ of the fit: {float(data['p_value']):.2g}" if ends else "no crossing to fit"
    axes[0].set_title(words, loc="right", fontsize="small")
    if ends:
        x = np.linspace(min(ends), max(ends), 200)
        f, g = scaling.curves(parameters, x).T
        for ax, curve in zip(axes[1:], (f, np.exp(g)), strict=True):
            ax.plot(x, curve, label="fit", **style.FINITE)
        return
    for ax in axes[1:]:
        panels.bare(ax)
        ax.text(0.5, 0.5, "no fit", ha="center", va="center", transform=ax.transAxes)
