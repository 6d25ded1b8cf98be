"""What figures of comparisons share: numbers against temperature beside their noise floor."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs

FLOOR: dict[str, Any] = {"color": "0.85", "linewidth": 0, "zorder": 0.5}
FLOOR_LABEL = r"Monte Carlo against Monte Carlo, $\pm$ 2 spreads"
Z_LINEAR = 10
Z_TICKS = (-1000, -100, -10, -5, 0, 5, 10, 100, 1000, 10000)
"""z up to which its axis is linear, logarithmic above, and what is written at it."""


def having(inputs: Inputs, name: str, flag: str) -> list[str]:
    """Return the sources that a number was measured of.

    Raises
    ------
    InputError
        If there are none; ``flag`` is what ``compare`` needs for it.
    """
    found = [source for source in inputs.sources if name in inputs.fidelity[source]]
    if not found:
        raise InputError(
            f"fidelity.nc: no {name} of {', '.join(inputs.sources)}; compare writes it with {flag}"
        )
    return found


def numbers(ax: Axes, inputs: Inputs, sources: Sequence[str], name: str) -> None:
    """Draw a number of some sources with its errors."""
    for source, look in style.looks(sources).items():
        # A source without frames to learn from at some temperatures has no number there.
        group = inputs.fidelity[source][[name, f"{name}_error"]].dropna(
            "temperature", subset=[name]
        )
        values = [group[key].values for key in ("temperature", name, f"{name}_error")]
        style.points(ax, look, *values)
    style.critical(ax)


def scores(ax: Axes, inputs: Inputs, sources: Sequence[str], name: str) -> None:
    """Draw how far a number of some sources is from its noise floor, in spreads of that."""
    # Before the points, so that margins are those of this axis.
    ax.set_yscale("symlog", linthresh=Z_LINEAR)
    for source, look in style.looks(sources).items():
        z = inputs.fidelity[source][f"{name}_z"].dropna("temperature")
        style.points(ax, look, z["temperature"].values, z.values, np.zeros(z.size))
    z_axis(ax)


def z_axis(ax: Axes) -> None:
    """Shade what chance leaves of z on an axis drawn full, and write plain numbers at it."""
    ax.axhspan(-2, 2, **FLOOR)
    limits = ax.get_ylim()
    ax.set_yticks([z for z in Z_TICKS if limits[0] <= z <= limits[1]])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    style.critical(ax)


def noise_floor(ax: Axes, inputs: Inputs, name: str) -> None:
    """Shade the mean of the first source's noise floor, two spreads to either side.

    The spread is (number - mean) / z; the floor is left out where it does not spread. All sources
    with as many independent frames have this floor.
    """
    group = inputs.fidelity[inputs.sources[0]]
    value, z, mean = (group[f"{name}{suffix}"].values for suffix in ("", "_z", "_floor"))
    known = np.isfinite(z) & (z != 0)
    spread = np.divide(value - mean, z, out=np.full_like(mean, np.nan), where=known)
    # A logarithmic axis has no place for 0.
    ends = np.maximum(mean - 2 * spread, mean / 10), mean + 2 * spread
    ax.fill_between(group["temperature"].values, *ends, label=FLOOR_LABEL, **FLOOR)
