"""Clusters of like spins: how many of which size, the largest, and the others' mean size."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

CRITICAL_EXPONENT = 379 / 187
"""n(s) ~ s^-tau of geometric clusters at T_c (C. Vanderzande, J. Phys. A 25, L75, 1992)."""
SIZES = "cluster_size_distribution"


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: n(s) at each temperature, then what is left of it as numbers over T."""
    columns = len(inputs.temperatures) + 1
    figure, axes = style.panels(2, columns, (4.6 * columns, 8))
    for T, (above, below) in zip(inputs.temperatures, axes.T, strict=False):
        _sizes(above, below, inputs, T)
    style.curves(axes[0, -1], inputs, "largest_cluster")
    style.curves(axes[1, -1], inputs, "mean_cluster_size")
    axes[1, -1].set_yscale("log")
    for ax in axes[:, -1]:
        ax.set_xlabel(style.TEMPERATURE)
    axes[0, 0].set_ylabel("clusters of $s$ spins per site, $n(s)$")
    axes[1, 0].set_ylabel("$n(s)$ over that of the first source")
    titles = [f"$T$ = {style.short(T)}" for T in inputs.temperatures]
    style.letter(axes.ravel(), [*titles, "largest", *titles, "all others"])
    style.legend(figure, axes.ravel())
    return figure


def _sizes(above: Axes, below: Axes, inputs: Inputs, temperature: str) -> None:
    first = inputs.row(inputs.sources[0], temperature)[SIZES].values
    first = np.where(first > 0, first, np.nan)
    for source, look in style.looks(inputs.sources).items():
        data = inputs.row(source, temperature)
        s, n, error = (data[name].values for name in ("cluster_size", SIZES, f"{SIZES}_error"))
        n = np.where(n > 0, n, np.nan)
        style.points(above, look, s, n, error)
        style.points(below, look, s, n / first, error / first)
    if np.isclose(float(temperature), CRITICAL_TEMPERATURE, rtol=1e-6):
        inside = (s > 4) & (s < s[-1] / 8) & (first > 0)
        line = first[inside][0] * (s[inside] / s[inside][0]) ** -CRITICAL_EXPONENT
        above.plot(s[inside], line, label=r"slope $-379/187$", **style.FINITE)
    for ax in (above, below):
        ax.set(xscale="log", yscale="log", xlabel="size $s$ of a cluster of like spins")
    style.ratio_axis(below)
