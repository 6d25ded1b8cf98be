"""Common formats of frames: interpret an array as spins.

An unambiguous array is converted, and the conversion described in words. For an ambiguous one the
error names the parameter that decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.variables import FRAME_DIMENSIONS

Alphabet = tuple[float, float]
"""The values of spin down and up."""

WRAPPED = (255.0, 1.0)
"""-1 and 1 in unsigned bytes."""
ALPHABETS: tuple[Alphabet, ...] = ((0.0, 1.0), (0.0, 255.0), WRAPPED)
"""Values of spin down and up, other than numbers of opposite sign."""
AXES = {
    "chain": ("chain", "chains", "replica", "walker"),
    "draw": ("draw", "sample", "samples", "frame", "frames", "sweep", "step", "time", "n"),
    "y": ("y", "row", "rows", "lat"),
    "x": ("x", "col", "column", "columns", "lon"),
}
"""Names of the axes of frames."""
NAMED = 3
"""Number of values that an error lists."""


@dataclass(frozen=True)
class Taken:
    """Spins, and how their array was read.

    Attributes
    ----------
    spins
        Shape (chain, draw, L, L), -1 and +1, int8.
    said
        The conversions in words, empty if none was needed.
    """

    spins: NDArray[np.int8]
    said: tuple[str, ...] = field(default=())


def take(
    array: Any,
    name: str = "frames",
    *,
    dimensions: Sequence[str] = (),
    alphabet: Alphabet | None = None,
    L: int | None = None,
) -> Taken:
    """Return the spins in an array.

    Parameters
    ----------
    array
        Frames of shape (L, L), (n, L, L), (chain, draw, L, L), or with one channel or in rows of
        L^2 numbers. Spins are -1 and 1 or other numbers of opposite sign, 0 and 1, 0 and 255, or
        booleans.
    name
        Name of the array in errors.
    dimensions
        Names of the axes, as in a netCDF file; axes of frames may have any order.
    alphabet
        Values of spin down and up, where they are ambiguous or different.
    L
        Sites along a side, where it is ambiguous.

    Raises
    ------
    InputError
        If the array cannot be interpreted, or is ambiguous.
    """
    spins, letters = signs(array, name, alphabet)
    arranged, order = arrange(spins, name, dimensions, L)
    return Taken(arranged, tuple(said for said in (order, letters) if said))


def signs(array: Any, name: str, alphabet: Alphabet | None = None) -> tuple[NDArray[np.int8], str]:
    """Return an array as spins of -1 and +1 with its shape, and the conversion in words.

    Parameters and errors are those of :func:`take`.
    """
    try:
        given = np.asarray(array)
    except ValueError as error:
        raise InputError(f"{name}: not an array of numbers ({error})") from error
    masked = int(np.sum(array.mask)) if isinstance(array, np.ma.MaskedArray) else 0
    if masked:
        raise InputError(f"{name}: {masked} values are masked; allowed are none")
    if given.dtype.kind not in "biuf" or not given.size:
        raise InputError(
            f"{name}: {given.dtype.name} of shape {given.shape}; allowed are numbers, at least one"
        )
    return _spins(given, name, alphabet)


def arrange(
    given: NDArray[np.int8],
    name: str,
    dimensions: Sequence[str] = (),
    L: int | None = None,
) -> tuple[NDArray[np.int8], str]:
    """Return spins as (chain, draw, L, L), and the rearrangement in words.

    Parameters and errors are those of :func:`take`.
    """
    arranged, order = _arranged(given, name, standard(dimensions), L)
    if L is not None and arranged.shape[-1] != L:
        raise InputError(f"{name}: L: {L}; frames of shape {given.shape} are not of this size")
    return arranged, order


def standard(dimensions: Sequence[str]) -> tuple[str, ...]:
    """Return names of axes with synonyms replaced by :data:`FRAME_DIMENSIONS`."""
    known = {other: one for one, others in AXES.items() for other in others}
    renamed = tuple(known.get(one.lower(), one) for one in dimensions)
    return renamed if len({*renamed}) == len(renamed) else tuple(dimensions)


def _arranged(
    given: NDArray[np.int8],
    name: str,
    dimensions: Sequence[str],
    wanted: int | None,
) -> tuple[NDArray[np.int8], str]:
    if {"y", "x"} <= {*dimensions}:
        return _by_name(given, name, dimensions)
    unknown = [one for one in _named(dimensions) if one not in FRAME_DIMENSIONS]
    if given.ndim == 4 and unknown:
        # The first two may be chains and draws, or temperatures, which must not be confused.
        raise _misnamed(name, dimensions)
    shape = given.shape
    if given.ndim == 2 and (frames := _flat(given, name, wanted)) is not None:
        return frames
    if given.ndim == 4 and shape[3] == 1 and shape[1] == shape[2] > 1:
        return given[None, ..., 0], f"{shape[0]} frames with one channel"
    square = given.ndim in (3, 4) and shape[-1] == shape[-2]
    if not square:
        raise InputError(
            f"{name}: shape {shape}; allowed are square frames: (n, L, L) or (chain, draw, L, L), "
            "or (T, n, L, L) in a file that has T, too"
        )
    if given.ndim == 3:
        return given[None], ""
    if shape[1] == 1 < shape[0]:
        return given.swapaxes(0, 1), f"{shape[0]} frames with one channel"
    chains = f"{shape[0]} chains of {shape[1]} frames" if shape[0] > 1 and not dimensions else ""
    return given, chains


def _flat(
    given: NDArray[np.int8], name: str, wanted: int | None
) -> tuple[NDArray[np.int8], str] | None:
    """Return a matrix of stacked frames, or of a frame per row; None if it is neither."""
    count, width = given.shape
    L = isqrt(width)
    rows = width > 1 and width == L**2 and wanted in (None, L)
    frames = count % width == 0 and wanted in (None, width)
    few = "one frame" if count == width else f"{count // width} frames"
    if rows and frames and width > 3:
        raise InputError(
            f"{name}: shape {given.shape} is {few} of L = {width}, or {count} frames of "
            f"L = {L} in rows; L: {width} or {L} decides"
        )
    if frames:
        below = "" if count == width else " below each other"
        return given.reshape(1, -1, width, width), f"{few}{below}"
    if rows:
        return given.reshape(1, -1, L, L), f"{count} frames in rows of {L} x {L} sites"
    return None


def _named(dimensions: Sequence[str]) -> list[str]:
    """Return names of axes without those that libraries give to unnamed axes."""
    return [one for one in dimensions if not one.startswith(("phony_dim", "dim_"))]


def _misnamed(name: str, dimensions: Sequence[str]) -> InputError:
    unknown = " and ".join(one for one in dimensions if one not in FRAME_DIMENSIONS)
    return InputError(
        f"{name}: dimensions {tuple(dimensions)}; allowed are {FRAME_DIMENSIONS}, in any order, "
        f"with T beside them; rename {unknown}, as by Dataset.rename of xarray"
    )


def _by_name(
    given: NDArray[np.int8], name: str, dimensions: Sequence[str]
) -> tuple[NDArray[np.int8], str]:
    """Return an array as (chain, draw, L, L) by the names of its axes."""
    others = [one for one in dimensions if one not in FRAME_DIMENSIONS]
    if len(others) > 1 or (others and {"chain", "draw"} <= {*dimensions}):
        raise _misnamed(name, dimensions)
    renamed = ["draw" if one in others and "draw" not in dimensions else one for one in dimensions]
    renamed = ["chain" if one in others else one for one in renamed]
    missing = [one for one in FRAME_DIMENSIONS if one not in renamed]
    full = given.reshape(*(1 for _ in missing), *given.shape)
    axes = [[*missing, *renamed].index(one) for one in FRAME_DIMENSIONS]
    arranged = full.transpose(axes)
    if arranged.shape[2] != arranged.shape[3]:
        raise InputError(
            f"{name}: frames are {arranged.shape[2]} x {arranged.shape[3]}; allowed are square ones"
        )
    same = tuple(dimensions) == FRAME_DIMENSIONS
    return arranged, "" if same else f"axes {', '.join(dimensions)} by their names"


def _spins(
    given: NDArray[Any], name: str, alphabet: Alphabet | None
) -> tuple[NDArray[np.int8], str]:
    """Return spins of -1 and +1, and the conversion in words."""
    if given.dtype.kind == "b":
        return _signs(given), "True as up"
    unknown = int(np.isnan(given).sum()) if given.dtype.kind == "f" else 0
    if unknown:
        raise InputError(f"{name}: {unknown} of {given.size} values are missing (NaN)")
    values = np.unique(given).astype(float)
    if alphabet is not None:
        down, up = alphabet
        if down == up or not {*values} <= {down, up}:
            raise InputError(
                f"{name}: alphabet: {down:g} and {up:g} as down and up; there are {_listed(values)}"
            )
        return _signs(given == up), f"{down:g} as down, {up:g} as up"
    if {*values} <= {-1.0, 1.0}:
        return given.astype(np.int8), ""
    sizes = np.unique(np.abs(values))
    if len(sizes) == 1 and sizes[0] > 0 and (values.min() < 0 or len(values) == 2):
        return _signs(given > 0), f"{-sizes[0]:g} as down, {sizes[0]:g} as up"
    bytes_alone = given.dtype == np.uint8
    found = [
        pair for pair in ALPHABETS if {*values} <= {*pair} and (bytes_alone or pair != WRAPPED)
    ]
    if len({tuple(value == up for value in values) for _, up in found}) > 1:
        raise InputError(
            f"{name}: all values are {values[0]:g}, which may be up (0 and 255) or down (-1 and 1 "
            "in unsigned bytes); alphabet: (0, 255) or (255, 1) decides"
        )
    if not found:
        raise InputError(
            f"{name}: values are {_listed(values)}; allowed are -1 and 1, 0 and 1, 0 and 255, "
            "booleans, or two that alphabet: (down, up) names; round real fields yourself"
        )
    down, up = found[0]
    wrapped = ", -1 in unsigned bytes," if (down, up) == WRAPPED else ""
    return _signs(given == up), f"{down:g}{wrapped} as down, {up:g} as up"


def _signs(up: NDArray[np.bool_]) -> NDArray[np.int8]:
    return np.where(up, np.int8(1), np.int8(-1))


def _listed(values: NDArray[np.float64]) -> str:
    some = ", ".join(f"{value:g}" for value in values[:NAMED])
    return some if len(values) <= NAMED else f"{some} and {len(values) - NAMED} more"
