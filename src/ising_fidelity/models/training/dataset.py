"""Datasets of a training: its input frames and its losses."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf
from ising_fidelity.io.temperatures import name_of
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.training.labels import LONG_NAMES


def training_spins(
    settings: Training, frames: Iterable[tuple[str, xr.Dataset]]
) -> list[dict[float, NDArray[np.int8]]]:
    """Return spins (chain, draw, L, L) by training temperature in J/k_B.

    The first are those of the run's lattice size, the others those of ``settings.other_sizes``.
    ``frames`` are names for error messages and frames; those at other temperatures are ignored.

    Raises
    ------
    InputError
        If a training temperature has no frames, or the frames do not match each other or the model.
    """
    sizes: dict[int, dict[str, NDArray[np.int8]]] = {}
    for path, data in frames:
        temperature = name_of(data["temperature"].values[()])
        if temperature in settings.training_temperatures:
            spins = sizes.setdefault(data["spin"].shape[-1], {})
            if temperature in spins:
                raise InputError(f"{path}: a second file of frames at T = {temperature}")
            chains, draws = data.sizes["chain"], data.sizes["draw"]
            there, wanted = chains * draws, settings.frames_per_temperature
            if wanted and wanted > there:
                raise InputError(
                    f"{path}: {there} frames, and frames_per_temperature: {wanted}; allowed are as "
                    "many or fewer"
                )
            used = settings.draws_used(chains, draws)
            if used < 2:
                raise InputError(
                    f"{path}: one draw per chain is available or used; training needs two, one of "
                    "them held out"
                )
            if settings.draws_seen(used) < 1:
                raise InputError(
                    f"{path}: validation_fraction: {settings.validation_fraction} of {used} draws "
                    "per chain leaves none to train on"
                )
            spins[temperature] = data["spin"].values
    for temperature in settings.training_temperatures:
        if not any(temperature in spins for spins in sizes.values()):
            raise InputError(f"training_temperatures: no file of frames at T = {temperature} given")
    others = list(settings.other_sizes)
    own = sorted(sizes.keys() - {*others})
    if len(own) != 1 or not {*others} <= sizes.keys():
        allowed = f"one, and {others}" if others else "one"
        raise InputError(f"the frames have lattice sizes {sorted(sizes)}; allowed is {allowed}")
    for size, spins in sizes.items():
        if size % settings.unit:
            raise InputError(
                f"the frames have lattice size {size}; models of family {settings.family} and this "
                f"network are trained on multiples of {settings.unit}"
            )
        for temperature in settings.training_temperatures:
            if temperature not in spins:
                raise InputError(
                    f"training_temperatures: no file of frames at T = {temperature}, L = {size} "
                    "given"
                )
    return [
        {float(temperature): values for temperature, values in sizes[size].items()}
        for size in own + others
    ]


def history(
    losses: Mapping[str, Sequence[float]],
    best_epoch: int,
    settings: Training,
    described: Mapping[str, Any],
) -> xr.Dataset:
    """Return the losses, one number per epoch each, and the best epoch, counted from 0.

    ``described`` are the :func:`ising_fidelity.models.training.record.attributes`.
    """
    data = xr.Dataset(
        {name: ("epoch", np.asarray(values)) for name, values in losses.items()},
        coords={"epoch": np.arange(1, len(losses["learning_rate"]) + 1)},
        attrs={**described, "family": settings.family, "best_epoch": best_epoch + 1},
    )
    return netcdf.describe(data, LONG_NAMES)
