"""The frames to judge, by sampler and temperature."""

from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

from ising_fidelity.api.frames import Reading, load_frames, one_or_several
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import Frames
from ising_fidelity.io.foreign import of_array
from ising_fidelity.io.temperatures import name_of
from ising_fidelity.scores.deviations import EXACT

ONLY = "frames"
"""Name of a sampler that was given none."""
REFERENCE = "mc"
"""Name of the simulated reference."""

ByTemperature = Mapping[str, Frames]
"""Frames by canonical temperature."""


def samplers_of(given: Any, reading: Reading) -> dict[str, ByTemperature]:
    """Return the frames of each sampler by temperature.

    Parameters
    ----------
    given
        Frames, an array, paths or patterns of files, or a mapping from temperatures to frames or
        arrays; or a mapping from names of samplers to one of these.
    reading
        How to read arrays and files.

    Raises
    ------
    InputError
        If no frames are given, a name is reserved, or lattice sizes differ.
    """
    unknown = [*{*reading} - {*Reading.__annotations__}]
    if unknown:
        raise InputError(f"{unknown[0]}: unknown; allowed are {', '.join(Reading.__annotations__)}")
    named = isinstance(given, Mapping) and all(isinstance(key, str) for key in given)
    samplers = {
        str(name): _by_temperature(str(name), content, reading)
        for name, content in (given if named else {ONLY: given}).items()
    }
    if not samplers:
        raise InputError("frames: none given; at least one sampler is needed")
    for name in samplers:
        if name in (REFERENCE, EXACT, "") or "/" in name:
            raise InputError(
                f"frames: a sampler cannot be named {name!r}; allowed are names without / "
                f"other than {REFERENCE} and {EXACT}"
            )
    sizes = {one.L: name for name, frames in samplers.items() for one in frames.values()}
    if len(sizes) > 1:
        words = " and ".join(f"L = {L} ({name})" for L, name in sorted(sizes.items()))
        raise InputError(f"frames: {words}; allowed is one lattice size")
    if next(iter(sizes)) < 2:
        raise InputError("frames: 1 x 1; allowed are lattices from 2 x 2 on")
    return samplers


def _by_temperature(name: str, content: Any, reading: Reading) -> ByTemperature:
    """Return the frames of one sampler in order of increasing temperature."""
    found: dict[str, Frames]
    if isinstance(content, Mapping):
        found = {}
        for T, one in content.items():
            if isinstance(T, str | bool):
                raise InputError(f"{name}: {T!r} is not a temperature; allowed are numbers")
            frames = one
            if not isinstance(one, Frames):
                frames = _of_array(one, T, reading)
            elif name_of(T) != name_of(one.T):
                raise InputError(
                    f"{name}: the key is T = {T}, but its frames have T = {name_of(one.T)}"
                )
            found[name_of(T)] = frames
    else:
        several = _loaded(content, reading)
        found = {name_of(T): one for T, one in several.items()}
    if not found:
        raise InputError(f"{name}: no frames; at least one temperature is needed")
    return {T: found[T] for T in sorted(found, key=float)}


def _of_array(array: Any, T: float, reading: Reading) -> Frames:
    """Return the frames of an array at a temperature."""
    said = reading.get("T")
    if said is not None and (not isinstance(said, Real) or name_of(said) != name_of(T)):
        raise InputError(f"T: {said}, but the mapping gives {T} for these frames")
    return Frames.from_array(
        array,
        T=T,
        sampling=reading.get("sampling") or "independent",
        alphabet=reading.get("alphabet"),
        L=reading.get("L"),
    )


def _along(array: Any, T: Sequence[float], reading: Reading) -> dict[float, Frames]:
    """Return the frames of an array with an axis of temperatures."""
    sampling = reading.get("sampling") or "independent"
    parts = of_array(array, T, reading.get("alphabet"), reading.get("L"))
    frames = [Frames(one.spins, one.temperature or 0.0, sampling, one.said) for one in parts]
    return {one.T: one for one in frames}


def _loaded(content: Any, reading: Reading) -> Mapping[float, Frames]:
    """Return frames by temperature, from Frames, an array or files."""
    T = reading.get("T")
    single, along = one_or_several(T)
    several = list(content) if isinstance(content, list | tuple) else [content]
    arrays = not all(isinstance(one, str | Path | Frames) for one in several)
    if arrays and single is not None:
        return {single: _of_array(content, single, reading)}
    if arrays and along is not None:
        return _along(content, along, reading)
    if all(isinstance(one, Frames) for one in several):
        if len({one.T for one in several}) < len(several):
            raise InputError("frames: a temperature is given twice; allowed is once per sampler")
        return {one.T: one for one in several}
    if not all(isinstance(one, str | Path) for one in several):
        raise InputError(
            "frames: allowed are Frames, paths, arrays with T, or mappings such as {2.30: array}"
        )
    loaded = load_frames(several, **reading)
    return {loaded.T: loaded} if isinstance(loaded, Frames) else loaded
