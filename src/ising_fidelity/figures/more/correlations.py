"""Additional correlations: structure factors, clusters, and fit windows."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ising_fidelity.exact import infinite
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

LENGTH = "second_moment_correlation_length"
CRITICAL_EXPONENT = 379 / 187
"""n(s) ~ s^-tau of geometric clusters at T_c (C. Vanderzande, J. Phys. A 25, L75, 1992)."""
SIZES = "cluster_size_distribution"
WINDOWS = {
    "eta_power_law_window": r"$\eta$, fit of $r^{-\eta}$",
    "eta_stable_window": r"$\eta$, fit on the torus",
}
PAPER = {"paper, Monte Carlo": (0.308, "#000000"), "paper, DiffIsing2": (0.398, "#0072B2")}


def structure(inputs: Inputs) -> Figure:
    """Draw S(k) at each temperature and its ratio to the first source, then xi."""
    columns = len(inputs.temperatures) + 1
    figure, axes = panels.panels(2, columns, (4.6 * columns, 8))
    for T, (above, below) in zip(inputs.temperatures, axes.T, strict=False):
        _spectra(above, below, inputs, T)
    panels.ratios(axes[0, -1], axes[1, -1], inputs, LENGTH)
    axes[0, -1].set_yscale("log")
    _infinite_length(axes[0, -1])
    axes[1, -1].set_ylabel(rf"$\xi$ / that of {_first(inputs)}")
    axes[0, 0].set_ylabel("structure factor $S(k)$")
    axes[1, 0].set_ylabel(f"$S(k)$ / that of {_first(inputs)}")
    return panels.finish(figure, axes.flat, [*_titles(inputs), r"$\xi$"] * 2)


def clusters(inputs: Inputs) -> Figure:
    """Draw n(s) of clusters of equal spins at each temperature, then the largest and the others."""
    columns = len(inputs.temperatures) + 1
    figure, axes = panels.panels(2, columns, (4.6 * columns, 8))
    for T, (above, below) in zip(inputs.temperatures, axes.T, strict=False):
        _sizes(above, below, inputs, T)
    panels.curves(axes[0, -1], inputs, "largest_cluster")
    panels.curves(axes[1, -1], inputs, "mean_cluster_size")
    axes[1, -1].set_yscale("log")
    panels.over_temperature(axes[:, -1])
    axes[0, 0].set_ylabel("clusters per site, $n(s)$")
    axes[1, 0].set_ylabel(f"$n(s)$ / that of {_first(inputs)}")
    titles = _titles(inputs)
    return panels.finish(figure, axes.flat, [*titles, "largest", *titles, "all but the largest"])


def windows(inputs: Inputs) -> Figure:
    """Draw eta against the fit window: a row per law, a column per temperature."""
    columns = len(inputs.temperatures)
    figure, axes = panels.panels(2, columns, (5.6 * columns, 8.4), sharex=True, sharey=True)
    for row, (name, words) in zip(axes, WINDOWS.items(), strict=True):
        for ax, T in zip(row, inputs.temperatures, strict=True):
            _exponents(ax, inputs, name, T)
        row[0].set_ylabel(words)
    for ax, T in zip(axes[0], inputs.temperatures, strict=True):
        # The pure power law fitted to the exact correlations of the infinite lattice.
        last = inputs.row(inputs.sources[0], T)["last_distance"].values
        eta = infinite.eta_of_power_law(float(T), last)
        ax.plot(last, eta, label=style.EXACT_INFINITE, **style.INFINITE)
    for ax in axes[-1]:
        ax.set_xlabel("largest fitted distance / lattice constant")
    return panels.finish(figure, axes.flat, _titles(inputs) * 2)


def _titles(inputs: Inputs) -> list[str]:
    return [f"$T$ = {style.short(T)}" for T in inputs.temperatures]


def _first(inputs: Inputs) -> str:
    return style.looks(inputs.sources)[inputs.sources[0]].label


def _spectra(above: Axes, below: Axes, inputs: Inputs, temperature: str) -> None:
    first = inputs.row(inputs.sources[0], temperature)["structure_factor"].values
    for source, look in style.looks(inputs.sources).items():
        data = inputs.row(source, temperature)
        S, error = (data[f"structure_factor{end}"].values for end in ("", "_error"))
        k = 2 * np.pi * np.arange(S.size) / (2 * (S.size - 1))
        panels.points(above, look, k, S, error)
        panels.points(below, look, k, S / first, error / first)
    above.set_yscale("log")
    panels.ratio_axis(below)
    for ax in (above, below):
        ax.set_xlabel("wave number $k$ along an axis")


def _infinite_length(ax: Axes) -> None:
    """Draw the exact length of exponential decay above T_c, near the second moment's there."""
    T = np.linspace(*ax.get_xlim(), 400)
    T = T[T > CRITICAL_TEMPERATURE]
    limits = ax.get_ylim()
    length = [infinite.correlation_length_infinite(one) for one in T]
    ax.plot(T, length, label=style.EXACT_INFINITE, **style.INFINITE)
    ax.set_ylim(limits)


def _sizes(above: Axes, below: Axes, inputs: Inputs, temperature: str) -> None:
    first = inputs.row(inputs.sources[0], temperature)[SIZES].values
    first = np.where(first > 0, first, np.nan)
    for source, look in style.looks(inputs.sources).items():
        data = inputs.row(source, temperature)
        s, n, error = (data[name].values for name in ("cluster_size", SIZES, f"{SIZES}_error"))
        n = np.where(n > 0, n, np.nan)
        panels.points(above, look, s, n, error)
        panels.points(below, look, s, n / first, error / first)
    if np.isclose(float(temperature), CRITICAL_TEMPERATURE, rtol=1e-6):
        inside = (s > 4) & (s < s[-1] / 8) & (first > 0)
        line = first[inside][0] * (s[inside] / s[inside][0]) ** -CRITICAL_EXPONENT
        above.plot(s[inside], line, label=r"slope $-379/187$", **style.FINITE)
    for ax in (above, below):
        ax.set(xscale="log", yscale="log", xlabel="cluster size $s$ / sites")
    panels.ratio_axis(below)


def _exponents(ax: Axes, inputs: Inputs, name: str, temperature: str) -> None:
    for source, look in style.looks(inputs.sources).items():
        data = inputs.row(source, temperature).sel(correlation_kind="raw")
        last = data["last_distance"].values
        panels.points(ax, look, last, data[name].values, data[f"{name}_error"].values)
    ax.axhline(0.25, label="exact at $T_c$, 1/4", **style.FINITE)
    for label, (eta, color) in PAPER.items():
        ax.axhline(eta, color=color, linewidth=0.9, linestyle=(0, (1, 2)), label=label)
