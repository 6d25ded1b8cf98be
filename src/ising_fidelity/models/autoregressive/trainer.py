"""Training by maximum likelihood."""

import torch
from torch import Tensor

from ising_fidelity.models.autoregressive import groups as groups_module
from ising_fidelity.models.autoregressive import likelihood
from ising_fidelity.models.autoregressive import network as network_module
from ising_fidelity.models.autoregressive.settings import AutoregressiveSettings
from ising_fidelity.models.autoregressive.targets import corner_means
from ising_fidelity.models.common.averaging import MatrixTrainer
from ising_fidelity.models.common.data import Frames
from ising_fidelity.models.common.layers import channels_last


class AutoregressiveTrainer(MatrixTrainer):
    """Maximum likelihood."""

    settings: AutoregressiveSettings
    ends = ("stem.", "output.")

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
        size, finest = held_out.spins.shape[-1], settings.finest
        self.levels = groups_module.levels(size, settings.colors, device, finest)
        self.sites = held_out.spins[0].numel()

    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return an estimate of -ln q per site, of the sites that the network samples."""
        means = None
        if self.settings.hamiltonian:
            means = corner_means(frames[..., ::2, ::2], temperature)
        nats = likelihood.surprise(
            self.network, self.levels, frames, temperature, self.noise, means
        )
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
