"""What sampling needs of a family of models, and what it asks of it at a time."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ising_fidelity.exceptions import InputError
from ising_fidelity.lattice import LARGEST_LATTICE
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.options import Chain

SITES = {"cpu": 32 * 32 * 32, "cuda": 125 * 64 * 64}
"""Spins drawn at a time, as many as suit the caches of a CPU or fill a GPU; a part of the method,
since it fixes the order of random numbers."""


@dataclass(frozen=True)
class Request:
    """Frames of L x L sites that are asked for together, at T in J/k_B.

    The generator, on the device of the model, is that of every random number. A family without a
    reverse chain does not look at ``chain``.
    """

    temperature: float
    frames: int
    lattice_size: int
    generator: torch.Generator
    chain: Chain


@dataclass(frozen=True)
class Batch:
    """Frames that are sampled together.

    The field (frames, 1, L, L) has numbers near -1 and +1, whose signs are the spins; or, where
    ln q of each frame is known, in nats and of shape (frames,), the spins themselves.
    """

    field: Tensor
    log_probability: Tensor | None = None


class Sampler(ABC):
    """How a family samples frames."""

    @abstractmethod
    def batch(self, model: Model, request: Request) -> Batch:
        """Return some frames.

        Raises
        ------
        InputError
            If the model does not sample frames of this size, or the chain is not possible.
        """

    def described(self, model: Model, chain: Chain) -> dict[str, Any]:
        """Return what of the chain is recorded with the frames: nothing where there is none."""
        return {}


def check_temperature(temperature: float) -> None:
    """Raise InputError unless T is above 0 and finite, in the single precision of networks."""
    limits = torch.finfo(torch.float32)
    if not limits.tiny <= temperature <= limits.max:
        raise InputError(
            f"temperature: {temperature}; allowed are finite numbers above 0, which networks take "
            f"from {limits.tiny:.2g} to {limits.max:.2g}"
        )


def check_size(unit: int, lattice_size: int) -> None:
    """Raise InputError unless L is a multiple of a unit, and not too large."""
    if lattice_size > LARGEST_LATTICE:
        raise InputError(f"lattice_size: {lattice_size}; allowed are sizes up to {LARGEST_LATTICE}")
    if lattice_size % unit or lattice_size < unit:
        raise InputError(f"lattice_size: {lattice_size}; this model draws multiples of {unit}")


def batches(
    frames: int, lattice_size: int, device: torch.device, seed: int
) -> Iterator[tuple[int, torch.Generator]]:
    """Yield how many frames to draw at a time, and the generator that all of them share."""
    generator = torch.Generator(device).manual_seed(seed)
    # Whether there is such a lattice the family's sampler says, with its first batch.
    batch = max(1, SITES[device.type] // max(1, lattice_size**2))
    for first in range(0, frames, batch):
        yield min(batch, frames - first), generator


def device_of(model: Model) -> torch.device:
    """Return the device that a model computes on."""
    return next(model.network.parameters()).device
