"""Frames from the multiscale autoregressive model."""

from typing import Any

import torch

from ising_fidelity.models.autoregressive import groups, likelihood
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.protocol import (
    Batch,
    Request,
    Sampler,
    check_size,
    check_temperature,
    device_of,
)


class AutoregressiveSampler(Sampler):
    """Samples spins group by group, with the probability of each frame."""

    def batch(self, model: Model, request: Request) -> Batch:
        """Return frames of spins and ln q of each."""
        settings: Any = model.settings
        check_temperature(request.temperature)
        check_size(settings.unit, request.lattice_size)
        device = device_of(model)
        levels = groups.levels(groups.order(request.lattice_size, settings.colors), device)
        T = torch.full((request.frames,), request.temperature, device=device)
        size, generator = request.lattice_size, request.generator
        return Batch(*likelihood.draw(model.network, levels, size, T, generator))
