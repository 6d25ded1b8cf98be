"""The structure factor and the correlation length that its second moment gives."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ising_fidelity import exact
from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

LENGTH = "second_moment_correlation_length"


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: S(k) at each temperature, below it over that of the first source; xi."""
    columns = len(inputs.temperatures) + 1
    figure, axes = style.panels(2, columns, (4.6 * columns, 8))
    for T, (above, below) in zip(inputs.temperatures, axes.T, strict=False):
        _spectra(above, below, inputs, T)
    style.ratios(axes[0, -1], axes[1, -1], inputs, LENGTH)
    axes[0, -1].set_yscale("log")
    _infinite(axes[0, -1], inputs)
    axes[1, -1].set_ylabel(r"$\xi$ over that of the first source")
    axes[0, 0].set_ylabel("structure factor $S(k)$")
    axes[1, 0].set_ylabel("$S(k)$ over that of the first source")
    titles = [f"$T$ = {style.short(T)}" for T in inputs.temperatures]
    style.letter(axes.ravel(), [*titles, r"$\xi$"] * 2)
    style.legend(figure, axes.ravel())
    return figure


def _spectra(above: Axes, below: Axes, inputs: Inputs, temperature: str) -> None:
    rows: dict[str, Any] = {name: inputs.row(name, temperature) for name in inputs.sources}
    first = rows[inputs.sources[0]]["structure_factor"].values
    for source, look in style.looks(inputs.sources).items():
        S, error = (rows[source][f"structure_factor{end}"].values for end in ("", "_error"))
        k = 2 * np.pi * np.arange(S.size) / (2 * (S.size - 1))
        style.points(above, look, k, S, error)
        style.points(below, look, k, S / first, error / first)
    above.set_yscale("log")
    style.ratio_axis(below)
    for ax in (above, below):
        ax.set_xlabel("wave number $k$ along an axis")


def _infinite(ax: Axes, inputs: Inputs) -> None:
    """Draw the exact length of exponential decay above T_c, near the second moment's there."""
    T = np.linspace(*ax.get_xlim(), 400)
    T = T[T > CRITICAL_TEMPERATURE]
    limits = ax.get_ylim()
    length = [exact.correlation_length_infinite(one) for one in T]
    ax.plot(T, length, label=style.EXACT_INFINITE, **style.INFINITE)
    ax.set_ylim(limits)
