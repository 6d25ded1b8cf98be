"""The data of the page's explorer as compact JSON: frames, histograms, G(r) and S(k)."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity.display import png
from ising_fidelity.io.temperatures import name_of
from ising_fidelity.io.variables import ERROR_SUFFIX
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

BINS = 40
"""Largest number of bins of a histogram."""
MOST_BYTES = 2_500_000
"""Largest size of the explorer's data; a run with more temperatures shows some of them."""
CURVES = {"g": "correlation_raw", "s": "structure_factor"}
"""Keys in the data, and names of the observables."""


@dataclass(frozen=True)
class Sample:
    """Some frames of one source at one temperature, and time series of all of them.

    Attributes
    ----------
    spins
        Shape (frame, L, L), -1 and +1.
    energy, magnetization
        Per spin, one value per frame of the file.
    """

    spins: NDArray[np.int8]
    energy: NDArray[np.float64]
    magnetization: NDArray[np.float64]


Samples = Mapping[tuple[str, str], Sample]
"""By source and canonical temperature."""


def shown(temperatures: Sequence[str], sources: int, lattice_size: int) -> list[str]:
    """Return the temperatures that fit in a page: both ends, nearest to T_c, others evenly."""
    each = lattice_size**2 // 3 + 16 * lattice_size + 1000
    most = max(3, MOST_BYTES // (each * sources))
    names = sorted(temperatures, key=float)
    if len(names) <= most:
        return names
    evenly = {round(place) for place in np.linspace(0, len(names) - 1, most - 1)}
    return [names[place] for place in sorted({*evenly, _nearest(names)})]


def three(temperatures: Sequence[str]) -> list[str]:
    """Return at most three temperatures: the lowest, the nearest to T_c and the highest."""
    names = sorted(temperatures, key=float)
    return [names[place] for place in sorted({0, _nearest(names), len(names) - 1})]


def picture(spins: NDArray[np.int8]) -> str:
    """Return a frame, shape (L, L), as a data URI of an image with a pixel per spin."""
    return f"data:image/png;base64,{base64.b64encode(png(spins)).decode()}"


def explored(
    samples: Samples, fidelity: Mapping[str, xr.Dataset], exact: xr.Dataset, reference: str
) -> dict[str, Any]:
    """Return the sources and temperatures to choose from, and the data of all of them."""
    if not samples:
        return {}
    temperatures = sorted({T for _, T in samples}, key=float)
    chosen = three(temperatures)
    return {
        "sources": [*dict.fromkeys(source for source, _ in samples)],
        "temperatures": temperatures,
        "first": chosen[len(chosen) // 2],
        "reference": reference,
        "json": as_json(samples, fidelity, exact, reference),
    }


def as_json(
    samples: Samples, fidelity: Mapping[str, xr.Dataset], exact: xr.Dataset, reference: str
) -> str:
    """Return all that the explorer shows, safe inside of a page.

    Frames are bits, rows from the top, up is 1; histograms count frames in bins as wide as a whole
    number of levels, so that none is empty for being between two levels.
    """
    sources = [*dict.fromkeys(source for source, _ in samples)]
    temperatures = sorted({T for _, T in samples}, key=float)
    size = next(iter(samples.values())).spins.shape[-1]
    bins = {T: _edges(samples, T, size) for T in temperatures}
    content = {
        "L": size,
        "reference": reference,
        "sources": sources,
        "temperatures": temperatures,
        "edges": {
            T: {"u": _ends(edges[0]), "m": _ends(edges[1]), "exact": _exact(exact, T, edges[0])}
            for T, edges in bins.items()
        },
        "data": {
            source: {
                T: _entry(samples[source, T], *bins[T]) | _curves(fidelity.get(source), T)
                for T in temperatures
                if (source, T) in samples
            }
            for source in sources
        },
    }
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c")


def _nearest(names: Sequence[str]) -> int:
    return int(np.argmin([abs(float(T) - CRITICAL_TEMPERATURE) for T in names]))


def _edges(samples: Samples, T: str, size: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return bin edges of u and m, between levels, common to all sources at one temperature."""
    there = [sample for (_, name), sample in samples.items() if name == T]
    every = np.concatenate([sample.energy for sample in there])
    low, high = float(every.min()), float(every.max())
    return _bins(low, high, 4 / size**2), _bins(-1.0, 1.0, 2 / size**2)


def _bins(low: float, high: float, level: float) -> NDArray[np.float64]:
    levels = round((high - low) / level) + 1
    width = -(-levels // BINS)
    edges = low + level * (np.arange(-(-levels // width) + 1) * width - 0.5)
    return np.asarray(edges, float)


def _ends(edges: NDArray[Any]) -> list[float]:
    return [round(float(edges[0]), 6), round(float(edges[-1]), 6)]


def _exact(exact: xr.Dataset, T: str, edges: NDArray[Any]) -> dict[str, Any]:
    """Return the exact mean energy and, if known, its exact distribution over the bins."""
    names = [name_of(one) for one in exact["temperature"].values] if "energy" in exact else []
    if T not in names:
        return {}
    row = exact.isel(temperature=names.index(T))
    found: dict[str, Any] = {"mean": _short(float(row["energy"]), 6)}
    if "energy_probability" in row:
        levels, weights = row["energy_level"].values, row["energy_probability"].values
        known = np.isfinite(weights)
        shares = np.histogram(levels[known], edges, weights=weights[known])[0]
        found["shares"] = [_short(share, 3) for share in shares]
    return found


def _entry(sample: Sample, energies: NDArray[Any], magnetizations: NDArray[Any]) -> dict[str, Any]:
    return {
        "f": [
            base64.b64encode(np.packbits(frame > 0).tobytes()).decode() for frame in sample.spins
        ],
        "u": np.histogram(sample.energy, energies)[0].tolist(),
        "m": np.histogram(sample.magnetization, magnetizations)[0].tolist(),
    }


def _curves(data: xr.Dataset | None, T: str) -> dict[str, Any]:
    """Return G(r) and S(k) with their errors, if they were measured."""
    names = [] if data is None else [name_of(one) for one in data["temperature"].values]
    if data is None or T not in names:
        return {}
    row = data.isel(temperature=names.index(T))
    found = {}
    for key, name in CURVES.items():
        if name in row:
            found[key] = [_short(value, 4) for value in row[name].values]
            error = row.get(name + ERROR_SUFFIX)
            if error is not None:
                found[f"{key}e"] = [_short(value, 2) for value in error.values]
    return found


def _short(value: float, digits: int) -> float | None:
    """Return a rounded number; None for NaN and infinities, which JSON lacks."""
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None
