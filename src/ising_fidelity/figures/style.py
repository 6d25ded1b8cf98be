"""How the figures look: type, colours, markers, and the parts that several of them share.

Colours are those of Okabe and Ito, which colour-blind people can tell apart; every source has
its own marker and line, too, so that nothing is lost in grey.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator
from numpy.typing import NDArray

from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "0.92",
    "grid.linewidth": 0.8,
    "axes.edgecolor": "0.3",
    "xtick.color": "0.3",
    "ytick.color": "0.3",
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
    "errorbar.capsize": 2,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "image.interpolation": "none",
    "savefig.dpi": 160,
    "svg.hashsalt": "ising-fidelity",
}
"""Laid over matplotlib's defaults by the plot step."""

INK = "0.25"
FINITE: dict[str, Any] = {"color": INK, "linewidth": 1.4, "zorder": 1.8}
INFINITE: dict[str, Any] = {
    "color": INK,
    "linewidth": 1.1,
    "linestyle": (0, (4, 2)),
    "zorder": 1.7,
}
EXACT_INFINITE = "exact, infinite lattice"
"""Exact curves, behind the points."""
SPINS = ListedColormap(["#f4f1ea", "#16324f"], name="spins")
FIELD = LinearSegmentedColormap.from_list("field", ["#f4f1ea", "#9fb0bb", "#16324f"])
"""Down light, up dark, and what is between."""

TEMPERATURE = r"temperature $T$ / ($J/k_B$)"
LABELS = {
    "energy": r"energy per spin $u$ / $J$",
    "abs_magnetization": r"magnetization $\langle|m|\rangle$",
    "specific_heat": r"specific heat $C$ / $k_B$",
    "susceptibility": r"$\chi = N(\langle m^2\rangle - \langle|m|\rangle^2)/T$",
    "hamming_distance": "Hamming distance per site",
    "largest_cluster": "share of sites in the largest cluster",
    "mean_cluster_size": "mean size of a site's cluster, largest left out",
    "second_moment_correlation_length": r"second-moment $\xi$ / lattice constant",
    "positive_share": "share of frames with $m > 0$",
    "binder_cumulant": r"$1 - \langle m^4\rangle / 3\langle m^2\rangle^2$",
    "spurious_flips": "spurious flips: share of spins at $|h| = 4$\nbeyond what $|h| = 2$ explains",
}


@dataclass(frozen=True)
class Look:
    """How one source is drawn."""

    label: str
    color: str
    marker: str
    line: Any = "-"


LOOKS = {
    "mc": Look("Monte Carlo", "#000000", "o", (0, (1, 1))),
    "mc-paper": Look("Monte Carlo (paper's protocol)", "#7f7f7f", "s", (0, (1, 3))),
    "DiffIsing1": Look("DiffIsing1", "#E69F00", "^", "--"),
    "DiffIsing2": Look("DiffIsing2", "#0072B2", "D", "-."),
    "DiffFlip": Look("DiffFlip", "#009E73", "v", (0, (5, 1))),
    "DiffIsing3": Look("DiffIsing3", "#56B4E9", "p", (0, (6, 1, 2, 1))),
    "GAN": Look("GAN", "#D55E00", "X", (0, (3, 1, 1, 1))),
    "GAN-M": Look(r"GAN, $M \subset L$", "#CC79A7", "P", (0, (5, 1, 1, 1, 1, 1))),
    "GAN+": Look("GAN+", "#7A1F3D", "d", (0, (7, 2, 2, 2))),
    "random": Look("random start", "#7A1F5C", "+", (0, (2, 1))),
    "ordered": Look("ordered start", "#35318E", "H", (0, (4, 1, 1, 1))),
}
OTHER_COLORS = ("#A0522D", "#8C6D31", "#5E3C99", "#7FC97F")
OTHER_MARKERS = ("<", "*", "h", ">", "8")
MARKERS = "osD^vXP<>*hp"


def looks(sources: Iterable[str]) -> dict[str, Look]:
    """Return each source's look; one that is not the paper's has its name and the next colour."""
    others = zip(cycle(OTHER_COLORS), cycle(OTHER_MARKERS), strict=False)
    return {
        source: LOOKS[source] if source in LOOKS else Look(spoken(source), *next(others))
        for source in sources
    }


def spoken(source: str) -> str:
    """Return a source's name as people say it: GAN + 5 sweeps for GAN+5sweeps."""
    model, _, after = source.rpartition("+")
    label = LOOKS[model].label if model in LOOKS else model
    kinds = {"sweeps": "sweep", "clusters": "cluster", "gibbs": "Gibbs sweep"}
    for suffix, words in kinds.items():
        number = after.removesuffix(suffix)
        if number != after:
            return f"{label} + {number} {words}{'s' * (number != '1')}"
    return LOOKS[source].label if source in LOOKS else source


def temperature_looks(temperatures: Sequence[str]) -> dict[str, Look]:
    """Return a look per temperature, dark blue to light yellow-green as it rises."""
    shades = colormaps["viridis"](np.linspace(0, 0.88, len(temperatures)))
    markers = zip(temperatures, shades, cycle(MARKERS), strict=False)
    return {T: Look(f"$T$ = {short(T)}", to_hex(color), marker) for T, color, marker in markers}


def short(temperature: str) -> str:
    """Return a temperature as people say it: 2.3 for 2.30."""
    return f"{float(temperature):.10g}"


def panels(
    rows: int, columns: int, size: tuple[float, float], layout: Any = "constrained", **options: Any
) -> tuple[Figure, NDArray[Any]]:
    """Return a figure of ``size`` inches and its axes, shape (rows, columns)."""
    figure = Figure(figsize=size, layout=layout)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def close() -> ConstrainedLayoutEngine:
    """Return a layout with little room between panels, for frames side by side."""
    return ConstrainedLayoutEngine(w_pad=0.015, h_pad=0.02, wspace=0.01, hspace=0.01)


def letter(axes: Iterable[Axes], titles: Iterable[str] = ()) -> None:
    """Head the panels with (a), (b), ..., and with titles if there are any."""
    texts = list(titles)
    for index, ax in enumerate(axes):
        text = f"({chr(ord('a') + index)})"
        ax.set_title(f"{text}  {texts[index]}" if texts else text, loc="left", fontsize="medium")


def points(
    ax: Axes, look: Look, x: NDArray[Any], y: NDArray[Any], error: NDArray[Any], **options: Any
) -> None:
    """Draw values with error bars in the look of their source."""
    style: dict[str, Any] = {
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
    ax.errorbar(x, y, yerr=error, **style | options)


def curves(ax: Axes, inputs: Inputs, name: str) -> None:
    """Draw one observable of every source against temperature, training range shaded."""
    for source, look in looks(inputs.sources).items():
        group = inputs.fidelity[source]
        values = [group[key].values for key in ("temperature", name, f"{name}_error")]
        points(ax, look, *values)
    shade_training(ax, inputs, inputs.sources)
    critical(ax)
    ax.set_ylabel(LABELS[name])


def ratios(above: Axes, below: Axes, inputs: Inputs, name: str) -> None:
    """Draw one observable of every source, and below it over that of the first source."""
    curves(above, inputs, name)
    first = inputs.fidelity[inputs.sources[0]]
    for source, look in looks(inputs.sources).items():
        group = inputs.fidelity[source]
        expected = first[name].reindex_like(group[name]).values
        values, error = (group[key].values / expected for key in (name, f"{name}_error"))
        points(below, look, group["temperature"].values, values, error)
    ratio_axis(below)
    critical(below)
    below.set_xlabel(TEMPERATURE)


def ratio_axis(ax: Axes) -> None:
    """Make the axis of ratios logarithmic and mark 1."""
    ax.set_yscale("log")
    ax.axhline(1, **FINITE)
    low, high = ax.get_ylim()
    digits = [1] if high > 1e3 * low else [1, 2, 5] if high > 5 * low else [1, 1.2, 1.5, 2, 3, 5, 7]
    plain_ticks(ax.yaxis, digits)


def critical(ax: Axes) -> None:
    """Mark T_c on an axis of temperatures."""
    ax.axvline(CRITICAL_TEMPERATURE, color="0.6", linewidth=0.8, linestyle=":", zorder=0.6)


def shade_training(ax: Axes, inputs: Inputs, sources: Sequence[str]) -> None:
    """Shade the range of these sources' training temperatures and mark each with a tick."""
    trained: dict[tuple[float, ...], str] = {}
    for source, look in looks(sources).items():
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

    The curves run between the temperatures of exact.nc, by the functions that made it. Where the
    infinite lattice's specific heat diverges it leaves the panel.
    """
    from ising_fidelity import exact  # mpmath takes a while, and few figures need it

    size = int(inputs.exact.attrs["lattice_size"])
    ends = inputs.exact["temperature"].values
    T = np.linspace(ends.min(), ends.max(), 241)
    if name in ("energy", "specific_heat"):
        y = [getattr(exact.kaufman(size, one), name) for one in T]
        ax.plot(T, y, label=exact_label(size), **FINITE)
    infinite = {
        "energy": exact.onsager_energy,
        "specific_heat": exact.onsager_specific_heat,
        "abs_magnetization": exact.yang_magnetization,
    }[name]
    # Finer where the curve is steep, without T_c itself, where it may be infinite.
    near = CRITICAL_TEMPERATURE + np.outer([-1, 1], np.geomspace(1e-7, 0.1, 40)).ravel()
    T = np.sort(np.append(T, near[(near > T[0]) & (near < T[-1])]))
    y = [infinite(one) for one in T]
    limits = ax.get_ylim() if name == "specific_heat" else None
    ax.plot(T, y, label=EXACT_INFINITE, **INFINITE)
    ax.set_ylim(limits)


def exact_label(lattice_size: int) -> str:
    """Return the legend's words for exact results on a finite lattice."""
    return rf"exact, {lattice_size}$\times${lattice_size}"


def plain_ticks(axis: Axis, digits: Sequence[float], base: int = 10) -> None:
    """Label a logarithmic axis with plain numbers: ``digits`` times powers of the base."""
    axis.set_major_locator(LogLocator(base, subs=digits))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def legend(figure: Figure, axes: Iterable[Axes], columns: int = 4) -> Legend:
    """Put one legend of everything labelled above the panels: points, lines, areas."""
    handles: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    kinds = (ErrorbarContainer, Line2D, Patch)
    order = sorted(handles, key=lambda label: [isinstance(handles[label], k) for k in kinds][::-1])
    return figure.legend(
        [handles[label] for label in order], order, loc="outside upper center", ncols=columns
    )


def spins(ax: Axes, frame: NDArray[Any]) -> None:
    """Draw a frame of spins."""
    ax.imshow(frame, cmap=SPINS, vmin=-1, vmax=1)
    bare(ax)


def field(ax: Axes, frame: NDArray[Any]) -> None:
    """Draw a frame of real numbers in the colours of spins."""
    ax.imshow(frame, cmap=FIELD, vmin=-1.2, vmax=1.2)
    bare(ax)


def bare(ax: Axes) -> None:
    """Take ticks, grid and labels off, keep a thin frame."""
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set(visible=True, color="0.6", linewidth=0.6)
