"""Frames from the Wasserstein GAN with gradient penalty."""

from typing import Any

from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.protocol import (
    Batch,
    Request,
    Sampler,
    check_size,
    check_temperature,
)


class PenalizedSampler(Sampler):
    """One pass of the generator, on a lattice of any size."""

    def batch(self, model: Model, request: Request) -> Batch:
        """Return frames of L x L sites."""
        check_temperature(request.temperature)
        check_size(model.settings.unit, request.lattice_size)
        network: Any = model.network
        latent = network.random(request.frames, request.lattice_size, request.generator)
        return Batch(network(latent, latent.frame.new_full((request.frames,), request.temperature)))
