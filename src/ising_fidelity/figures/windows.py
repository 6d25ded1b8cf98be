"""The exponent eta against the fit's window: the paper's pure power law, and the torus's."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ising_fidelity import exact
from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs

ROWS = {
    "eta_power_law_window": r"$\eta$ of a pure power law",
    "eta_stable_window": r"$\eta$ of the torus's power law",
}
PAPER = {"paper, Monte Carlo": (0.308, "#000000"), "paper, DiffIsing2": (0.398, "#0072B2")}
KIND = "raw"


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: a row per law, a column per temperature."""
    columns = len(inputs.temperatures)
    figure, axes = style.panels(2, columns, (5.6 * columns, 8.4), sharex=True, sharey=True)
    for panels, (name, words) in zip(axes, ROWS.items(), strict=True):
        for ax, T in zip(panels, inputs.temperatures, strict=True):
            _panel(ax, inputs, name, T)
        panels[0].set_ylabel(words)
    for ax, T in zip(axes[0], inputs.temperatures, strict=True):
        _infinite(ax, inputs, T)
    for ax in axes[-1]:
        ax.set_xlabel("last distance of the fit, from 1")
    titles = [f"$T$ = {style.short(T)}" for T in inputs.temperatures]
    style.letter(axes.ravel(), titles * 2)
    style.legend(figure, axes.ravel())
    return figure


def _panel(ax: Axes, inputs: Inputs, name: str, temperature: str) -> None:
    for source, look in style.looks(inputs.sources).items():
        data = inputs.row(source, temperature).sel(correlation_kind=KIND)
        last = data["last_distance"].values
        style.points(ax, look, last, data[name].values, data[f"{name}_error"].values)
    ax.axhline(0.25, label="exact at $T_c$, 1/4", **style.FINITE)
    for label, (eta, color) in PAPER.items():
        ax.axhline(eta, color=color, linewidth=0.9, linestyle=(0, (1, 2)), label=label)


def _infinite(ax: Axes, inputs: Inputs, temperature: str) -> None:
    """Draw what a pure power law makes of the exact correlations of the infinite lattice."""
    last = inputs.row(inputs.sources[0], temperature)["last_distance"].values
    eta = exact.eta_of_power_law(float(temperature), last)
    ax.plot(last, eta, label=style.EXACT_INFINITE, **style.INFINITE)
