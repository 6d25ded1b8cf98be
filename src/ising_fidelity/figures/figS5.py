"""Fig. S5: energy and magnetization on logarithmic axes."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ising_fidelity import exact
from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

REDUCED = r"$1 - T/T_c$"
MAGNETIZATION = style.LABELS["abs_magnetization"]
VERTICAL = (
    ("$-u$ / $J$", (1, 1.5, 2, 3, 5, 7)),
    (MAGNETIZATION, (1, 2, 3, 5, 7)),
    ("$u_c - u$ / $J$", (1, 2, 5)),
    (MAGNETIZATION, (1, 2, 3, 4, 5, 6, 7, 8, 9)),
)
"""Label of each panel and which numbers its axis shows."""
CRITICAL_ENERGY = exact.onsager_energy(CRITICAL_TEMPERATURE)


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: against T, as in the paper, and against the distance to T_c below it."""
    figure, axes = style.panels(2, 2, (9, 7.4))
    ends = inputs.exact["temperature"].values
    cold = CRITICAL_TEMPERATURE * (1 - np.geomspace(2e-3, 1 - ends.min() / CRITICAL_TEMPERATURE))
    _row(axes[0], inputs, lambda T: T, 0.0, np.geomspace(ends.min(), ends.max(), 200))
    _row(axes[1], inputs, lambda T: 1 - T / CRITICAL_TEMPERATURE, CRITICAL_ENERGY, cold)
    for ax, (label, digits) in zip(axes.flat, VERTICAL, strict=True):
        ax.set(xscale="log", yscale="log", ylabel=label)
        style.plain_ticks(ax.yaxis, digits)
    for top, bottom in axes.T:
        top.set_xlabel(style.TEMPERATURE)
        bottom.set_xlabel(REDUCED)
        style.shade_training(top, inputs, inputs.sources)
        style.plain_ticks(top.xaxis, [1, 1.5, 2, 2.5, 3, 4])
        style.plain_ticks(bottom.xaxis, [1, 2, 5])
    style.letter(axes.flat)
    style.legend(figure, axes.flat)
    return figure


def _row(
    row: NDArray[Any],
    inputs: Inputs,
    x: Callable[[NDArray[Any]], NDArray[Any]],
    origin: float,
    T: NDArray[np.float64],
) -> None:
    """Draw ``origin`` - u and |m| against x(T), exact curves at ``T``; logarithms need x, y > 0."""
    for source, look in style.looks(inputs.sources).items():
        group = inputs.fidelity[source]
        place = x(group["temperature"].values)
        lowered = group.assign(energy=origin - group["energy"])
        for ax, name in zip(row, ("energy", "abs_magnetization"), strict=True):
            value, error = lowered[name].values, group[f"{name}_error"].values
            shown = (place > 1e-6) & (value > 0)
            style.points(ax, look, place[shown], value[shown], error[shown])
    size = int(inputs.exact.attrs["lattice_size"])
    finite = [origin - exact.kaufman(size, one).energy for one in T]
    row[0].plot(x(T), finite, label=style.exact_label(size), **style.FINITE)
    infinite = [origin - exact.onsager_energy(one) for one in T]
    row[0].plot(x(T), infinite, label=style.EXACT_INFINITE, **style.INFINITE)
    cold = T[T < CRITICAL_TEMPERATURE]
    yang = [exact.yang_magnetization(one) for one in cold]
    row[1].plot(x(cold), yang, label=style.EXACT_INFINITE, **style.INFINITE)
