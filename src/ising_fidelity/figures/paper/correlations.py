"""Fig. 5: spin-spin correlation along the axes, the same subtraction for every source."""

from matplotlib.figure import Figure

from ising_fidelity import exact
from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs

KINDS = {
    "correlation_raw": r"$G(r) = \langle s_0 s_r\rangle$",
    "correlation_connected": r"$G(r) = \langle s_0 s_r\rangle - \langle|m|\rangle^2$",
}

FLOOR = 2e-3
"""Smallest G shown: below it a thousand frames see noise."""


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: a column per source, a row per kind of correlation."""
    sources = style.looks(inputs.sources)
    columns = len(sources)
    figure, axes = style.panels(
        len(KINDS), columns, (3.4 * columns, 7.2), sharex=True, sharey="row"
    )
    for row, (kind, label) in zip(axes, KINDS.items(), strict=True):
        row[0].set_ylabel(label)
        for ax, source in zip(row, sources, strict=True):
            for T, look in style.temperature_looks(inputs.temperatures).items():
                data = inputs.row(source, T)
                # r = 0 has no place on the axis; nor do values <= 0, far out where G is noise.
                G = data[kind].sel(distance=slice(1, None))
                error = data[f"{kind}_error"].sel(distance=slice(1, None)).where(G > 0)
                r = G["distance"].values
                style.points(ax, look, r, G.where(G > 0).values, error.values, linestyle="-")
                if kind == "correlation_raw":
                    infinite = exact.correlation_infinite(float(T), r)
                    own = style.INFINITE | {"color": look.color}
                    ax.plot(r, infinite, label=style.EXACT_INFINITE, **own)
            ax.set(xscale="log", yscale="log")
            style.plain_ticks(ax.xaxis, [1], base=2)
            ax.set_ylim(FLOOR, 1.3)
    for ax in axes[-1]:
        ax.set_xlabel("distance $r$ / lattice constant")
    style.letter(axes.flat, [look.label for look in sources.values()] * len(KINDS))
    style.legend(figure, axes.flat)
    return figure
