"""Fig. S6: the correlation function at one temperature with its fits."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ising_fidelity import exact
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs

KIND = "raw"
"""Nothing is subtracted: near T_c the signed mean spin is 0 on a finite lattice."""


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: a panel per source.

    Raises
    ------
    InputError
        Unless there is one temperature.
    """
    if len(inputs.temperatures) != 1:
        raise InputError(f"figS6: {len(inputs.temperatures)} temperatures; allowed is one")
    (T,) = inputs.temperatures
    sources = style.looks(inputs.sources)
    figure, axes = style.panels(1, len(sources), (4.8 * len(sources), 4.8), sharey=True)
    for ax, (source, look) in zip(axes[0], sources.items(), strict=True):
        _panel(ax, inputs.row(source, T), look, inputs.fidelity[source].attrs["fit_window"])
        ax.set_xlabel("distance $r$ / lattice constant")
    axes[0, 0].set_ylabel(r"$G(r) = \langle s_0 s_r\rangle$")
    style.letter(axes[0], [f"{look.label}, $T$ = {style.short(T)}" for look in sources.values()])
    return figure


def _panel(ax: Axes, data: xr.Dataset, look: style.Look, window: Any) -> None:
    """Draw G(r) of one source, its two fits in and beyond the window, and the exact G."""
    G = data[f"correlation_{KIND}"].sel(distance=slice(1, None))
    error = data[f"correlation_{KIND}_error"].sel(distance=slice(1, None)).values
    r, shown = G["distance"].values, G.values > 0
    style.points(ax, look, r[shown], G.values[shown], error[shown], linestyle="", label="")
    infinite = exact.correlation_infinite(float(data["temperature"]), r)
    ax.plot(r, infinite, label=style.EXACT_INFINITE, **style.INFINITE)

    fit = data.sel(correlation_kind=KIND)
    fine = np.geomspace(r[0], r[-1], 100)
    power_law = float(fit["amplitude_power_law"]) * fine ** -float(fit["eta_power_law"])
    text = rf"$r^{{-\eta}}$:  $\eta$ = {_rounded(fit, 'eta_power_law')}"
    ax.plot(fine, power_law, "--", color="#D55E00", label=text)
    # Where the fit finds growth in place of decay, 1/xi < 0, the file has xi = inf.
    both, text = np.full(fine.shape, np.nan), r"$\xi = \infty$, no decay"
    if np.isfinite(xi := float(fit["correlation_length"])):
        both = float(fit["amplitude"]) * fine ** -float(fit["eta"]) * np.exp(-fine / xi)
        text = rf"$\eta$ = {_rounded(fit, 'eta')}, $\xi$ = {_rounded(fit, 'correlation_length')}"
    ax.plot(fine, both, "-", color="#009E73", label=rf"$r^{{-\eta}}\,e^{{-r/\xi}}$:  {text}")
    ax.axvspan(*window, color="0.94", linewidth=0, zorder=0, label="fit window")
    ax.set(xscale="log", yscale="log")
    style.plain_ticks(ax.xaxis, [1], base=2)
    style.plain_ticks(ax.yaxis, [1, 2, 3, 4, 5, 6, 8])
    ax.legend(loc="lower left", fontsize="small", frameon=True, edgecolor="white")


def _rounded(fit: xr.Dataset, name: str) -> str:
    """Return a fitted value with its error, to the error's second digit."""
    value, error = float(fit[name]), float(fit[f"{name}_error"])
    if not error > 0:
        return f"${value:.3g}$"
    digits = max(0, 1 - int(np.floor(np.log10(error))))
    return rf"${value:.{digits}f} \pm {error:.{digits}f}$"
