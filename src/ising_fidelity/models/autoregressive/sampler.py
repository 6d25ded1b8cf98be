"""Frames from the multiscale autoregressive model."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from ising_fidelity.models.autoregressive import groups, likelihood
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.protocol import (
    SITES,
    Batch,
    Request,
    Sampler,
    check_size,
    check_temperature,
    device_of,
)


class AutoregressiveSampler(Sampler):
    """Samples spins group by group, with the probability of each frame.

    Most groups have few sites, so that many frames are sampled at a time.
    """

    sites: ClassVar = {device: 16 * count for device, count in SITES.items()}

    def batch(self, model: Model, request: Request) -> Batch:
        """Return frames of spins and ln q of each."""
        size, generator = request.lattice_size, request.generator
        check_temperature(request.temperature)
        levels = _levels(model, size)
        T = torch.full((request.frames,), request.temperature, device=generator.device)
        return Batch(*likelihood.draw(model.network, levels, size, T, generator))

    def log_probability(self, model: Model, spins: Tensor, temperature: float) -> Tensor:
        """Return ln q of given frames (frames, 1, L, L) of -1 and +1, in nats, shape (frames,)."""
        T = torch.full((len(spins),), temperature, device=spins.device)
        return likelihood.log_probability(model.network, _levels(model, spins.shape[-1]), spins, T)


def _levels(model: Model, size: int) -> list[groups.Level]:
    settings: Any = model.settings
    check_size(settings.unit, size)
    return groups.levels(size, settings.colors, device_of(model), settings.finest)
