"""Training of the baselines by maximum likelihood."""

import torch
from torch import Tensor, nn

from ising_fidelity.models.baseline.distributions import Distribution, build
from ising_fidelity.models.baseline.settings import BaselineSettings
from ising_fidelity.models.common.averaging import AveragingTrainer
from ising_fidelity.models.common.data import Frames


class BaselineTrainer(AveragingTrainer):
    """Maximum likelihood, or pseudo-likelihood of couplings."""

    def __init__(
        self,
        settings: BaselineSettings,
        seen: Frames,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings = settings
        size = held_out.spins.shape[-1]
        super().__init__(build(settings, size).to(device), held_out, noise)

    def _loss(self, distribution: nn.Module, frames: Tensor, temperature: Tensor) -> Tensor:
        assert isinstance(distribution, Distribution)
        return distribution.loss(frames, temperature)

    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss, which has no random part."""
        return self._loss(self.network, frames, temperature)

    @torch.no_grad()
    def validate(self) -> float:
        """Return the loss of the held-out frames."""
        frames, temperature = self.held_out[torch.arange(len(self.held_out))]
        return float(self._loss(self.averaged, frames, temperature))
