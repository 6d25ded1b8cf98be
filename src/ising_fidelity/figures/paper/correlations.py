"""Figs. 5 and S6: spin-spin correlation along the axes, and its fits at one temperature."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ising_fidelity.exact import infinite
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.scores.deviations import with_error

KINDS = {
    "correlation_raw": r"$G(r) = \langle s_0 s_r\rangle$",
    "correlation_connected": r"$G(r) = \langle s_0 s_r\rangle - \langle|m|\rangle^2$",
}
FLOOR = 2e-3
"""Smallest G shown; below it, a thousand frames give only noise."""
KIND = "raw"
"""Kind of G that is fitted: nothing is subtracted, as the mean spin is 0 near T_c."""
DISTANCE = "distance $r$ / lattice constant"


def fig5(inputs: Inputs) -> Figure:
    """Draw G(r), the same subtraction for every source: a column each, a row per kind."""
    sources = style.looks(inputs.sources)
    size = 3.4 * len(sources), 7.2
    figure, axes = panels.panels(len(KINDS), len(sources), size, sharex=True, sharey="row")
    for row, (kind, label) in zip(axes, KINDS.items(), strict=True):
        row[0].set_ylabel(label)
        for ax, source in zip(row, sources, strict=True):
            for T, look in style.temperature_looks(inputs.temperatures).items():
                data = inputs.row(source, T)
                # A logarithmic axis cannot show r = 0, nor the noise of G <= 0 at large r.
                G = data[kind].sel(distance=slice(1, None))
                error = data[f"{kind}_error"].sel(distance=slice(1, None)).where(G > 0)
                r = G["distance"].values
                panels.points(ax, look, r, G.where(G > 0).values, error.values, linestyle="-")
                if kind == "correlation_raw":
                    exact = infinite.correlation_infinite(float(T), r)
                    own = style.INFINITE | {"color": look.color}
                    ax.plot(r, exact, label=style.EXACT_INFINITE, **own)
            ax.set(xscale="log", yscale="log")
            panels.plain_ticks(ax.xaxis, [1], base=2)
            ax.set_ylim(FLOOR, 1.3)
    for ax in axes[-1]:
        ax.set_xlabel(DISTANCE)
    return panels.finish(figure, axes.flat, [look.label for look in sources.values()] * len(KINDS))


def figS6(inputs: Inputs) -> Figure:
    """Draw G(r) at one temperature with its fits: a panel per source."""
    if len(inputs.temperatures) != 1:
        raise InputError(f"figS6: {len(inputs.temperatures)} temperatures; allowed is one")
    (T,) = inputs.temperatures
    sources = style.looks(inputs.sources)
    figure, axes = panels.panels(1, len(sources), (4.8 * len(sources), 4.8), sharey=True)
    for ax, (source, look) in zip(axes[0], sources.items(), strict=True):
        _fits(ax, inputs.row(source, T), look, inputs.fidelity[source].attrs["fit_window"])
        ax.set_xlabel(DISTANCE)
    axes[0, 0].set_ylabel(KINDS["correlation_raw"])
    panels.letter(axes[0], [f"{look.label}, $T$ = {style.short(T)}" for look in sources.values()])
    return figure


def _fits(ax: Axes, data: xr.Dataset, look: style.Look, window: Any) -> None:
    """Draw G(r) of one source, its two fits in and beyond the window, and the exact G."""
    G = data[f"correlation_{KIND}"].sel(distance=slice(1, None))
    error = data[f"correlation_{KIND}_error"].sel(distance=slice(1, None)).values
    r, shown = G["distance"].values, G.values > 0
    panels.points(ax, look, r[shown], G.values[shown], error[shown], linestyle="", label="")
    exact = infinite.correlation_infinite(float(data["temperature"]), r)
    ax.plot(r, exact, label=style.EXACT_INFINITE, **style.INFINITE)

    fit = data.sel(correlation_kind=KIND)
    fine = np.geomspace(r[0], r[-1], 100)
    power_law = float(fit["amplitude_power_law"]) * fine ** -float(fit["eta_power_law"])
    text = rf"$r^{{-\eta}}$:  $\eta$ = {_rounded(fit, 'eta_power_law')}"
    ax.plot(fine, power_law, "--", color="#D55E00", label=text)
    # If the fit gives growth instead of decay, 1/xi < 0, the file has xi = inf.
    both, text = np.full(fine.shape, np.nan), r"$\xi = \infty$, no decay"
    if np.isfinite(xi := float(fit["correlation_length"])):
        both = float(fit["amplitude"]) * fine ** -float(fit["eta"]) * np.exp(-fine / xi)
        text = rf"$\eta$ = {_rounded(fit, 'eta')}, $\xi$ = {_rounded(fit, 'correlation_length')}"
    ax.plot(fine, both, "-", color="#009E73", label=rf"$r^{{-\eta}}\,e^{{-r/\xi}}$:  {text}")
    ax.axvspan(*window, color="0.94", linewidth=0, zorder=0, label="fit window")
    ax.set(xscale="log", yscale="log")
    panels.plain_ticks(ax.xaxis, [1], base=2)
    panels.plain_ticks(ax.yaxis, [1, 2, 3, 4, 5, 6, 8])
    ax.legend(loc="lower left", fontsize="small", frameon=True, edgecolor="white")


def _rounded(fit: xr.Dataset, name: str) -> str:
    """Return a fitted value with its error, to the error's second digit."""
    words = with_error(float(fit[name]), float(fit[f"{name}_error"]), digits=3)
    return f"${words}$".replace("±", r"\pm")
