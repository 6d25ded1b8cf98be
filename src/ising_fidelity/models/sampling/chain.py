"""The reverse chain of models that have one."""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from ising_fidelity.io.progress import progress_bar
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.common.cuda_graphs import Recorded
from ising_fidelity.models.common.protocol import Network
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.sampling.protocol import (
    Batch,
    Request,
    Sampler,
    check_size,
    check_temperature,
    device_of,
)

STEPS = 100
"""Steps of a chain whose number of steps is free and not given."""


class ChainSampler(Sampler):
    """Frames by a reverse chain from noise; each family defines its steps."""

    @abstractmethod
    def noise_levels(self, settings: Any, lattice_size: int, chain: Chain) -> list[float]:
        """Return the noise-to-signal ratio at the chain's start and after each step."""

    def length(self, settings: Training, chain: Chain) -> int:
        """Return the number of steps."""
        return chain.sampling_steps or settings.chain_length or STEPS

    def evaluations(self, settings: Any, chain: Chain, steps: int) -> int:
        """Return the number of network evaluations per frame in the first steps: one per step."""
        return steps

    @abstractmethod
    def steps(
        self, settings: Any, network: Network, noise: Tensor, request: Request
    ) -> Iterator[Tensor]:
        """Yield x (frames, 1, L, L) at the start and after each step, from normal noise."""

    @abstractmethod
    def signal(self, sigma: float) -> float:
        """Return the factor that scales x to s + sigma z."""

    @abstractmethod
    def mean(self, model: Model, x: Tensor, sigma: float, temperature: float) -> Tensor:
        """Return the network's mean of s given x = s + sigma z."""

    def described(self, model: Model, chain: Chain) -> dict[str, Any]:
        """Return the options of the chain that this family supports."""
        # Compiling the network only changes rounding.
        options = chain.model_dump(include=set(model.settings.chain_options) - {"compile"})
        return options | {"sampling_steps": self.length(model.settings, chain)}

    def walk(self, model: Model, request: Request) -> Iterator[Tensor]:
        """Return an iterator over x (frames, 1, L, L), at the start and after each step.

        Raises
        ------
        InputError
            If L does not fit the network, or the chain is impossible.
        """
        check_temperature(request.temperature)
        check_size(model.settings.unit, request.lattice_size)
        return self._walk(model, request)

    @torch.inference_mode()
    def _walk(self, model: Model, request: Request) -> Iterator[Tensor]:
        shape = (request.frames, 1, request.lattice_size, request.lattice_size)
        noise = torch.randn(shape, generator=request.generator, device=device_of(model))
        network = _cast(model.network, request.chain.precision)
        yield from self.steps(model.settings, network, noise, request)

    def until(self, model: Model, request: Request, enough: float = 0.0) -> tuple[Tensor, float]:
        """Return x = s + sigma z and sigma, at the chain's end or once sigma <= ``enough``."""
        walked = self.walk(model, request)
        levels = self.noise_levels(model.settings, request.lattice_size, request.chain)
        total = next(i for i, sigma in enumerate(levels) if sigma <= max(enough, levels[-1]))
        progress = progress_bar(islice(walked, total + 1), total=total + 1, unit="step")
        x = deque(progress, maxlen=1).pop()
        sigma = levels[total]
        return self.signal(sigma) * x, sigma

    def batch(self, model: Model, request: Request) -> Batch:
        """Return frames from the chain's end."""
        x, _ = self.until(model, request)
        return Batch(x)


def _cast(network: Network, precision: str) -> Network:
    """Return a network that computes with this precision."""

    def cast(x: Tensor, noise: Tensor, T: Tensor) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            return network(x, noise, T)

    return cast


class _Quick(nn.Module):
    """A network that is compiled and, on a GPU, replayed as a CUDA graph."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        compiled: Callable[..., Tensor] = torch.compile(network, dynamic=False)
        on_gpu = next(network.parameters()).is_cuda
        self.call = Recorded(compiled) if on_gpu else compiled

    def forward(self, x: Tensor, noise: Tensor, T: Tensor) -> Tensor:
        return self.call(x, noise, T)


def quick(model: Model) -> Model:
    """Return a model whose network is compiled and, if it has a chain, replayed on a GPU.

    Compiling takes most of a minute, which pays off for many batches of one size.
    """
    if not model.settings.chain_options:
        model.network.compile(dynamic=False)
        return model
    return replace(model, network=_Quick(model.network))
