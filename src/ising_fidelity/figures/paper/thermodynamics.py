"""Figs. 3, 4 (GAN), 6, S1, S2 and S5: observables against temperature, and the exact curves."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ising_fidelity.exact import finite, infinite
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

PANELS = ("energy", "abs_magnetization", "specific_heat", "susceptibility")
WINDOW = (2.0, 2.45)
"""Temperatures of the inset of Fig. 3.

DiffIsing1 was trained at 2.0, 2.2 and 2.4; the paper finds its energy linear from 2.1 to 2.3.
"""
CONVENTIONS = {
    "abs_magnetization": style.Look(
        r"absolute value per frame, $\langle|m|\rangle$", "#D55E00", "o", "-"
    ),
    "trajectory_magnetization": style.Look(
        r"absolute value of the mean, $|\langle m\rangle|$", "#0072B2", "s", "--"
    ),
}
MAGNETIZATION = style.LABELS["abs_magnetization"]
LOGARITHMIC = (
    ("$-u$ / $J$", (1, 1.5, 2, 3, 5, 7)),
    (MAGNETIZATION, (1, 2, 3, 5, 7)),
    ("$u_c - u$ / $J$", (1, 2, 5)),
    (MAGNETIZATION, (1, 2, 3, 4, 5, 6, 7, 8, 9)),
)
"""Label of each panel of Fig. S5, and the labelled values of its axis."""


def fig4_gan(inputs: Inputs) -> Figure:
    """Draw u, |m|, C and chi, with the same estimators for every source."""
    figure, axes = panels.panels(2, 2, (9, 7.2), sharex=True)
    for ax, name in zip(axes.flat, PANELS, strict=True):
        panels.curves(ax, inputs, name)
        if name != "susceptibility":
            panels.exact_curves(ax, inputs, name)
    panels.over_temperature(axes[1])
    return panels.finish(figure, axes.flat)


figS2 = fig4_gan


def fig3(inputs: Inputs) -> Figure:
    """Draw the same panels with an inset of the energy where DiffIsing1 is linear."""
    figure = fig4_gan(inputs)
    ax = figure.axes[0]
    inside = [
        inputs.fidelity[source]["energy"].sel(temperature=slice(*WINDOW))
        for source in inputs.sources
    ]
    if all(u.size for u in inside):
        inset = ax.inset_axes((0.6, 0.13, 0.39, 0.42))
        panels.curves(inset, inputs, "energy")
        panels.exact_curves(inset, inputs, "energy")
        margin = 0.05
        low, high = min(float(u.min()) for u in inside), max(float(u.max()) for u in inside)
        inset.set(xlim=WINDOW, ylim=(low - margin, high + margin), ylabel="")
        inset.tick_params(labelsize="x-small")
        inset.spines[:].set(visible=True, color="0.4", linewidth=0.8)
        ax.indicate_inset_zoom(inset, edgecolor="0.4")
    return figure


def fig6(inputs: Inputs) -> Figure:
    """Draw the Hamming distance between frames."""
    figure, axes = panels.panels(1, 1, (8.4, 4.8))
    panels.curves(axes[0, 0], inputs, "hamming_distance")
    # Independent frames of an ensemble with both signs differ at half of the sites on average.
    axes[0, 0].axhline(0.5, color=style.INK, linewidth=1.1, zorder=1.5, label="exact, both signs")
    panels.over_temperature(axes[0])
    panels.legend(figure, axes[0], columns=3)
    return figure


def figS1(inputs: Inputs) -> Figure:
    """Draw the mean of absolute values, and the absolute value of the mean."""
    sources = style.looks(inputs.sources)
    figure, axes = panels.panels(1, len(sources), (4.5 * len(sources), 4.2), sharey=True)
    for ax, source in zip(axes[0], sources, strict=True):
        for name, look in CONVENTIONS.items():
            panels.along_temperature(ax, look, inputs.fidelity[source], name)
        panels.exact_curves(ax, inputs, "abs_magnetization")
        panels.shade_training(ax, inputs, [source])
    panels.over_temperature(axes[0])
    axes[0, 0].set_ylabel("magnetization per spin")
    return panels.finish(figure, axes[0], [look.label for look in sources.values()], columns=2)


def figS5(inputs: Inputs) -> Figure:
    """Draw logarithmic u and |m|: against T, as in the paper, and below it against 1 - T/T_c."""
    ends = inputs.exact["temperature"].values
    if ends.min() >= CRITICAL_TEMPERATURE:
        raise InputError("figS5: at least one temperature below T_c is needed")
    figure, axes = panels.panels(2, 2, (9, 7.4))
    cold = CRITICAL_TEMPERATURE * (1 - np.geomspace(2e-3, 1 - ends.min() / CRITICAL_TEMPERATURE))
    u_c = infinite.onsager_energy(CRITICAL_TEMPERATURE)
    _row(axes[0], inputs, lambda T: T, 0.0, np.geomspace(ends.min(), ends.max(), 200))
    _row(axes[1], inputs, lambda T: 1 - T / CRITICAL_TEMPERATURE, u_c, cold)
    for ax, (label, digits) in zip(axes.flat, LOGARITHMIC, strict=True):
        ax.set(xscale="log", yscale="log", ylabel=label)
        panels.plain_ticks(ax.yaxis, digits)
    for top, bottom in axes.T:
        bottom.set_xlabel(r"$1 - T/T_c$")
        panels.shade_training(top, inputs, inputs.sources)
        panels.plain_ticks(top.xaxis, [1, 1.5, 2, 2.5, 3, 4])
        panels.plain_ticks(bottom.xaxis, [1, 2, 5])
    panels.over_temperature(axes[0])
    return panels.finish(figure, axes.flat)


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
            panels.points(ax, look, place[shown], value[shown], error[shown])
    size = int(inputs.exact.attrs["lattice_size"])
    of_lattice = [origin - finite.kaufman(size, one).energy for one in T]
    row[0].plot(x(T), of_lattice, label=panels.exact_label(size), **style.FINITE)
    onsager = [origin - infinite.onsager_energy(one) for one in T]
    row[0].plot(x(T), onsager, label=style.EXACT_INFINITE, **style.INFINITE)
    cold = T[T < CRITICAL_TEMPERATURE]
    yang = [infinite.yang_magnetization(one) for one in cold]
    row[1].plot(x(cold), yang, label=style.EXACT_INFINITE, **style.INFINITE)
