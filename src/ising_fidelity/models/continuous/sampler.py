"""Frames from models of continuous noise."""

from collections.abc import Iterator

import torch
from torch import Tensor

from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.common.protocol import Network
from ising_fidelity.models.continuous import objective, reverse
from ising_fidelity.models.continuous.settings import ContinuousSettings
from ising_fidelity.models.sampling.chain import ChainSampler
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.sampling.protocol import Request


class ContinuousSampler(ChainSampler):
    """The reverse chain, which starts from noise proportional to L."""

    def noise_levels(
        self, settings: ContinuousSettings, lattice_size: int, chain: Chain
    ) -> list[float]:
        """Return the noise at the chain's start and after each step."""
        largest, density = settings.largest_noise(lattice_size), settings.sampling_density
        steps = self.length(settings, chain)
        return reverse.levels(steps, largest, chain.sampler, density).tolist()

    def evaluations(self, settings: ContinuousSettings, chain: Chain, steps: int) -> int:
        """Return the number of network evaluations per frame in the first steps."""
        before_the_end = steps < self.length(settings, chain)
        return steps + (chain.sampler == "trapezoid" and before_the_end)

    def steps(
        self, settings: ContinuousSettings, network: Network, noise: Tensor, request: Request
    ) -> Iterator[Tensor]:
        """Yield x (frames, 1, L, L) at the start and after each step."""
        chain, generator = request.chain, request.generator
        sigmas = self.noise_levels(settings, noise.shape[-1], chain)
        T = noise.new_full((len(noise),), request.temperature)
        levels = torch.tensor(sigmas, dtype=torch.float64)
        x = float(levels[0]) * noise
        yield from reverse.reverse_chain(network, x, levels, T, chain.sampler, generator)

    def signal(self, sigma: float) -> float:
        """Return 1: x is s + sigma z."""
        return 1.0

    def mean(self, model: Model, x: Tensor, sigma: float, temperature: float) -> Tensor:
        """Return the network's mean of s given x = s + sigma z."""
        level, T = x.new_full((len(x),), sigma), x.new_full((len(x),), temperature)
        return objective.denoised(model.network, x, level, T)
