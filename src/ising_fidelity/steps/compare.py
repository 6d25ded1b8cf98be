"""Distances between one set of frames, the reference's and the training frames."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity import classifier, comparison, dataset, lattice, memory, provenance
from ising_fidelity.exceptions import InputError
from ising_fidelity.observables import errors

LABELS = {
    "energy": "energy per spin",
    "magnetization": "magnetization per spin",
    "abs_magnetization": "absolute magnetization per spin",
}
DISTRIBUTIONS = {
    **{f"{name}_wasserstein": f"Wasserstein-1 distance: {text}" for name, text in LABELS.items()},
    **{f"{name}_ks": f"Kolmogorov-Smirnov statistic: {text}" for name, text in LABELS.items()},
    "energy_magnetization_histogram": "total variation distance of the joint histogram of (u, m)",
    "classifier_auc": "held-out area under the ROC curve of a network, frames against reference",
}
NEAREST = "mean share of sites that differ from the nearest training frame"
COPIES = "modulo translations, the square's symmetries and the global sign"
DIVERSITIES = {
    "nearest_training_symmetric": f"{NEAREST}, {COPIES}",
    "vendi_ratio": "Vendi score of the frames over that of as many reference frames",
}
LONG_NAMES = {
    **DISTRIBUTIONS,
    **DIVERSITIES,
    **{
        f"{name}_z": f"{text}: less its mean where there is no difference, in units of the spread"
        for name, text in (DISTRIBUTIONS | DIVERSITIES).items()
    },
    **{
        f"{name}_floor": f"{text}: mean where there is no difference"
        for name, text in (DISTRIBUTIONS | DIVERSITIES).items()
    },
    **{
        f"{name}_p_value": f"{text}: chance of one as large where there is no difference"
        for name, text in DISTRIBUTIONS.items()
    },
    **{
        f"{name}_p_value": f"{text}: chance of one as small where there is no difference"
        for name, text in DIVERSITIES.items()
    },
    "hamming_cross": "mean share of differing sites over pairs (frame, reference frame)",
    "nearest_training_hamming": NEAREST,
    "nearest_training_symmetric_heldout": f"{NEAREST}, {COPIES}, of held-out Monte Carlo frames",
    "vendi_score": "effective number of distinct frames, those looked at for the Vendi ratio",
    "vendi_score_reference": "effective number of distinct frames among as many of the reference",
}
TAU_INTS = ("energy_tau_int", "abs_magnetization_tau_int")


def compare(
    *,
    frames: Path,
    reference: Path,
    training: Sequence[Path],
    output: Path,
    seed: int = 0,
    memory_frames: int = 0,
    classify: bool = False,
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
        Of bootstrap, noise floors and classifier.
    memory_frames
        How many frames to hold against the training frames modulo all symmetries; 0 for none.
    classify
        Whether to train a network to tell the frames from the reference.

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
        blocks = (max(1.0, blocks[0] / 2), max(1.0, blocks[1] / 2))
    estimates = {
        **comparison.compare(spins, others, blocks, seed),
        **memory.diversity(spins, others, blocks, seed),
    }
    if classify:
        estimates["classifier_auc"] = classifier.two_sample_test(spins, others, blocks, seed)
    known = [
        _flat(one, path, given)
        for path in training
        if _same(temperature, one := dataset.read_frames(path))
    ]
    if known:
        learnt = np.concatenate(known)
        nearest = comparison.nearest_hamming(spins, learnt)
        estimates["nearest_training_hamming"] = comparison.Estimate(*nearest)
        if memory_frames:
            estimates |= memory.memory(spins, others, learnt, memory_frames, seed)
    variables: dict[str, float] = {}
    for name, estimate in estimates.items():
        variables |= {name: estimate.value, name + dataset.ERROR_SUFFIX: estimate.error}
        if name in DISTRIBUTIONS or name in DIVERSITIES:
            variables |= {f"{name}_z": estimate.z, f"{name}_p_value": estimate.p_value}
        if not np.isnan(estimate.floor):
            variables[f"{name}_floor"] = estimate.floor
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
                    "memory_frames": memory_frames,
                    "classifier": classify,
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


def _block(data: xr.Dataset) -> float:
    """Return how many draws hang together, 2 tau_int of u or abs(m), whichever is more.

    Not of m: below T_c a chain keeps its sign, and that it does is a difference from the reference.
    """
    if data.attrs["sampling"] == "independent":
        return 1.0
    said = [data.attrs.get(name) for name in TAU_INTS]
    times = [float(tau) for tau in said if isinstance(tau, float) and 0 < tau <= data.sizes["draw"]]
    if len(times) < len(TAU_INTS):  # or what is said cannot be
        spins = data["spin"].values
        series = lattice.energy(spins), np.abs(lattice.magnetization(spins))
        times = [errors.autocorrelation_time(one)[0] for one in series]
    return max(1.0, 2 * max(times))
