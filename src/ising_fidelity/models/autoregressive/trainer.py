"""Training by maximum likelihood."""

import torch
from torch import Tensor

from ising_fidelity.models.autoregressive import groups as groups_module
from ising_fidelity.models.autoregressive import likelihood
from ising_fidelity.models.autoregressive import network as network_module
from ising_fidelity.models.autoregressive.settings import AutoregressiveSettings
from ising_fidelity.models.common.averaging import AveragingTrainer
from ising_fidelity.models.common.data import Frames
from ising_fidelity.models.common.layers import channels_last


class AutoregressiveTrainer(AveragingTrainer):
    """Maximum likelihood."""

    settings: AutoregressiveSettings

    def __init__(
        self,
        settings: AutoregressiveSettings,
        seen: Frames,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings = settings
        network = network_module.MultiscaleNetwork(settings.network).to(device)
        channels_last(network)
        super().__init__(network, held_out, noise)
        groups = groups_module.order(held_out.spins.shape[-1], settings.colors)
        self.levels = groups_module.levels(groups, device)
        self.sites = held_out.spins[0].numel()

    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return an estimate of -ln q per site."""
        nats = likelihood.surprise(self.network, self.levels, frames, temperature, self.noise)
        return nats.mean() / self.sites

    @torch.no_grad()
    def validate(self) -> float:
        """Return -ln q per site of the held-out frames, with averaged weights."""
        total = 0.0
        for index in torch.arange(len(self.held_out)).split(256):
            frames, temperature = self.held_out[index]
            log_q = likelihood.log_probability(self.averaged, self.levels, frames, temperature)
            total -= log_q.sum().item()
        return total / (len(self.held_out) * self.sites)
