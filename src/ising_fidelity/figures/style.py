"""Style of the figures: fonts, colours, markers and common labels.

Colours are the colour-blind safe ones of Okabe and Ito. Every source has its own marker and line,
too, so figures are readable in grey.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, to_hex

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
"""Changes of matplotlib's default style."""

INK = "0.25"
FINITE: dict[str, Any] = {"color": INK, "linewidth": 1.4, "zorder": 1.8}
INFINITE: dict[str, Any] = {
    "color": INK,
    "linewidth": 1.1,
    "linestyle": (0, (4, 2)),
    "zorder": 1.7,
}
EXACT_INFINITE = "exact, infinite lattice"
"""Label of exact curves, which are drawn behind the points."""
SPINS = ListedColormap(["#f4f1ea", "#16324f"], name="spins")
FIELD = LinearSegmentedColormap.from_list("field", ["#f4f1ea", "#9fb0bb", "#16324f"])
"""Colours of spins: down light, up dark; and of values in between."""

TEMPERATURE = r"temperature $T$ / ($J/k_B$)"
LABELS = {
    "energy": r"energy per spin $u$ / $J$",
    "abs_magnetization": r"magnetization $\langle|m|\rangle$",
    "specific_heat": r"specific heat $C$ / $k_B$",
    "susceptibility": r"susceptibility $\chi$ / $J^{-1}$",
    "hamming_distance": "Hamming distance per site",
    "largest_cluster": "largest cluster / sites",
    "mean_cluster_size": "mean cluster size / sites",
    "second_moment_correlation_length": r"second-moment $\xi$ / lattice constant",
    "positive_share": "share of frames with $m > 0$",
    "binder_cumulant": r"Binder cumulant $1 - \langle m^4\rangle / 3\langle m^2\rangle^2$",
    "spurious_flips": "spurious flips: excess share of spins\nagainst a field $|h| = 4J$",
}


@dataclass(frozen=True)
class Look:
    """Style of one source."""

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
    """Return the style of each source; sources without a fixed one get the next colour."""
    others = zip(cycle(OTHER_COLORS), cycle(OTHER_MARKERS), strict=False)
    return {
        source: LOOKS[source] if source in LOOKS else Look(spoken(source), *next(others))
        for source in sources
    }


def spoken(source: str) -> str:
    """Return a source's name for a legend, such as GAN + 5 sweeps for GAN+5sweeps."""
    model, _, after = source.rpartition("+")
    label = LOOKS[model].label if model in LOOKS else model
    kinds = {"sweeps": "sweep", "clusters": "cluster", "gibbs": "Gibbs sweep"}
    for suffix, words in kinds.items():
        number = after.removesuffix(suffix)
        if number != after:
            return f"{label} + {number} {words}{'s' * (number != '1')}"
    # A dollar sign would start a formula.
    return LOOKS[source].label if source in LOOKS else source.replace("$", r"\$")


def temperature_looks(temperatures: Sequence[str]) -> dict[str, Look]:
    """Return a style per temperature, from dark blue (low) to yellow-green (high)."""
    shades = colormaps["viridis"](np.linspace(0, 0.88, len(temperatures)))
    markers = zip(temperatures, shades, cycle(MARKERS), strict=False)
    return {T: Look(f"$T$ = {short(T)}", to_hex(color), marker) for T, color, marker in markers}


def short(temperature: str) -> str:
    """Return a temperature without trailing zeros, 2.3 for 2.30."""
    return f"{float(temperature):.10g}"
