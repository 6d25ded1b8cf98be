"""Transfer of frames, weights and their descriptions to and from a machine without netCDF.

A parcel consists of arrays and one description, split over safetensors files of limited size.
Frames are packed with one bit per spin.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_readable, whole

FORMAT = "ising-fidelity parcel 1"
"""The key of the metadata of every file."""

LIMIT = 16 * 2**20
"""Largest size of a file in bytes."""

HEADER = 256
"""Upper limit of a file's overhead per array in bytes."""


def pack(spins: NDArray[np.int8]) -> Tensor:
    """Return frames (..., L, L) of -1 and +1 as bits, shape (..., bytes), uint8."""
    sites = spins.reshape(*spins.shape[:-2], -1)
    return torch.from_numpy(np.packbits(sites > 0, axis=-1))


def unpack(bits: Tensor, lattice_size: int) -> NDArray[np.int8]:
    """Return the frames (..., L, L) that were packed."""
    sites = np.unpackbits(bits.numpy(), axis=-1, count=lattice_size**2).astype(np.int8)
    return (2 * sites - 1).reshape(*bits.shape[:-1], lattice_size, lattice_size)


def write(
    folder: Path,
    name: str,
    arrays: Mapping[str, Tensor],
    about: Mapping[str, Any],
    limit: int = LIMIT,
) -> list[Path]:
    """Write a parcel; return its files, ``<name>.1-of-3.safetensors`` and so on.

    Parameters
    ----------
    arrays
        Arrays by name, none larger than the limit.
    about
        Description of plain values, stored in every file.
    limit
        Largest size of a file in bytes.

    Raises
    ------
    InputError
        If an array or the description does not fit.
    """
    # The description is text within JSON, where every quotation mark takes two bytes.
    room = limit - len(json.dumps(_described(about, 99, 99))) - HEADER
    parts: list[dict[str, Tensor]] = []
    free: list[int] = []
    # First fit, largest first.
    sizes = {key: array.nbytes + HEADER + len(key) for key, array in arrays.items()}
    for key in sorted(sizes, key=lambda key: (-sizes[key], key)):
        if sizes[key] > room:
            raise InputError(f"{name}: {key} does not fit into a file of {limit} bytes")
        index = next((i for i, left in enumerate(free) if left >= sizes[key]), len(parts))
        if index == len(parts):
            parts.append({})
            free.append(room)
        parts[index][key] = arrays[key].cpu().contiguous()
        free[index] -= sizes[key]
    paths = []
    for number, part in enumerate(parts, 1):
        path = folder / f"{name}.{number}-of-{len(parts)}.safetensors"
        with whole(path) as place:
            save_file(part, place, {FORMAT: _described(about, number, len(parts))})
        paths.append(path)
    return paths


def _described(about: Mapping[str, Any], number: int, parts: int) -> str:
    return json.dumps({"about": about, "part": number, "parts": parts}, sort_keys=True)


def read(paths: Iterable[Path]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the arrays of a parcel and its description.

    Raises
    ------
    InputError
        If a file is missing, unreadable or from another parcel.
    """
    arrays: dict[str, Tensor] = {}
    found: dict[int, Path] = {}
    first: dict[str, Any] = {}
    for path in paths:
        check_readable(path)
        try:
            with safe_open(path, framework="pt") as file:
                described = json.loads((file.metadata() or {})[FORMAT])
                number = described.pop("part")
                # An open file has keys, but cannot be iterated.
                arrays |= {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  # it is no dict
        except Exception as error:
            # The library raises errors of several types for damaged files.
            raise InputError(f"{path}: not a readable part of a parcel ({error})") from error
        if described != (first := first or described):
            raise InputError(f"{path}: not from the same parcel as {found[min(found)]}")
        found[number] = path
    for number in range(1, first.get("parts", 1) + 1):
        if number not in found:
            raise InputError(f"part {number} of {first.get('parts', 1)} is missing")
    return arrays, first["about"]


def parcels(paths: Iterable[Path]) -> list[list[Path]]:
    """Return files grouped by parcel, according to their names."""
    grouped: dict[str, list[Path]] = {}
    for path in paths:
        name = re.sub(r"\.\d+-of-\d+\.safetensors$", "", str(path))
        grouped.setdefault(name, []).append(path)
    return list(grouped.values())
