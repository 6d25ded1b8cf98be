"""The last line of a command: a summary of its result."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import xarray as xr

SYMBOLS = {
    "energy": "u",
    "specific_heat": "C",
    "abs_magnetization": "|m|",
    "susceptibility": "chi",
}

FLUCTUATIONS = ("specific_heat", "susceptibility")
"""Quantities that are unknown without an error, as for a single frame."""


def say(quiet: bool, words: Callable[..., str], *data: Any) -> None:
    """Print the line to stderr, which leaves stdout free for pipes, unless ``quiet``."""
    if not quiet:
        typer.echo(words(*data), err=True)


def in_frames(frames: "xr.Dataset") -> str:
    """Return energy, magnetization and their fluctuations of frames in one line."""
    from ising_fidelity.observables.headline import headline

    return _thermodynamics(headline(frames), frames["spin"].sizes, float(frames["temperature"]))


def in_observables(measured: "xr.Dataset") -> str:
    """Return energy, magnetization and their fluctuations among observables in one line."""
    found = {
        name: (float(measured[name]), float(measured[f"{name}_error"]))
        for name in SYMBOLS
        if name in measured
    }
    sizes = {"draw": int(measured["number_of_frames"]), "x": int(measured["lattice_size"])}
    return _thermodynamics(found, sizes, float(measured["temperature"]))


def in_distances(compared: "xr.Dataset") -> str:
    """Return the distance with the largest excess over its noise floor, in one line."""
    from ising_fidelity.scores.deviations import with_error

    known = {
        str(name).removesuffix("_z"): float(values)
        for name, values in compared.items()
        if str(name).endswith("_z") and not math.isnan(float(values))
    }
    if not known:
        return "no distance could be compared with its noise floor"
    worst = max(known, key=lambda name: known[name])
    value = with_error(float(compared[worst]), float(compared[f"{worst}_error"]))
    words = f"largest z = {known[worst]:.3g}, of {worst} = {value}"
    if f"{worst}_floor" in compared:
        words += f", noise floor {float(compared[f'{worst}_floor']):.2g}"
    return f"{words} ({len(known)} distances)"


def _thermodynamics(
    found: Mapping[str, tuple[float, float]], sizes: Mapping[Any, int], temperature: float
) -> str:
    from ising_fidelity.io.temperatures import name_of
    from ising_fidelity.scores.deviations import with_error

    numbers = [
        f"{SYMBOLS[name]} = {with_error(value, error)}"
        for name, (value, error) in found.items()
        if math.isfinite(error if name in FLUCTUATIONS else value)
    ]
    frames = sizes["draw"] * sizes.get("chain", 1)
    about = f"{frames} frame{'s' * (frames != 1)}, L = {sizes['x']}, T = {name_of(temperature)}"
    return f"{', '.join(numbers)} ({about})"
