"""Frames from denoising diffusion models."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from ising_fidelity.exceptions import InputError
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.common.protocol import Network
from ising_fidelity.models.diffusion import process
from ising_fidelity.models.diffusion.settings import DiffusionSettings
from ising_fidelity.models.sampling.chain import ChainSampler
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.sampling.protocol import Request

MULTISTEP = "multistep"


def schedule_of(
    settings: DiffusionSettings, steps: int | None, solver: str = "ancestral"
) -> process.Schedule:
    """Return a model's schedule, respaced to fewer steps if asked for, as its solver needs them.

    Raises
    ------
    InputError
        If ``steps`` is not between 2 and the model's N_t.
    """
    schedule = process.Schedule.linear(
        settings.diffusion_steps, settings.beta_start, settings.beta_end
    )
    if steps is None and solver == "ancestral":
        return schedule
    steps = settings.diffusion_steps if steps is None else steps
    try:
        return schedule.even_in_noise(steps) if solver == MULTISTEP else schedule.respaced(steps)
    except ValueError as error:
        raise InputError(f"sampling_steps: {error}") from error


def _schedule(settings: DiffusionSettings, chain: Chain) -> process.Schedule:
    return schedule_of(settings, chain.sampling_steps, chain.reverse_solver)


class DiffusionSampler(ChainSampler):
    """The reverse chain of N_t steps, or fewer."""

    def noise_levels(
        self, settings: DiffusionSettings, lattice_size: int, chain: Chain
    ) -> list[float]:
        """Return the noise-to-signal ratio at the chain's start and after each step."""
        return [*_schedule(settings, chain).sigma.flip(0).tolist(), 0.0]

    def length(self, settings: Any, chain: Chain) -> int:
        """Return the number of steps."""
        return len(_schedule(settings, chain).time)

    def times(self, settings: DiffusionSettings, chain: Chain) -> list[int]:
        """Return t at the chain's start and after each step, falling to 0."""
        return [*_schedule(settings, chain).time.flip(0).tolist(), 0]

    def steps(
        self, settings: DiffusionSettings, network: Network, noise: Tensor, request: Request
    ) -> Iterator[Tensor]:
        """Yield x (frames, 1, L, L) at the start and after each step."""
        chain = request.chain
        start = noise.to(memory_format=torch.channels_last)
        T = noise.new_full((len(noise),), request.temperature)
        common = network, _schedule(settings, chain), start, T
        if chain.reverse_solver == MULTISTEP:
            yield from process.multistep_chain(*common, request.generator, settings.prediction)
        else:
            yield from process.reverse_chain(
                *common, chain.reverse_variance, request.generator, settings.prediction
            )

    def signal(self, sigma: float) -> float:
        """Return the factor that scales x to s + sigma z: the variance of x is kept at 1."""
        return math.sqrt(1 + sigma**2)

    def mean(self, model: Model, x: Tensor, sigma: float, temperature: float) -> Tensor:
        """Return the network's mean of s given x = s + sigma z."""
        settings: Any = model.settings
        T = x.new_full((len(x),), temperature)
        schedule = schedule_of(settings, None)
        index = int((schedule.sigma - sigma).abs().argmin())
        scaled = x / self.signal(sigma)
        eps = process.estimated_noise(
            model.network, schedule, index, scaled, T, settings.prediction
        )
        return x - sigma * eps
