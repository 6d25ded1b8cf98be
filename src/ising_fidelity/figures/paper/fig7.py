"""Fig. 7: snapshots, always the first and the middle frame."""

import textwrap

from matplotlib.figure import Figure

from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs

WIDEST = 13
"""Number of letters that fit next to a row of frames."""


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: a row per source, two columns per temperature."""
    sources = style.looks(inputs.having("configurations"))
    pairs = len(inputs.temperatures)
    figure, axes = panels.panels(
        len(sources),
        3 * pairs - 1,
        (0.4 + 2.3 * pairs, 0.4 + 1.14 * len(sources)),
        layout=panels.close(),
        width_ratios=([1, 1, 0.08] * pairs)[:-1],
    )
    for gap in axes[:, 2::3].flat:
        gap.set_axis_off()
    for row, (source, look) in zip(axes, sources.items(), strict=True):
        formula = "$" in look.label  # which must not be broken
        lines = [look.label] if formula else textwrap.wrap(look.label, WIDEST)
        row[0].set_ylabel("\n".join(lines))
        for pair, data in enumerate(inputs.series("configurations", source)):
            frames = data["spin"].values.reshape(-1, *data["spin"].shape[-2:])
            panels.frame(row[3 * pair], frames[0])
            panels.frame(row[3 * pair + 1], frames[len(frames) // 2])
    for ax, T in zip(axes[0, ::3], inputs.temperatures, strict=True):
        ax.set_title(f"$T$ = {style.short(T)}", x=1.05)
    return figure
