"""Fig. 1b: latent frames along the reverse process."""

from matplotlib.figure import Figure

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: a row per temperature, the first frame's way from noise to spins."""
    (source, *_) = inputs.having("equilibration")
    series = inputs.series("equilibration", source)
    if any("latent" not in data for data in series):
        raise InputError(f"equilibration of {source}: no variable 'latent'; a Monte Carlo source?")
    times = series[0]["snapshot_time"].values
    rows, columns = len(series), len(times)
    figure, axes = style.panels(
        rows, columns, (1.05 * columns + 0.8, 1.08 * rows + 0.7), style.close()
    )
    for row, T, data in zip(axes, inputs.temperatures, series, strict=True):
        for ax, latent in zip(row, data["latent"].values[:, 0], strict=True):
            style.field(ax, latent)
        row[0].set_ylabel(f"$T$ = {style.short(T)}")
    for ax, t in zip(axes[0], times, strict=True):
        ax.set_title(f"$t$ = {t}", fontsize="medium")
    look = style.looks([source])[source]
    figure.supxlabel(f"reverse process of {look.label}  \N{RIGHTWARDS ARROW}", fontsize="medium")
    return figure
