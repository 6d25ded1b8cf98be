"""The toy's network, trainer and sampler."""

import torch
from torch import nn

from ising_fidelity.models.common.averaging import AveragingTrainer
from ising_fidelity.models.sampling.protocol import Batch, Sampler


class Toy(nn.Linear):
    """The mean of abs(m) at every T."""

    def __init__(self, settings, lattice_size):
        super().__init__(1, 1)

    def mean(self, temperature):
        return self(temperature[:, None] - 2.3).sigmoid()[:, :, None, None]


class ToyTrainer(AveragingTrainer):
    """Least squares."""

    def __init__(self, settings, seen, held_out, device, noise):
        self.settings = settings
        super().__init__(Toy(settings, 0).to(device), held_out, noise)

    def random_loss(self, frames, temperature):
        m = frames.mean(dim=(2, 3), keepdim=True).abs()
        return (self.network.mean(temperature) - m).square().mean()

    def validate(self):
        return float(self.random_loss(*self.held_out[torch.arange(len(self.held_out))]))


class ToySampler(Sampler):
    """Independent spins of one sign."""

    def batch(self, model, request):
        frames, size = request.frames, request.lattice_size
        m = model.network.mean(torch.full((frames,), request.temperature))
        random = torch.rand((2, frames, 1, size, size), generator=request.generator)
        sign = torch.where(random[0, :, :, :1, :1] < 0.5, -1.0, 1.0)
        return Batch(sign * torch.where(2 * random[1] < 1 + m, 1.0, -1.0))
