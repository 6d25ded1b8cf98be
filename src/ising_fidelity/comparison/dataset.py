"""Distances between one set of frames and another as a labelled dataset."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.comparison import classifier, copies, distances, diversity, noise_floor
from ising_fidelity.comparison.labels import LONG_NAMES
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf, provenance
from ising_fidelity.io.temperatures import as_written, same
from ising_fidelity.io.variables import ERROR_SUFFIX
from ising_fidelity.observables import errors

TAU_INTS = ("energy_tau_int", "abs_magnetization_tau_int")
SERIES = ("energy", "magnetization", "abs_magnetization")
AGAINST_FLOOR = (
    *(f"{name}_{distance}" for name in SERIES for distance in ("wasserstein", "ks")),
    "energy_magnetization_histogram",
    "classifier_auc",
    "nearest_training_symmetric",
    "vendi_ratio",
)
"""Quantities compared with a noise floor, which have z and a p-value."""


def compared(
    given: xr.Dataset,
    other: xr.Dataset,
    training: Mapping[str, xr.Dataset] | None = None,
    *,
    seed: int = 0,
    memory_frames: int = 0,
    classify: bool = False,
    names: tuple[str, str] = ("frames", "reference"),
) -> xr.Dataset:
    """Return the distances; a reference compared with itself is split into even and odd frames.

    Parameters
    ----------
    given, other
        Frames and reference frames, at one temperature and of one lattice size.
    training
        Training frames by their name in error messages; those at other temperatures are ignored.
    seed
        Seed of bootstrap, noise floors and classifier.
    memory_frames
        Number of frames to compare with the training frames modulo all symmetries; 0 for none.
    classify
        Whether to train a network to distinguish the frames from the reference.
    names
        Names of the frames and of the reference in error messages.

    Raises
    ------
    InputError
        If lattice sizes or temperatures differ, or a reference of a single frame is compared with
        itself.
    """
    training = training or {}
    temperature = as_written(given["temperature"].values[()])
    if not same(temperature, other["temperature"].values[()]):
        raise InputError(
            f"{names[0]}: temperature is {temperature}; allowed is {float(other['temperature'])}, "
            f"that of {names[1]}"
        )
    _check_sizes(names[0], given, names[1], other)
    spins, others = _flat(given), _flat(other)
    blocks = _block(given), _block(other)
    itself = np.array_equal(spins, others)
    if itself:
        if len(spins) < 2:
            raise InputError(f"{names[0]}: a single frame; against itself two or more are needed")
        spins, others = spins[0::2], spins[1::2]
        blocks = (max(1.0, blocks[0] / 2), max(1.0, blocks[1] / 2))
    estimates = {
        **distances.compare(spins, others, blocks, seed),
        **diversity.diversity(spins, others, blocks, seed),
    }
    if classify:
        estimates["classifier_auc"] = classifier.two_sample_test(spins, others, blocks, seed)
    known = []
    for name, one in training.items():
        if same(temperature, one["temperature"].values[()]):
            _check_sizes(names[0], given, name, one)
            known.append(_flat(one))
    if known:
        learnt = np.concatenate(known)
        nearest = copies.nearest_hamming(spins, learnt)
        estimates["nearest_training_hamming"] = noise_floor.Estimate(*nearest)
        if memory_frames:
            estimates |= copies.memory(spins, others, learnt, memory_frames, seed)
    variables: dict[str, float] = {}
    for name, estimate in estimates.items():
        variables |= {name: estimate.value, name + ERROR_SUFFIX: estimate.error}
        if name in AGAINST_FLOOR:
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
    return netcdf.describe(data, LONG_NAMES)


def _flat(data: xr.Dataset) -> NDArray[np.int8]:
    """Return the frames of all chains, shape (frames, L, L)."""
    flat: NDArray[np.int8] = data["spin"].values.reshape(-1, data.sizes["y"], data.sizes["x"])
    return flat


def _check_sizes(name: str, given: xr.Dataset, other_name: str, other: xr.Dataset) -> None:
    """Raise InputError, naming both sides, if their lattice sizes differ."""
    size, wanted = given.sizes["x"], other.sizes["x"]
    if size != wanted:
        raise InputError(
            f"{name}: frames are {size} x {size}; allowed are {wanted} x {wanted}, those of "
            f"{other_name}; in a run, lattice_size: in the config sets all of them"
        )


def _block(data: xr.Dataset) -> float:
    """Return the correlation length of a chain in draws, the larger 2 tau_int of u and abs(m).

    m does not count: below T_c a chain keeps its sign, which is a difference from the reference.
    """
    if data.attrs["sampling"] == "independent":
        return 1.0
    said = [data.attrs.get(name) for name in TAU_INTS]
    times = [float(tau) for tau in said if isinstance(tau, float) and 0 < tau <= data.sizes["draw"]]
    if len(times) < len(TAU_INTS):  # missing or impossible
        spins = data["spin"].values
        series = lattice.energy(spins), np.abs(lattice.magnetization(spins))
        times = [errors.autocorrelation_time(one)[0] for one in series]
    return max(1.0, 2 * max(times))
