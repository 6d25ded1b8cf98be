"""Small plots of one source versus temperature, with exact curve and Monte Carlo band."""

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity.io.variables import ERROR_SUFFIX

Floats = NDArray[np.float64]

QUANTITIES = {
    "energy": ("u", "energy"),
    "specific_heat": ("C", "specific heat"),
    "abs_magnetization": ("|m|", "magnetization"),
    "susceptibility": ("χ", "susceptibility"),
}
"""Symbols and names of quantities; all are per spin."""
LEFT, RIGHT, TOP, BOTTOM = 40.0, 194.0, 10.0, 98.0
"""Edges of the panel in SVG units."""
BAND = 2.0
"""Half width of the Monte Carlo band in standard errors."""


@dataclass(frozen=True)
class Curve:
    """One panel in SVG units.

    Attributes
    ----------
    symbol, name
        The quantity.
    points
        x and y of each temperature, and the ends of its error bar.
    exact, band
        Points of a line and of a polygon in SVG's format; empty if there are none.
    x_ticks, y_ticks
        Positions and labels.
    """

    symbol: str
    name: str
    points: list[tuple[float, float, float, float]]
    exact: str
    band: str
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]


def curves(data: xr.Dataset, exact: xr.Dataset, reference: xr.Dataset | None) -> list[Curve]:
    """Return the panels of one source; ``reference`` is None for the reference itself."""
    return [
        _curve(quantity, data, exact, reference)
        for quantity in QUANTITIES
        if quantity in data and bool(np.isfinite(data[quantity].values).any())
    ]


def _curve(
    quantity: str, data: xr.Dataset, exact: xr.Dataset, reference: xr.Dataset | None
) -> Curve:
    T, y, error = _along(data, quantity)
    ends = [y - error, y + error]
    line = _along(exact, quantity) if quantity in exact else None
    band = None if reference is None else _along(reference, quantity)
    if line is not None:
        ends.append(line[1])
    if band is not None:
        ends += [band[1] - BAND * band[2], band[1] + BAND * band[2]]
    every = np.concatenate(ends)
    places = np.concatenate([T, *(one[0] for one in (line, band) if one is not None)])
    low, high = float(every.min()), float(every.max())
    margin = (high - low) / 20 or 0.5
    first, last = float(places.min()), float(places.max())

    def across(values: Floats) -> Floats:
        if first == last:
            return np.full(values.shape, (LEFT + RIGHT) / 2)
        return LEFT + 4 + (values - first) / (last - first) * (RIGHT - LEFT - 8)

    def up(values: Floats) -> Floats:
        share = (values - low + margin) / (high - low + 2 * margin)
        return BOTTOM - share * (BOTTOM - TOP)

    polygon = ""
    if band is not None:
        outline = np.concatenate([band[1] + BAND * band[2], (band[1] - BAND * band[2])[::-1]])
        polygon = _line(across(np.concatenate([band[0], band[0][::-1]])), up(outline))
    marks = np.unique([first, last])
    edges = np.unique([low, high])
    return Curve(
        *QUANTITIES[quantity],
        points=[
            (float(one), float(two), float(three), float(four))
            for one, two, three, four in np.round(
                np.stack([across(T), up(y), up(y - error), up(y + error)], axis=1), 1
            )
        ],
        exact="" if line is None else _line(across(line[0]), up(line[1])),
        band=polygon,
        x_ticks=[
            (float(x), f"{value:.10g}") for x, value in zip(across(marks), marks, strict=True)
        ],
        y_ticks=[(float(x), label) for x, label in zip(up(edges), _labels(edges), strict=True)],
    )


def _labels(values: Floats) -> list[str]:
    """Return numbers with as many decimals as give the largest one three digits."""
    largest = float(np.abs(values).max())
    if not 1e-3 <= largest < 1e5:
        return [f"{value:.2g}" for value in values]
    decimals = max(0, 2 - math.floor(math.log10(largest)))
    return [f"{value:.{decimals}f}" for value in values]


def _along(data: xr.Dataset, quantity: str) -> tuple[Floats, Floats, Floats]:
    """Return T, a quantity and its error (0 if unknown), where the quantity is known."""
    T, values = data["temperature"].values, data[quantity].values
    name = f"{quantity}{ERROR_SUFFIX}"
    errors = np.nan_to_num(data[name].values) if name in data else np.zeros_like(values)
    known = np.isfinite(values) & np.isfinite(errors)
    order = np.argsort(T[known])
    return T[known][order], values[known][order], errors[known][order]


def _line(x: Floats, y: Floats) -> str:
    return " ".join(f"{one:.1f},{two:.1f}" for one, two in zip(x, y, strict=True))
