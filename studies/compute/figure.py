"""The figure of compute: deviations against each kind of cost."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib import style as matplotlib_style
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from ising_fidelity.figures import panels, style
from studies.compute.rows import FLOOR, THE_PAPER

AXES = {
    "training_core_seconds": "training, core seconds",
    "parameters": "parameters",
    "network_evaluations": "network evaluations per frame",
}
PLACES = [
    ((7 * right, 9 * up), side)
    for up in (0, 1, -1, 2, -2, 3, -3)
    for right, side in ((1, "left"), (-1, "right"), (0, "center"))
    if (right, up) != (0, 0)
]
"""Offsets of a name from its point in points, and the end of the name that is there."""
Name = tuple[float, float, str, str]
"""x, y, text and color."""


def beside(ax: Axes, names: Sequence[Name]) -> None:
    """Write names beside their points, each where it overlaps the fewest names and points."""
    taken: list[Bbox] = []
    marks = ax.transData.transform([name[:2] for name in names])

    def crowd(text: Annotation) -> int:
        box = text.get_window_extent()
        cut = box.x0 < ax.bbox.x0 or box.x1 > ax.bbox.x1
        return sum(map(box.overlaps, taken)) + sum(box.contains(*mark) for mark in marks) + 3 * cut

    for x, y, name, color in names:
        tried = [
            ax.annotate(
                name,
                (x, y),
                place,
                textcoords="offset points",
                horizontalalignment=side,
                verticalalignment="center",
                fontsize="x-small",
                color=color,
            )
            for place, side in PLACES
        ]
        # The first of equals.
        best = min(tried, key=crowd)
        taken.append(best.get_window_extent())
        for text in tried:
            if text is not best:
                text.remove()


def draw(table: pd.DataFrame, quoted: Sequence[float], path: Path) -> None:
    """Draw mean |u - exact| in the training range against cost, a panel for each kind of cost.

    The paper quotes energies at other temperatures, ``quoted``: they are a line without a cost.
    """
    of_paper = table.loc[table["run"] == THE_PAPER, "quoted_energy_deviation"].mean()
    floors, rows = (table[(table["source"] == FLOOR) == floor] for floor in (True, False))
    rows = rows[rows["inside_energy_deviation"].notna()].astype(dict.fromkeys(AXES, float))
    several = rows["run"].nunique() > 1
    network = rows["source"].str.replace(r"\+\d+gibbs$", "", regex=True)
    rows = rows.assign(network=network, model=network.str.replace(r"\.seed\d+$", "", regex=True))
    looks = style.looks(rows["model"].unique())
    with matplotlib_style.context(style.RC, after_reset=True):
        figure, axes = panels.panels(1, 3, (14, 4.8), sharey=True)
        labels: dict[Axes, list[Name]] = {ax: [] for ax in axes[0]}
        for ax, (column, label) in zip(axes[0], AXES.items(), strict=True):
            for row in rows.itertuples():
                x, y, look = getattr(row, column), row.inside_energy_deviation, looks[row.model]
                if not x > 0:  # not known, or no network
                    continue
                finished = row.source != row.network
                if finished:
                    own = rows[(rows["run"] == row.run) & (rows["source"] == row.network)]
                    ends = [*own[column], x], [*own["inside_energy_deviation"], y]
                    ax.plot(*ends, color=look.color, linewidth=0.9, linestyle=":", zorder=1.5)
                face = {"markerfacecolor": "white", "markeredgecolor": look.color}
                shape = {"linestyle": "none", "markersize": 8, "markeredgewidth": 1.3}
                panels.points(ax, look, [x], [y], None, **shape | (face if finished else {}))
                if ".seed" not in row.source:
                    name = style.spoken(row.source) if finished else look.label
                    labels[ax].append((x, y, name + f" ({row.run})" * several, look.color))
            for floor in floors.itertuples():
                exact_frames = ax.axhline(floor.inside_energy_deviation, **style.INFINITE)
            paper = ax.axhline(of_paper, **style.INFINITE | {"linestyle": ":"})
            ax.set(xscale="log", yscale="log", xlabel=label)
            ax.margins(0.22, 0.1)
            low, high = ax.get_xlim()
            wide, narrow = high > 300 * low, high < 5 * low
            digits = [1] if wide else [1, 1.5, 2, 3, 5, 7] if narrow else [1, 2, 5]
            if high < 1e5 * low:  # else powers of ten, as matplotlib writes them
                panels.plain_ticks(ax.xaxis, digits)
            if high < 2.5 * low:  # too narrow for logarithmic ticks
                ax.xaxis.set_major_locator(MaxNLocator(4))
        axes[0, 0].set_ylabel(r"mean $|u - u_\mathrm{exact}|$ / $J$, training range")
        panels.letter(axes[0])
        temperatures = " and ".join(f"{T:.1f}" for T in quoted)
        figure.legend(
            [paper, exact_frames],
            [f"the paper's diffusion models, T = {temperatures}", "as many exact frames"],
            loc="outside upper right",
            fontsize="x-small",
            ncols=2,
        )
        figure.canvas.draw()
        for ax, names in labels.items():
            beside(ax, names)
        figure.savefig(path)
