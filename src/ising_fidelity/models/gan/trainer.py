"""Training of the paper's Wasserstein GAN."""

from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from ising_fidelity.models.common import wasserstein
from ising_fidelity.models.common.data import Frames
from ising_fidelity.models.common.protocol import Losses
from ising_fidelity.models.gan import networks
from ising_fidelity.models.gan.settings import AdversarialSettings

SAVED = ("generator", "critic", "generator_optimizer", "critic_optimizer")
_Network = TypeVar("_Network", bound=nn.Module)


class AdversarialTrainer:
    """Alternating critic and generator steps with RMSprop; the critic's weights are clipped."""

    augments = False

    def __init__(
        self,
        settings: AdversarialSettings,
        seen: Frames,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings, self.noise = settings, noise
        lattice_size = held_out.spins.shape[-1]
        self.generator = _normal_weights(networks.Generator(settings, lattice_size)).to(device)
        self.critic = _normal_weights(networks.Critic(settings, lattice_size)).to(device)
        self.generator_optimizer = torch.optim.RMSprop(
            self.generator.parameters(), lr=settings.generator_learning_rate
        )
        self.critic_optimizer = torch.optim.RMSprop(
            self.critic.parameters(), lr=settings.critic_learning_rate
        )
        self.held_out = held_out
        self.steps = 0

    def batch(self, frames: Tensor, temperature: Tensor, progress: float) -> Losses:
        """Take one step of the critic and, every ``critic_steps`` batches, one of the generator."""
        settings = self.settings
        z = torch.randn((len(frames), settings.latent), generator=self.noise, device=frames.device)
        loss = self._critic_loss(frames, temperature, z)
        self.critic_optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.critic_optimizer.step()
        with torch.no_grad():
            weights: list[Tensor] = list(self.critic.parameters())
            torch._foreach_clamp_min_(weights, -settings.weight_clip)
            torch._foreach_clamp_max_(weights, settings.weight_clip)
        losses: Losses = {
            "critic_loss": loss.detach(),
            "learning_rate": settings.generator_learning_rate,
        }
        self.steps += 1
        if self.steps % settings.critic_steps == 0:
            generated = self.generator(z, temperature)
            judged = self.critic(generated, temperature)
            generator_loss = networks.generator_loss(
                judged, generated, frames, settings.magnetization_loss
            )
            self.generator_optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(generator_loss)
            self.generator_optimizer.step()
            losses["generator_loss"] = generator_loss.detach()
        return losses

    def _critic_loss(self, frames: Tensor, temperature: Tensor, z: Tensor) -> Tensor:
        with torch.no_grad():
            generated = self.generator(z, temperature)
        judged = self.critic(frames, temperature), self.critic(generated, temperature)
        return wasserstein.critic_loss(*judged)

    @torch.no_grad()
    def validate(self) -> float:
        """Return the critic's loss on held-out frames and equally many generated ones.

        Both networks normalise with their running means, as in sampling.
        """
        fixed = torch.Generator(self.noise.device).manual_seed(0)
        self.generator.eval()
        self.critic.eval()
        total = 0.0
        for index in torch.arange(len(self.held_out)).split(256):
            frames, temperature = self.held_out[index]
            z = torch.randn(
                (len(frames), self.settings.latent), generator=fixed, device=frames.device
            )
            total += self._critic_loss(frames, temperature, z).item() * len(index)
        self.generator.train()
        self.critic.train()
        return total / len(self.held_out)

    def is_best(self, losses: list[float]) -> bool:
        """Keep the last epoch: neither loss measures the quality of generated frames."""
        return bool(losses)

    def weights(self) -> dict[str, Tensor]:
        """Return the generator's weights; the critic is not needed for sampling."""
        return self.generator.state_dict()

    def state(self) -> dict[str, Any]:
        """Return weights and optimiser states of both networks and the number of steps."""
        return {name: getattr(self, name).state_dict() for name in SAVED} | {"steps": self.steps}

    def restore(self, state: dict[str, Any]) -> None:
        """Resume from a state."""
        for name in SAVED:
            getattr(self, name).load_state_dict(state[name])
        self.steps = state["steps"]


def _normal_weights(network: _Network) -> _Network:
    """Initialise weights as is usual for such networks (Radford et al., ICLR 2016)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0.0, 0.02)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)
    return network
