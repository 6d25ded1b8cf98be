"""Distances of every source from the reference, and how far they are above their noise floors.

The reference, if shown, is its even frames against its odd ones.
"""

from matplotlib.figure import Figure

from ising_fidelity.figures import comparisons, style
from ising_fidelity.figures.inputs import Inputs

ROWS = {"wasserstein": "Wasserstein", "ks": "Kolmogorov-Smirnov"}
COLUMNS = {"energy": "$u$", "abs_magnetization": "$|m|$", "magnetization": "$m$"}
JOINT = "energy_magnetization_histogram"


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: rows of distances, each above a row of their z."""
    figure, axes = style.panels(4, 4, (15, 11.5), sharex=True)
    panels = {
        f"{quantity}_{distance}": (row, column, f"{label}, {symbol}")
        for row, (distance, label) in zip((0, 2), ROWS.items(), strict=True)
        for column, (quantity, symbol) in enumerate(COLUMNS.items())
    }
    panels[JOINT] = (0, 3, "total variation, $(u, m)$")
    for name, (row, column, label) in panels.items():
        values, z = axes[row : row + 2, column]
        comparisons.numbers(values, inputs, inputs.sources, name)
        comparisons.noise_floor(values, inputs, name)
        values.set_yscale("log")
        values.set_ylabel(label)
        comparisons.scores(z, inputs, inputs.sources, name)
        z.set_ylabel(f"$z$: {label}")
    for ax in axes[2:, 3]:
        ax.remove()
    for ax in (*axes[3, :3], axes[1, 3]):
        ax.set_xlabel(style.TEMPERATURE)
        ax.tick_params(labelbottom=True)
    drawn = figure.axes
    style.letter(drawn)
    style.legend(figure, drawn)
    return figure
