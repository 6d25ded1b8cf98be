"""The conditional Wasserstein GAN (the paper's Sec. 2.4)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.common.layers import TemperatureEmbedding
from ising_fidelity.models.gan.settings import AdversarialSettings

LAYERS = 4


def doublings(lattice_size: int) -> int:
    """Return how many of the four layers halve the lattice: as many as L has factors of two."""
    return min(LAYERS, (lattice_size & -lattice_size).bit_length() - 1)


def _strides(lattice_size: int) -> list[int]:
    """Return the stride of each layer, from the widest channels to the frame."""
    twos = doublings(lattice_size)
    return [2] * twos + [1] * (LAYERS - twos)


class Generator(nn.Module):
    """Maps numbers z and a temperature to a frame, by five transposed convolutions.

    The first kernel is L/16 wide (L/8 and so on if L has fewer factors of two). Four layers then
    double the lattice; channels are 8w, 4w, 2w, w and 1.
    """

    def __init__(self, settings: AdversarialSettings, lattice_size: int) -> None:
        super().__init__()
        self.latent = settings.latent
        self.temperature = TemperatureEmbedding(settings.temperature_embedding)
        inputs = settings.latent + settings.temperature_embedding
        channels = [settings.width * factor for factor in (8, 4, 2, 1)]
        seed_size = lattice_size // 2 ** doublings(lattice_size)
        layers: list[nn.Module] = [
            nn.ConvTranspose2d(inputs, channels[0], seed_size, bias=False),
            nn.BatchNorm2d(channels[0]),
            nn.ReLU(),
        ]
        shapes = zip(channels, [*channels[1:], 1], _strides(lattice_size), strict=True)
        for width, narrower, stride in shapes:
            last = narrower == 1
            layers.append(nn.ConvTranspose2d(width, narrower, stride + 2, stride, 1, bias=last))
            layers += [nn.Tanh()] if last else [nn.BatchNorm2d(narrower), nn.ReLU()]
        self.layers = nn.Sequential(*layers)

    def forward(self, z: Tensor, temperature: Tensor) -> Tensor:
        """Map z (batch, latent) and temperatures (batch,) in J/k_B to (batch, 1, L, L)."""
        code = torch.cat([z, self.temperature(temperature)], dim=1)
        return self.layers(code[:, :, None, None])


class Critic(nn.Module):
    """Maps a frame and its temperature to one number between 0 and 1, by five convolutions.

    The temperature enters as a second channel: two layers map it to L^2 values.
    """

    def __init__(self, settings: AdversarialSettings, lattice_size: int) -> None:
        super().__init__()
        sites = lattice_size**2
        self.temperature = TemperatureEmbedding(settings.temperature_embedding, sites)
        channels = [settings.width * factor for factor in (1, 2, 4, 8)]
        strides = reversed(_strides(lattice_size))
        layers: list[nn.Module] = []
        for inputs, width, stride in zip([2, *channels[:-1]], channels, strides, strict=True):
            layers.append(nn.Conv2d(inputs, width, stride + 2, stride, 1, bias=inputs == 2))
            if inputs != 2:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.LeakyReLU(0.2))
        seed_size = lattice_size // 2 ** doublings(lattice_size)
        layers += [nn.Conv2d(channels[-1], 1, seed_size, bias=False), nn.Sigmoid()]
        self.layers = nn.Sequential(*layers)

    def forward(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Map (batch, 1, L, L) and temperatures (batch,) in J/k_B to (batch,)."""
        plane = self.temperature(temperature).view_as(frames)
        judged: Tensor = self.layers(torch.cat([frames, plane], dim=1))
        return judged.flatten()


def generator_loss(
    judged: Tensor, generated: Tensor, real: Tensor, magnetization_weight: float
) -> Tensor:
    r"""Return the loss of the generator.

    .. math:: -\langle D(G(z, T), T) \rangle + w \langle (m_G - m_{MC})^2 \rangle,

    where the second term, which only GAN-M has, compares the mean spins of generated and Monte
    Carlo frames (batch, 1, L, L) at the same temperature, frame by frame. ``judged`` is D (batch,),
    and ``magnetization_weight`` w.
    """
    loss = -judged.mean()
    if magnetization_weight:
        means = generated.mean(dim=(1, 2, 3)), real.mean(dim=(1, 2, 3))
        loss = loss + magnetization_weight * functional.mse_loss(*means)
    return loss
