"""Training of denoising diffusion models."""

import torch
from torch import Tensor

from ising_fidelity.models.common.averaging import DenoisingTrainer
from ising_fidelity.models.common.data import Frames
from ising_fidelity.models.common.layers import channels_last
from ising_fidelity.models.common.protocol import Network
from ising_fidelity.models.diffusion import process
from ising_fidelity.models.diffusion.settings import DiffusionSettings
from ising_fidelity.models.diffusion.unet import UNet


class DiffusionTrainer(DenoisingTrainer):
    """The paper's models, with noise in N_t steps."""

    settings: DiffusionSettings
    ends = ("stem.layers.0.", "output.")

    def __init__(
        self,
        settings: DiffusionSettings,
        seen: Frames,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings = settings
        network = UNet(settings.network).to(device)
        channels_last(network)
        super().__init__(network, held_out, noise)
        schedule = process.Schedule.linear(
            settings.diffusion_steps, settings.beta_start, settings.beta_end
        )
        density = schedule.training_density(settings.training_times)
        self.cumulative = density.cumsum(0).to(device)
        self.schedule = schedule.to(device)

    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss at random times."""
        # Faster than multinomial, which takes as long as a layer of the network.
        share = torch.rand(
            len(frames), dtype=torch.float64, generator=self.noise, device=frames.device
        )
        step = torch.searchsorted(self.cumulative, share).clamp(max=len(self.cumulative) - 1)
        noise = torch.randn(frames.shape, generator=self.noise, device=frames.device)
        return self._loss(self.quick, frames, temperature, step, noise)

    def loss_at(self, share: Tensor, frames: Tensor, temperature: Tensor, noise: Tensor) -> Tensor:
        """Return the loss of averaged weights at the given shares of N_t."""
        step = (share * len(self.schedule.time)).long()
        return self._loss(self.quick_averaged, frames, temperature, step, noise)

    def _loss(
        self, network: Network, frames: Tensor, temperature: Tensor, step: Tensor, noise: Tensor
    ) -> Tensor:
        schedule, prediction = self.schedule, self.settings.prediction
        with self.precision():
            return process.loss(network, schedule, frames, temperature, step, noise, prediction)
