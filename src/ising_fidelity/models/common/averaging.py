"""Training with averaged weights."""

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from ising_fidelity.models.common.cuda_graphs import Recorded
from ising_fidelity.models.common.data import Frames
from ising_fidelity.models.common.muon import Muon
from ising_fidelity.models.common.protocol import Losses, Means, Network
from ising_fidelity.models.common.settings import (
    AveragedTraining,
    DenoisingTraining,
    MatrixTraining,
)


class AveragingTrainer(ABC):
    """AdamW on a stochastic loss, with averaged weights."""

    settings: AveragedTraining
    augments = False

    def __init__(self, network: nn.Module, held_out: Frames, noise: torch.Generator) -> None:
        self.network, self.held_out, self.noise = network, held_out, noise
        self.averaged = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizers = self._optimizers()
        self.rates = [group["lr"] for group in self._groups()]
        self.steps = 0
        self.take_step: Callable[[Tensor, Tensor], Tensor] = self._step

    def _optimizers(self) -> list[torch.optim.Optimizer]:
        return [self._adamw(self.network.parameters())]

    def _adamw(self, weights: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        settings = self.settings
        betas = 0.9, settings.adam_beta_2
        on_gpu = self.held_out.spins.is_cuda
        return torch.optim.AdamW(
            weights,
            lr=settings.learning_rate,
            betas=betas,
            # The same arithmetic for all weights at once.
            fused=True if on_gpu else None,
            foreach=None if on_gpu else True,
            capturable=on_gpu and getattr(settings, "compile", False),  # for Recorded
        )

    def _groups(self) -> list[dict[str, Any]]:
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    @abstractmethod
    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss at random noise, or for random groups of sites."""

    @abstractmethod
    def validate(self) -> float:
        """Return the held-out loss."""

    def batch(self, frames: Tensor, temperature: Tensor, progress: float) -> Losses:
        """Take one optimiser step."""
        share = 1.0
        if self.settings.learning_rate_schedule == "cosine":
            share = 0.5 * (1 + math.cos(math.pi * progress))
        for group, rate in zip(self._groups(), self.rates, strict=True):
            if isinstance(self.take_step, Recorded):  # the replayed graph reads the rate in place
                group["lr"] = torch.as_tensor(group["lr"], device=frames.device).fill_(share * rate)
            else:
                group["lr"] = share * rate
        loss = self.take_step(frames, temperature)
        self._average()
        return {"loss": loss, "learning_rate": share * self.settings.learning_rate}

    def _step(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Update the weights; return the loss before the update."""
        loss = self.random_loss(frames, temperature)
        self.network.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.detach()

    def _average(self) -> None:
        """Update the averaged weights, faster in the first steps, when they are still poor."""
        self.steps += 1
        decay = min(self.settings.ema, self.steps / (self.steps + 10))
        current = [weight.detach() for weight in self.network.parameters()]
        torch._foreach_lerp_(list(self.averaged.parameters()), current, 1 - decay)

    def is_best(self, losses: list[float]) -> bool:
        """Whether the last loss is the lowest so far, the paper's criterion."""
        return losses[-1] <= min(losses)

    def weights(self) -> dict[str, Tensor]:
        """Return the averaged weights, which are the last weights if ema is 0."""
        return self.averaged.state_dict()

    def state(self) -> dict[str, Any]:
        """Return weights, averages, optimiser states and the number of steps."""
        return {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "steps": self.steps,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume from a state."""
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            groups = copy.deepcopy(saved["param_groups"])
            for group, own in zip(groups, optimizer.param_groups, strict=True):
                # The state may come from another device.
                group |= {key: own[key] for key in ("fused", "capturable") if key in own}
            optimizer.load_state_dict(saved | {"param_groups": groups})
        self.steps = state["steps"]


class MatrixTrainer(AveragingTrainer):
    """Muon or AdamW for weights between channels, and AdamW for all others.

    Attributes
    ----------
    ends
        Beginnings of names of weights between a frame and channels, which are not for Muon.
    """

    settings: MatrixTraining
    ends: tuple[str, ...] = ()

    def _optimizers(self) -> list[torch.optim.Optimizer]:
        if self.settings.optimizer == "adamw":
            return super()._optimizers()
        sides: tuple[list[nn.Parameter], list[nn.Parameter]] = ([], [])
        for name, weight in self.network.named_parameters():
            sides[weight.ndim < 2 or name.startswith(self.ends)].append(weight)
        return [Muon(sides[0], self.settings.matrix_learning_rate), self._adamw(sides[1])]


class DenoisingTrainer(MatrixTrainer):
    """Denoising score matching with a fixed held-out loss.

    Attributes
    ----------
    quick, quick_averaged
        The network and its averaged copy as callables, compiled if requested.
    """

    settings: DenoisingTraining

    def __init__(self, network: nn.Module, held_out: Frames, noise: torch.Generator) -> None:
        super().__init__(network, held_out, noise)
        self.quick: Network = self.network
        self.quick_averaged: Network = self.averaged
        if self.settings.compile:
            # One compiled program per batch size, of which there are few.
            self.quick = torch.compile(network, dynamic=False)
            if held_out.spins.is_cuda:  # on a CPU, epochs are too short for a second one
                self.quick_averaged = torch.compile(self.averaged, dynamic=False)
                self.take_step = Recorded(self._step, noise)

    def precision(self) -> torch.autocast:
        """Return the autocast context of network calls."""
        low = self.settings.precision == "bfloat16"
        return torch.autocast(self.held_out.spins.device.type, torch.bfloat16, enabled=low)

    @abstractmethod
    def loss_at(self, share: Tensor, frames: Tensor, temperature: Tensor, noise: Tensor) -> Tensor:
        """Return the loss of averaged weights at noise from share 0, none, to 1, the largest."""

    def together(self, frames: int) -> int:
        """Return how many held-out frames are evaluated at a time."""
        if isinstance(self.take_step, Recorded):  # few batch sizes, since each is compiled
            return math.ceil(frames / math.ceil(frames / 256))
        return 256

    @torch.no_grad()
    def validate(self) -> float:
        """Return the loss of the held-out frames, each with its own time and noise.

        The times are evenly spaced over the chain, in an order that is unrelated to the frames'.
        Times and noise are the same in every epoch.
        """
        device, frames = self.noise.device, len(self.held_out)
        fixed = torch.Generator(device).manual_seed(0)
        shares = (torch.randperm(frames, generator=fixed, device=device) + 0.5) / frames
        losses = Means()
        for index in torch.arange(frames, device=device).split(self.together(frames)):
            x_0, temperature = self.held_out[index]
            noise = torch.randn(x_0.shape, generator=fixed, device=device)
            losses.add({"loss": self.loss_at(shares[index], x_0, temperature, noise)}, len(index))
        return losses.values()["loss"]
