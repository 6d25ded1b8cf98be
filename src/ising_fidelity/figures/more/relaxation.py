"""Monte Carlo sweeps that frames need to reach equilibrium, and sweeps that models save.

Magnetizations and susceptibilities are compared with the first source; of the others, relaxed and
Gibbs-finished ones are shown.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import CARETDOWNBASE, CARETUPBASE
from matplotlib.ticker import NullLocator

from ising_fidelity.analysis import relaxation
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs

STARTS = ("random", "ordered")
KINDS = {"sweeps": "-", "gibbs": "--"}
"""Line styles; both kinds are sweeps of the lattice, and drawn in one panel."""
BAND = 0.8
"""Share of the space of one number of sweeps over which curves are shifted apart."""

Curves = Mapping[tuple[str, str], relaxation.Need]
"""Needed steps by start and kind of steps."""


def draw(inputs: Inputs) -> Figure:
    """Draw the figure; raises :class:`.InputError` without relaxed or finished frames."""
    reference, *starts = inputs.sources
    curves = {
        (start, kind): relaxation.need(after, inputs.exact, inputs.fidelity[reference])
        for kind in (*KINDS, "clusters")
        for start in starts
        if (after := relaxation.series(inputs.fidelity, start, kind))
    }
    if not curves:
        raise InputError(f"fidelity.nc: no relaxed or finished frames of {', '.join(starts)}")
    sweeps = {key: need for key, need in curves.items() if key[1] in KINDS}
    clusters = {key: need for key, need in curves.items() if key not in sweeps}
    looks = style.looks(dict.fromkeys(start for start, _ in curves))
    needed = {"sweeps needed": sweeps, "clusters needed": clusters}
    needed = {label: some for label, some in needed.items() if some}
    against = [start for start in STARTS if (start, "sweeps") in sweeps]
    models = {key: need for key, need in sweeps.items() if key[0] not in STARTS}
    count = len(needed) + (len(against) if models else 0)
    figure, axes = panels.panels(count, 1, (12, 1.2 + 3.7 * count), sharex=True)
    drawn = axes[:, 0]
    for ax, (label, some) in zip(drawn, needed.items(), strict=False):
        _needed(ax, some, looks)
        ax.set_ylabel(label)
    for ax, start in zip(drawn[len(needed) :], against, strict=False):
        _saved(ax, models, sweeps[start, "sweeps"], looks)
        ax.set_ylabel(f"sweeps saved compared with the {looks[start].label}")
    for ax in drawn:
        panels.critical(ax)
    panels.over_temperature(drawn[-1:])
    panels.letter(drawn)
    panels.legend(figure, drawn[: len(needed)])
    return figure


def _needed(ax: Axes, curves: Curves, looks: Mapping[str, style.Look]) -> None:
    """Draw the needed steps: a band per measured number, and one above a line for more."""
    levels = np.unique(np.concatenate([need.steps for need in curves.values()]))
    top = len(levels)
    for level in range(0, top, 2):
        ax.axhspan(level - 0.5, level + 0.5, color="0.96", linewidth=0, zorder=0)
    ax.axhline(top - 0.5, **style.FINITE)
    for (start, kind), shift, need in zip(
        curves, _beside(len(curves)), curves.values(), strict=True
    ):
        place = np.searchsorted(levels, need.most) + shift * BAND
        ax.plot(need.temperature, place, **_look(looks[start], kind))
    ax.set_yticks(range(top + 1), [*(f"{one:g}" for one in levels), "more than\nmeasured"])
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(-0.5, top + 0.5)
    ax.grid(False, axis="y")


def _saved(
    ax: Axes, curves: Curves, start: relaxation.Need, looks: Mapping[str, style.Look]
) -> None:
    """Draw the saved steps as bars from least to most; arrows mark an unknown end."""
    lowest, highest = -1.0, 1.0
    step = np.median(np.diff(start.temperature)) if start.temperature.size > 1 else 1.0
    for ((source, kind), need), shift in zip(curves.items(), _beside(len(curves)), strict=True):
        T, least, most = relaxation.saved(need, start)
        ends, x = np.stack([least, most]), T - min(0.7, 0.12 * len(curves)) * step * shift
        # Both ends, or twice the known one; nothing if both are unknown.
        low, high = np.where(np.isfinite(ends), ends, ends[::-1])
        known = np.isfinite(low)
        low, high = np.where(known, low, np.nan), np.where(known, high, np.nan)
        lowest, highest = min([lowest, *low[known]]), max([highest, *high[known]])
        look = _look(looks[source], kind)
        ax.vlines(x, low, high, color=look["color"], linewidth=0.9, linestyle=look["linestyle"])
        ax.plot(x, (low + high) / 2, **look | {"linestyle": "", "label": ""})
        for place, end, marker in ((low, most, CARETUPBASE), (high, least, CARETDOWNBASE)):
            open_end = known & np.isinf(end)
            ax.plot(x[open_end], place[open_end], marker=marker, linestyle="", color=look["color"])
    ax.axhline(0, **style.FINITE)
    ax.set_yscale("symlog", linthresh=1, linscale=0.4)
    ticks = [t for t in (1, 3, 10, 30, 100, 300, 1000) if t < max(-lowest, highest)]
    ax.set_yticks([*(-t for t in reversed(ticks)), 0, *ticks])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(1.5 * lowest, 1.5 * highest)


def _beside(number: int) -> list[float]:
    """Return offsets between -1/2 and 1/2 for the curves, the first on top."""
    return [0.5 - (one + 0.5) / number for one in range(number)]


def _look(look: style.Look, kind: str) -> dict[str, Any]:
    """Return the style of a curve: dashed with open markers for a Gibbs finish."""
    finished = kind == "gibbs"
    return {
        "color": look.color,
        "marker": look.marker,
        "linestyle": KINDS.get(kind, "-"),
        "label": f"{look.label}, Gibbs finish" if finished else look.label,
        "markersize": 6 if look.marker in "XP*" else 4.5,
        "linewidth": 0.9,
        "markeredgewidth": 0.7 if finished else 0.4,
        "markeredgecolor": look.color if finished else "white",
        "markerfacecolor": "white" if finished else look.color,
    }
