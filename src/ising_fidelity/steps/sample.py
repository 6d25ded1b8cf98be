"""Sample frames from a trained model at one temperature."""

import warnings
from pathlib import Path

import torch
import xarray as xr

from ising_fidelity.io import netcdf
from ising_fidelity.models import checkpoint
from ising_fidelity.models.common.device import compute_device
from ising_fidelity.models.sampling.chain import quick
from ising_fidelity.models.sampling.dataset import sampled
from ising_fidelity.models.sampling.options import Chain, GibbsFinish


def sample(
    *,
    model: Path,
    temperature: str,
    frames: int,
    lattice_size: int,
    seed: int,
    output: Path,
    chain: Chain | None = None,
    finish: GibbsFinish | None = None,
    device: str = "auto",
) -> xr.Dataset:
    """Write and return the frames of :func:`.sampled`, on device ``auto``, ``cpu`` or ``cuda``.

    An autoregressive model samples spins and knows ln q. For all other models, spins are the signs
    of the output. Models without a chain ignore its options. A temperature need not be one of the
    training temperatures.
    """
    trained = checkpoint.load(model, compute_device(device))
    torch.set_num_threads(trained.settings.threads)
    if chain and chain.compile:
        trained = quick(trained)
    data = sampled(trained, temperature, frames, lattice_size, seed, chain, finish)
    netcdf.write(data, output)
    warn_outside(trained, temperature, model.name)
    return data


def warn_outside(trained: checkpoint.Model, temperature: str, name: str) -> None:
    """Warn if a canonical temperature is outside the range of a model's training temperatures."""
    trained_at = sorted(trained.settings.training_temperatures, key=float)
    if not float(trained_at[0]) <= float(temperature) <= float(trained_at[-1]):
        warnings.warn(
            f"T = {temperature} is outside {name}'s training temperatures, "
            f"{trained_at[0]} to {trained_at[-1]}; its frames may be far from equilibrium there",
            stacklevel=3,
        )
