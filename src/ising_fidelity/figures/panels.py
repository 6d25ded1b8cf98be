"""Panels, axes and legends that figures share."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator
from numpy.typing import NDArray

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

Values = NDArray[Any]
FLOOR: dict[str, Any] = {"color": "0.85", "linewidth": 0, "zorder": 0.5}
Z_LINEAR = 10
Z_TICKS = (-1000, -100, -10, -5, 0, 5, 10, 100, 1000, 10000)
"""Largest abs(z) on the linear part of a symlog axis, and the labelled values of z."""
Z_TICKS_APART = 5
"""Largest abs(z) of an axis that gets more labels than these."""
PEAK = 1.25
"""Largest specific heat of the infinite lattice that is drawn, over the finite lattice's peak."""


def panels(
    rows: int, columns: int, size: tuple[float, float], layout: Any = "constrained", **options: Any
) -> tuple[Figure, Values]:
    """Return a figure of ``size`` inches and its axes, shape (rows, columns)."""
    figure = Figure(figsize=size, layout=layout)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def close() -> ConstrainedLayoutEngine:
    """Return a layout with little space between panels, for frames side by side."""
    return ConstrainedLayoutEngine(w_pad=0.015, h_pad=0.02, wspace=0.01, hspace=0.01)


def letter(axes: Iterable[Axes], titles: Iterable[str] = ()) -> None:
    """Title the panels (a), (b), ..., followed by titles if given."""
    texts = list(titles)
    for index, ax in enumerate(axes):
        text = f"({chr(ord('a') + index)})"
        ax.set_title(f"{text}  {texts[index]}" if texts else text, loc="left", fontsize="medium")


def finish(
    figure: Figure, axes: Iterable[Axes], titles: Iterable[str] = (), columns: int = 4
) -> Figure:
    """Return the figure with panel titles and a common legend above."""
    panels = list(axes)
    letter(panels, titles)
    legend(figure, panels, columns)
    return figure


def points(ax: Axes, look: style.Look, x: Values, y: Values, error: Values, **options: Any) -> None:
    """Draw values with error bars in the style of their source."""
    drawn: dict[str, Any] = {
        "color": look.color,
        "marker": look.marker,
        "linestyle": look.line,
        "label": look.label,
        "markersize": 6.5 if look.marker in "XP*" else 4.5,
        "linewidth": 1.1,
        "elinewidth": 1.1,
        "markeredgewidth": 0.5,
        "markeredgecolor": "white",
    }
    ax.errorbar(x, y, yerr=error, **drawn | options)


def along_temperature(
    ax: Axes, look: style.Look, data: xr.Dataset, name: str, unit: Any = 1, **options: Any
) -> None:
    """Draw a variable with its errors against temperature, divided by ``unit``."""
    values = (data[key].values / unit for key in (name, f"{name}_error"))
    points(ax, look, data["temperature"].values, *values, **options)


def curves(ax: Axes, inputs: Inputs, name: str) -> None:
    """Draw one observable of every source against temperature, with shaded training range."""
    for source, look in style.looks(inputs.sources).items():
        along_temperature(ax, look, inputs.fidelity[source], name)
    shade_training(ax, inputs, inputs.sources)
    critical(ax)
    ax.set_ylabel(style.LABELS[name])


def ratios(above: Axes, below: Axes, inputs: Inputs, name: str) -> None:
    """Draw one observable of every source, and its ratio to the first source below."""
    curves(above, inputs, name)
    first = inputs.fidelity[inputs.sources[0]]
    for source, look in style.looks(inputs.sources).items():
        group = inputs.fidelity[source]
        expected = first[name].reindex_like(group[name]).values
        along_temperature(below, look, group, name, expected)
    ratio_axis(below)
    critical(below)
    below.set_xlabel(style.TEMPERATURE)


def ratio_axis(ax: Axes) -> None:
    """Make the axis of ratios logarithmic and mark 1."""
    ax.set_yscale("log")
    ax.axhline(1, **style.FINITE)
    low, high = ax.get_ylim()
    digits = [1] if high > 1e3 * low else [1, 2, 5] if high > 5 * low else [1, 1.2, 1.5, 2, 3, 5, 7]
    plain_ticks(ax.yaxis, digits)


def z_axis(ax: Axes) -> None:
    """Shade |z| < 2 on an axis that has all its points, and label it with plain numbers."""
    ax.axhspan(-2, 2, **FLOOR)
    limits = ax.get_ylim()
    ticks = Z_TICKS if max(np.abs(limits)) > Z_TICKS_APART else range(-4, 5, 2)
    ax.set_yticks([z for z in ticks if limits[0] <= z <= limits[1]])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    critical(ax)


def critical(ax: Axes) -> None:
    """Mark T_c on an axis of temperatures."""
    ax.axvline(CRITICAL_TEMPERATURE, color="0.6", linewidth=0.8, linestyle=":", zorder=0.6)


def over_temperature(axes: Iterable[Axes]) -> None:
    """Label axes of temperatures."""
    for ax in axes:
        ax.set_xlabel(style.TEMPERATURE)


def shade_training(ax: Axes, inputs: Inputs, sources: Sequence[str]) -> None:
    """Shade the range of training temperatures of these sources, with a tick at each."""
    trained: dict[tuple[float, ...], str] = {}
    for source, look in style.looks(sources).items():
        temperatures = tuple(float(T) for T in inputs.training_temperatures.get(source, ()))
        if temperatures:
            trained.setdefault(temperatures, look.color)
    for height, (temperatures, color) in enumerate(trained.items()):
        ticks = np.full(len(temperatures), 0.015 + 0.035 * height)
        transform = ax.get_xaxis_transform()
        ax.plot(temperatures, ticks, "|", color=color, transform=transform, zorder=1)
    if trained:
        every = [T for temperatures in trained for T in temperatures]
        span = (min(every), max(every))
        ax.axvspan(*span, color="0.94", linewidth=0, zorder=0, label="training range")


def exact_curves(ax: Axes, inputs: Inputs, name: str) -> None:
    """Draw exact u or C of this lattice (solid) and u, C or m of the infinite one (dashed).

    The curves run between the temperatures of exact.nc, by the functions that made it. The
    infinite lattice's specific heat diverges at T_c and is cut above the finite lattice's peak.
    """
    # mpmath is slow to import, and few figures need it.
    from ising_fidelity.exact import finite, infinite

    size = int(inputs.exact.attrs["lattice_size"])
    ends = inputs.exact["temperature"].values
    T = np.linspace(ends.min(), ends.max(), 241)
    if name in ("energy", "specific_heat"):
        y = [getattr(finite.kaufman(size, one), name) for one in T]
        ax.plot(T, y, label=exact_label(size), **style.FINITE)
        peak = max(y)
    function = {
        "energy": infinite.onsager_energy,
        "specific_heat": infinite.onsager_specific_heat,
        "abs_magnetization": infinite.yang_magnetization,
    }[name]
    # Finer where the curve is steep, without T_c itself, where it may be infinite.
    near = CRITICAL_TEMPERATURE + np.outer([-1, 1], np.geomspace(1e-7, 0.1, 40)).ravel()
    T = np.sort(np.append(T, near[(near > T[0]) & (near < T[-1])]))
    y = [function(one) for one in T]
    if name == "specific_heat":
        y = [one if one <= PEAK * peak else np.nan for one in y]
    ax.plot(T, y, label=style.EXACT_INFINITE, **style.INFINITE)


def exact_label(lattice_size: int) -> str:
    """Return the legend entry for exact results of a finite lattice."""
    return rf"exact, {lattice_size}$\times${lattice_size}"


def plain_ticks(axis: Axis, digits: Sequence[float], base: int = 10) -> None:
    """Label a logarithmic axis with plain numbers: ``digits`` times powers of the base."""
    axis.set_major_locator(LogLocator(base, subs=digits))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def legend(figure: Figure, axes: Iterable[Axes], columns: int = 4) -> Legend:
    """Put one legend of everything labelled above the panels: points, lines, areas.

    It has fewer columns where the figure is too narrow for them.
    """
    handles: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    kinds = (ErrorbarContainer, Line2D, Patch)
    order = sorted(handles, key=lambda label: [isinstance(handles[label], k) for k in kinds][::-1])
    for ncols in range(columns, 0, -1):
        found = figure.legend(
            [handles[label] for label in order], order, loc="outside upper center", ncols=ncols
        )
        if ncols == 1 or found.get_window_extent().width <= figure.bbox.width:
            break
        found.remove()
    return found


def frame(ax: Axes, values: Values) -> None:
    """Draw spins, or real numbers in interpolated colours."""
    of_spins = values.dtype.kind == "i"
    limit = 1.0 if of_spins else 1.2
    ax.imshow(values, cmap=style.SPINS if of_spins else style.FIELD, vmin=-limit, vmax=limit)
    bare(ax)


def bare(ax: Axes) -> None:
    """Remove ticks, grid and labels, and keep a thin border."""
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set(visible=True, color="0.6", linewidth=0.6)
