"""Frames from the paper's Wasserstein GAN."""

from typing import Any

import torch

from ising_fidelity.exceptions import InputError
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.protocol import Batch, Request, Sampler, check_temperature


class AdversarialSampler(Sampler):
    """One pass of the generator."""

    def batch(self, model: Model, request: Request) -> Batch:
        """Return frames of the lattice size that the generator is built for."""
        settings: Any = model.settings
        check_temperature(request.temperature)
        if request.lattice_size != model.lattice_size:
            raise InputError(
                f"lattice_size: {request.lattice_size}; this GAN only samples {model.lattice_size}"
            )
        generator, shape = request.generator, (request.frames, settings.latent)
        z = torch.randn(shape, generator=generator, device=generator.device)
        return Batch(model.network(z, z.new_full((len(z),), request.temperature)))
