"""Frames of the baselines, with the probability of each."""

from typing import Any

import torch

from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.protocol import (
    Batch,
    Request,
    Sampler,
    check_size,
    check_temperature,
)


class BaselineSampler(Sampler):
    """Independent frames."""

    def batch(self, model: Model, request: Request) -> Batch:
        """Return frames of spins and ln q of each."""
        check_temperature(request.temperature)
        check_size(model.settings.unit, request.lattice_size)
        network: Any = model.network
        T = torch.full((request.frames,), request.temperature, device=request.generator.device)
        spins = network.draw(
            request.frames, request.lattice_size, request.temperature, request.generator
        )
        return Batch(spins, network.log_probability(spins, T))
