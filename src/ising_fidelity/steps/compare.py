"""Distances between one set of frames, the reference's and the training frames."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity import comparison, dataset, provenance
from ising_fidelity.exceptions import InputError

LABELS = {
    "energy": "energy per spin",
    "magnetization": "magnetization per spin",
    "abs_magnetization": "absolute magnetization per spin",
}
DISTRIBUTIONS = {
    **{f"{name}_wasserstein": f"Wasserstein-1 distance: {text}" for name, text in LABELS.items()},
    **{f"{name}_ks": f"Kolmogorov-Smirnov statistic: {text}" for name, text in LABELS.items()},
    "energy_magnetization_distance": "energy distance of (u, m), each in units of its spread",
}
LONG_NAMES = {
    **DISTRIBUTIONS,
    **{
        f"{name}_z": f"{text}; above its noise floor in units of its spread"
        for name, text in DISTRIBUTIONS.items()
    },
    **{
        f"{name}_p_value": f"{text}; chance of as large a one between two samples of one distribution"
        for name, text in DISTRIBUTIONS.items()
    },
    "hamming_cross": "mean share of differing sites over pairs (frame, reference frame)",
    "nearest_training_hamming": "mean share of sites that differ from the nearest training frame",
}

TAU_INT = "abs_magnetization_tau_int"


def compare(
    *, frames: Path, reference: Path, training: Sequence[Path], output: Path, seed: int = 0
) -> None:
    """Write the distances; the reference held against itself is split in even and odd frames.

    Parameters
    ----------
    frames, reference
        Files of frames at one temperature and of one lattice size.
    training
        Files of training frames; those at other temperatures are left aside.
    output
        Path of the netCDF file.
    seed
        Of the bootstrap.

    Raises
    ------
    InputError
        If a file breaks the contract, lattice sizes or temperatures differ, or the reference is
        held against itself with a single frame.
    """
    given, other = dataset.read_frames(frames), dataset.read_frames(reference)
    temperature = float(given["temperature"])
    if not _same(temperature, other):
        raise InputError(
            f"{reference}: temperature is {float(other['temperature'])}; "
            f"{frames} has {temperature}, and both must be the same"
        )
    spins, others = _flat(given, frames, given), _flat(other, reference, given)
    blocks = _block(given), _block(other)
    itself = np.array_equal(spins, others)
    if itself:
        if len(spins) < 2:
            raise InputError(f"{frames}: a single frame; against itself two or more are needed")
        spins, others = spins[0::2], spins[1::2]
        blocks = (-(-blocks[0] // 2), -(-blocks[1] // 2))
    estimates = comparison.compare(spins, others, blocks, seed)
    known = [
        _flat(one, path, given)
        for path in training
        if _same(temperature, one := dataset.read_frames(path))
    ]
    if known:
        nearest = comparison.nearest_hamming(spins, np.concatenate(known))
        estimates["nearest_training_hamming"] = comparison.Estimate(*nearest)
    variables: dict[str, float] = {}
    for name, estimate in estimates.items():
        variables |= {name: estimate.value, name + dataset.ERROR_SUFFIX: estimate.error}
        if name in DISTRIBUTIONS:
            variables |= {f"{name}_z": estimate.z, f"{name}_p_value": estimate.p_value}
    data = xr.Dataset(
        variables,
        coords={"temperature": temperature},
        attrs={
            **provenance.attributes(
                "compare",
                {
                    "frames": provenance.array_hash(spins),
                    "reference": provenance.array_hash(others),
                    "training": [provenance.array_hash(one) for one in known],
                },
                title=f"Distances between sets of Ising frames at T = {temperature}",
                summary="Distances between distributions, with bootstrap errors and noise floors",
                source=str(given.attrs.get("source", "frames of unknown origin")),
                seed=seed,
                generator="PCG64",
            ),
            "comparison": "even frames against odd frames of the reference"
            if itself
            else "all frames against all frames of the reference",
        },
    )
    dataset.write(dataset.describe(data, LONG_NAMES), output)


def _same(temperature: float, data: xr.Dataset) -> bool:
    return math.isclose(temperature, float(data["temperature"]), rel_tol=1e-9)


def _flat(data: xr.Dataset, path: Path, frames: xr.Dataset) -> NDArray[np.int8]:
    """Return the frames of all chains in one row, of the lattice size that ``frames`` have."""
    size, wanted = data.sizes["x"], frames.sizes["x"]
    if size != wanted:
        raise InputError(
            f"{path}: frames are {size} x {size}; allowed here are {wanted} x {wanted}"
        )
    return data["spin"].values.reshape(-1, size, size)


def _block(data: xr.Dataset) -> int:
    """Return how many draws hang together, 2 tau_int of abs(m) where the file tells it."""
    if data.attrs["sampling"] == "independent" or TAU_INT not in data.attrs:
        return 1
    return max(1, math.ceil(2 * float(data.attrs[TAU_INT])))
