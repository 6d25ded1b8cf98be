"""Frames of the baselines, with the probability of each."""

import torch
from torch import Tensor

from ising_fidelity.models.baseline.distributions import Couplings, Distribution, Drawn
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.protocol import (
    Batch,
    Request,
    Sampler,
    check_size,
    check_temperature,
)
from ising_fidelity.montecarlo.simulate import run_chains

SWEEPS = 100
"""Sweeps of cluster updates before a frame; tau_int at T_c is a few of them."""


class BaselineSampler(Sampler):
    """Independent frames."""

    def batch(self, model: Model, request: Request) -> Batch:
        """Return frames of spins and ln q of each."""
        check_temperature(request.temperature)
        check_size(model.settings.unit, request.lattice_size)
        network, generator = model.network, request.generator
        frames, size, T = request.frames, request.lattice_size, request.temperature
        assert isinstance(network, Distribution)
        if isinstance(network, Drawn):
            spins = network.draw(frames, size, T, generator)
        else:
            assert isinstance(network, Couplings)
            spins = simulated(frames, size, T / network.J.item(), generator)
        return Batch(spins, self.log_probability(model, spins, T))

    def log_probability(self, model: Model, spins: Tensor, temperature: float) -> Tensor:
        """Return ln q of given frames (frames, 1, L, L) of -1 and +1, in nats, shape (frames,)."""
        network = model.network
        assert isinstance(network, Distribution)
        T = torch.full((len(spins),), temperature, device=spins.device)
        return network.log_probability(spins, T)


def simulated(frames: int, size: int, T: float, generator: torch.Generator) -> Tensor:
    """Return one frame of each of independent chains, shape (frames, 1, size, size)."""
    seed = int(torch.randint(2**62, (), generator=generator, device=generator.device))
    made = run_chains(size, T, "cluster", frames, frames, SWEEPS, 1, seed)
    return torch.from_numpy(made.spins).to(generator.device).float()
