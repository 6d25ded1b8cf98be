"""Training of the Wasserstein GAN with gradient penalty."""

import copy
import math
from typing import Any

import torch
from torch import Tensor

from ising_fidelity.models.common import wasserstein
from ising_fidelity.models.common.data import Frames
from ising_fidelity.models.common.protocol import Losses
from ising_fidelity.models.wgan_gp import networks
from ising_fidelity.models.wgan_gp.settings import PenalizedSettings


class PenalizedTrainer:
    """Alternating critic and generator steps with Adam; the generator's weights are averaged."""

    augments = False

    def __init__(
        self,
        settings: PenalizedSettings,
        seen: Frames,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings, self.held_out, self.noise = settings, held_out, noise
        self.lattice_size = held_out.spins.shape[-1]
        self.generator = networks.Generator(settings).to(device)
        self.averaged = copy.deepcopy(self.generator).requires_grad_(False)
        self.critic = networks.Critic(settings).to(device)
        betas = (settings.adam_beta_1, settings.adam_beta_2)
        self.rates = (settings.generator_learning_rate, settings.critic_learning_rate)
        self.optimizers = tuple(
            torch.optim.Adam(network.parameters(), lr=rate, betas=betas)
            for network, rate in zip((self.generator, self.critic), self.rates, strict=True)
        )
        self.steps = 0

    def batch(self, frames: Tensor, temperature: Tensor, progress: float) -> Losses:
        """Take one step of the critic and, every ``critic_steps`` batches, one of the generator."""
        settings = self.settings
        falling = 0.5 * (1 + math.cos(math.pi * progress))
        share = falling if settings.learning_rate_schedule == "cosine" else 1.0
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = share * rate
        losses = self._criticise(frames, temperature)
        losses["learning_rate"] = share * settings.generator_learning_rate
        self.steps += 1
        if self.steps % settings.critic_steps == 0:
            losses["generator_loss"] = self._generate(temperature)
        return losses

    def _criticise(self, frames: Tensor, temperature: Tensor) -> Losses:
        with torch.no_grad():
            generated = self._spins(self.generator, temperature, self.noise)
        both = self.critic(torch.cat([frames, generated]), temperature.repeat(2))
        loss = wasserstein.critic_loss(*both.chunk(2))
        where = torch.rand(len(frames), generator=self.noise, device=frames.device)
        penalty = networks.gradient_penalty(self.critic, frames, generated, temperature, where)
        self._step(1, loss + self.settings.gradient_penalty * penalty)
        return {"critic_loss": loss.detach(), "gradient_penalty": penalty.detach()}

    def _generate(self, temperature: Tensor) -> Tensor:
        self.critic.requires_grad_(False)
        loss = -self.critic(
            self._spins(self.generator, temperature, self.noise), temperature
        ).mean()
        self._step(0, loss)
        self.critic.requires_grad_(True)
        taken = self.steps // self.settings.critic_steps
        # Faster in the first steps, when the weights are still poor.
        decay = min(self.settings.ema, taken / (taken + 10))
        pairs = zip(self.averaged.parameters(), self.generator.parameters(), strict=True)
        for averaged, current in pairs:
            averaged.lerp_(current.detach(), 1 - decay)
        return loss.detach()

    def _step(self, which: int, loss: Tensor) -> None:
        self.optimizers[which].zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimizers[which].step()

    def _spins(
        self, network: networks.Generator, temperature: Tensor, noise: torch.Generator
    ) -> Tensor:
        latent = network.random(len(temperature), self.lattice_size, noise)
        return networks.spins(network(latent, temperature))

    @torch.no_grad()
    def validate(self) -> float:
        """Return the critic's loss on held-out frames and as many of the averaged generator."""
        fixed = torch.Generator(self.noise.device).manual_seed(0)
        total = 0.0
        for index in torch.arange(len(self.held_out)).split(256):
            frames, temperature = self.held_out[index]
            generated = self._spins(self.averaged, temperature, fixed)
            judged = self.critic(frames, temperature), self.critic(generated, temperature)
            total += wasserstein.critic_loss(*judged).item() * len(index)
        return total / len(self.held_out)

    def is_best(self, losses: list[float]) -> bool:
        """Keep the last epoch: the critic changes, so that losses of epochs are not comparable."""
        return bool(losses)

    def weights(self) -> dict[str, Tensor]:
        """Return the generator's averaged weights; the critic is not needed for sampling."""
        return self.averaged.state_dict()

    def state(self) -> dict[str, Any]:
        """Return weights, averages, optimiser states of both networks and the number of steps."""
        return {
            "generator": self.generator.state_dict(),
            "averaged": self.averaged.state_dict(),
            "critic": self.critic.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "steps": self.steps,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume from a state."""
        for name in ("generator", "averaged", "critic"):
            getattr(self, name).load_state_dict(state[name])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.steps = state["steps"]
