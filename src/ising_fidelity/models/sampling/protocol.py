"""The interface between sampling and a family of models."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from ising_fidelity.exceptions import InputError
from ising_fidelity.lattice import LARGEST_LATTICE
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.options import Chain

SITES = {"cpu": 32 * 32 * 32, "cuda": 125 * 64 * 64}
"""Spins sampled at a time, chosen for the caches of a CPU or to fill a GPU. This is a part of the
method, since it fixes the order of random numbers."""


@dataclass(frozen=True)
class Request:
    """A request for frames of L x L sites, sampled together at T in J/k_B.

    ``generator``, on the device of the model, supplies all random numbers. A family without a
    reverse chain ignores ``chain``.
    """

    temperature: float
    frames: int
    lattice_size: int
    generator: torch.Generator
    chain: Chain


@dataclass(frozen=True)
class Batch:
    """Frames that were sampled together.

    ``field`` (frames, 1, L, L) has numbers near -1 and +1 whose signs are the spins. If ln q of
    each frame is known, in nats and of shape (frames,), ``field`` is the spins themselves.
    """

    field: Tensor
    log_probability: Tensor | None = None


class Sampler(ABC):
    """The sampler of a family.

    Attributes
    ----------
    sites
        Spins sampled at a time, by device type.
    """

    sites: ClassVar[Mapping[str, int]] = SITES

    @abstractmethod
    def batch(self, model: Model, request: Request) -> Batch:
        """Return the frames of a request.

        Raises
        ------
        InputError
            If the model cannot sample frames of this size, or the chain is impossible.
        """

    def log_probability(self, model: Model, spins: Tensor, temperature: float) -> Tensor:
        """Return ln q of given frames (frames, 1, L, L) of -1 and +1, in nats, shape (frames,).

        Raises
        ------
        InputError
            If the family has no probabilities.
        """
        raise InputError(f"family {model.settings.family} has no probabilities of frames")

    def described(self, model: Model, chain: Chain) -> dict[str, Any]:
        """Return the chain's options that are recorded with the frames: none without a chain."""
        return {}


def check_temperature(temperature: float) -> None:
    """Raise InputError unless T is above 0 and finite, in the single precision of networks."""
    limits = torch.finfo(torch.float32)
    if not limits.tiny <= temperature <= limits.max:
        raise InputError(
            f"temperature: {temperature}; allowed are finite numbers above 0, in single precision "
            f"from {limits.tiny:.2g} to {limits.max:.2g}"
        )


def check_size(unit: int, lattice_size: int) -> None:
    """Raise InputError unless L is a multiple of a unit, and not too large."""
    if lattice_size > LARGEST_LATTICE:
        raise InputError(f"lattice_size: {lattice_size}; allowed are sizes up to {LARGEST_LATTICE}")
    if lattice_size % unit or lattice_size < unit:
        raise InputError(f"lattice_size: {lattice_size}; this model samples multiples of {unit}")


def batches(
    frames: int,
    lattice_size: int,
    device: torch.device,
    seed: int,
    sites: Mapping[str, int] = SITES,
) -> Iterator[tuple[int, torch.Generator]]:
    """Yield how many frames to sample at a time, and their common generator."""
    generator = torch.Generator(device).manual_seed(seed)
    # The family's sampler checks the lattice size with its first batch.
    batch = max(1, sites[device.type] // max(1, lattice_size**2))
    for first in range(0, frames, batch):
        yield min(batch, frames - first), generator


def device_of(model: Model) -> torch.device:
    """Return the device that a model computes on."""
    return next(model.network.parameters()).device
