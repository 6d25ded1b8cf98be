"""A Wasserstein GAN with gradient penalty that has the lattice's symmetry.

The penalty is that of I. Gulrajani et al., NeurIPS 2017.

Both networks are convolutions on patches of the periodic lattice, down to a lowest level of few
sites, and both are told the temperature at every level. The generator draws noise of its own on
every site of every level, so that disorder of short range need not be unfolded from a few numbers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.common.blocks import SiteNorm
from ising_fidelity.models.common.layers import Convolution
from ising_fidelity.models.wgan_gp.settings import PenalizedSettings

SLOPE = 0.2
"""Of leaky ReLUs below zero."""

Judge = Callable[[Tensor, Tensor], Tensor]
"""Maps frames (batch, 1, L, L) and temperatures (batch,) to (batch,)."""


@dataclass(frozen=True)
class Latent:
    """All that is random in generated frames, standard normal but for the sign.

    Attributes
    ----------
    frame
        Numbers z for the frame as a whole, shape (batch, latent).
    sites
        For each level, the lowest first, numbers for each of its sites at each of its blocks, shape
        (batch, blocks * noise, sites, sites).
    spins
        One for each spin, shape (batch, 1, L, L): it decides where the network leaves open.
    sign
        -1 or +1, shape (batch,): all spins of the frame are turned with it. Always +1 of a model
        that is trained on frames as they are, without augmentation.
    """

    frame: Tensor
    sites: list[Tensor]
    spins: Tensor
    sign: Tensor


class TemperatureCode(nn.Module):
    """T, 1/T and ln T, with further numbers beside them, to one vector for each frame."""

    def __init__(self, dimension: int, others: int = 0) -> None:
        super().__init__()
        self.temperature = _linear(3, dimension)
        self.others = _linear(others, dimension) if others else None
        self.second = _linear(dimension, dimension)

    def forward(self, temperature: Tensor, others: Tensor | None = None) -> Tensor:
        """Map T (batch,) in J/k_B and (batch, others) to (batch, dimension)."""
        T = temperature.float()
        # From about -1 to 1 over the temperatures of interest.
        numbers = torch.stack([T - 2.3, 4 * (1 / T - 1 / 2.3), 2 * (T / 2.3).log()], dim=1)
        vector = self.temperature(numbers)
        if self.others is not None and others is not None:
            # At first a frame hardly differs from others at its temperature, as large ones do not.
            vector = vector + 0.2 * self.others(others)
        second: Tensor = self.second(functional.silu(vector))
        return functional.silu(second)


def _linear(inputs: int, outputs: int) -> nn.Linear:
    """Return a layer whose outputs are as large as its inputs before it is trained.

    Else temperature is all but lost in what follows, and found late.
    """
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, 0.0, math.sqrt(1 / inputs))
    return layer


class GeneratorBlock(nn.Module):
    """Norm, modulation and noise by the frame's vector, two convolutions beside the identity."""

    def __init__(self, channels: int, condition: int, noise: int) -> None:
        super().__init__()
        self.norm = SiteNorm()
        self.modulation = _linear(condition, 3 * channels)
        self.noise = nn.Conv2d(noise, channels, 1, bias=False)
        self.first = Convolution(channels, channels, "circular")
        self.second = Convolution(channels, channels, "circular")

    def forward(self, x: Tensor, condition: Tensor, noise: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        scale, shift, strength = self.modulation(condition)[:, :, None, None].chunk(3, dim=1)
        y = self.norm(x) * (1 + scale) + shift + (1 + strength) * self.noise(noise)
        y = self.first(functional.leaky_relu(y, SLOPE))
        return x + self.second(functional.leaky_relu(self.norm(y), SLOPE))


class Generator(nn.Module):
    """Noise and a temperature to a frame, from the lowest level up.

    Nothing depends on the size of the lattice, so that one generator draws lattices of all sizes.
    """

    def __init__(self, settings: PenalizedSettings) -> None:
        super().__init__()
        self.patch, self.noise = settings.patch, settings.noise
        self.blocks, self.latent = settings.blocks, settings.latent
        # Where both signs are as likely by construction, training cannot swing between them.
        self.both_signs = settings.augmentation != "none"
        widths = settings.widths(settings.generator_width)[::-1]
        self.condition = TemperatureCode(settings.condition, settings.latent)
        self.stem = Convolution(settings.noise, widths[0], "circular")
        self.levels = nn.ModuleList(
            nn.ModuleList(
                GeneratorBlock(width, settings.condition, settings.noise)
                for _ in range(settings.blocks)
            )
            for width in widths
        )
        self.grow = nn.ModuleList(nn.Conv2d(low, 4 * high, 1) for low, high in pairwise(widths))
        self.norm = SiteNorm()
        self.output = Convolution(widths[-1], settings.patch**2, "circular")

    def random(self, frames: int, lattice_size: int, generator: torch.Generator) -> Latent:
        """Return the random numbers of some frames of L x L sites."""
        device = generator.device

        def normal(*shape: int) -> Tensor:
            return torch.randn((frames, *shape), generator=generator, device=device)

        sites = lattice_size // self.patch // 2 ** (len(self.levels) - 1)
        counts = [self.blocks + (level == 0) for level in range(len(self.levels))]
        return Latent(
            normal(self.latent),
            [
                normal(count * self.noise, sites * 2**level, sites * 2**level)
                for level, count in enumerate(counts)
            ],
            normal(1, lattice_size, lattice_size),
            torch.where(normal() < 0, -1.0, 1.0)
            if self.both_signs
            else torch.ones(frames).to(device),
        )

    def forward(self, latent: Latent, temperature: Tensor) -> Tensor:
        """Map T (batch,) in J/k_B to (batch, 1, L, L) between -1 and +1; signs are the spins."""
        condition = self.condition(temperature, latent.frame)
        first, *noise = latent.sites[0].split(self.noise, dim=1)
        y = self.stem(first)
        for level, blocks in enumerate(self.levels):
            if level:
                y = functional.pixel_shuffle(self.grow[level - 1](y), 2)
                noise = list(latent.sites[level].split(self.noise, dim=1))
            assert isinstance(blocks, nn.ModuleList)
            for block, own in zip(blocks, noise, strict=True):
                y = block(y, condition, own)
        field = self.output(functional.leaky_relu(self.norm(y), SLOPE))
        frames = torch.tanh(functional.pixel_shuffle(field, self.patch) + latent.spins)
        return latent.sign[:, None, None, None] * frames


class CriticBlock(nn.Module):
    """Scale and shift by the frame's vector, two convolutions beside the identity; no norm."""

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.modulation = _linear(condition, 2 * channels)
        self.first = Convolution(channels, channels, "circular")
        self.second = Convolution(channels, channels, "circular")

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        y = self.first(functional.leaky_relu(x * (1 + scale) + shift, SLOPE))
        return x + self.second(functional.leaky_relu(y, SLOPE))


class Critic(nn.Module):
    """A frame and its temperature to one number of any size.

    What it judges by are means over the sites of every level: a sum over short-range features, as
    the energy is, is as near to it as what the lowest level sees of the whole frame.
    """

    def __init__(self, settings: PenalizedSettings) -> None:
        super().__init__()
        self.patch = settings.patch
        widths = settings.widths(settings.critic_width)
        self.condition = TemperatureCode(settings.condition)
        self.stem = Convolution(settings.patch**2, widths[0], "circular")
        self.levels = nn.ModuleList(
            nn.ModuleList(CriticBlock(width, settings.condition) for _ in range(settings.blocks))
            for width in widths
        )
        self.shrink = nn.ModuleList(nn.Conv2d(4 * high, low, 1) for high, low in pairwise(widths))
        self.pooled = nn.Linear(sum(widths), settings.condition)
        self.expected = nn.Linear(settings.condition, settings.condition)
        self.output = nn.Linear(settings.condition, 1)

    def forward(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Map (batch, 1, L, L) and temperatures (batch,) in J/k_B to (batch,)."""
        condition = self.condition(temperature)
        y = self.stem(functional.pixel_unshuffle(frames, self.patch))
        means = []
        for level, blocks in enumerate(self.levels):
            if level:
                y = self.shrink[level - 1](functional.pixel_unshuffle(y, 2))
            assert isinstance(blocks, nn.ModuleList)
            for block in blocks:
                y = block(y, condition)
            means.append(functional.leaky_relu(y, SLOPE).mean(dim=(2, 3)))
        differences = self.pooled(torch.cat(means, dim=1)) + self.expected(condition)
        judged: Tensor = self.output(functional.leaky_relu(differences, SLOPE))
        return judged[:, 0]


def spins(frames: Tensor) -> Tensor:
    """Return the signs of generated frames, with the gradient of what they are signs of.

    So the critic compares spins with spins, and cannot judge by how near to them numbers are
    (the straight-through estimator; Y. Bengio, N. Leonard, A. Courville 2013).
    """
    signs = torch.where(frames >= 0, 1.0, -1.0)
    return frames + (signs - frames).detach()


def gradient_penalty(
    critic: Judge, real: Tensor, generated: Tensor, temperature: Tensor, share: Tensor
) -> Tensor:
    r"""Return how far the critic's slope is from 1 between real and generated frames.

    .. math:: \langle (|\nabla_x D(x, T)| - 1)^2 \rangle, \qquad x = a x_{MC} + (1 - a) x_G,

    (Gulrajani et al., NeurIPS 2017, Eq. 3). The distance of two frames is the root of their mean
    squared difference over sites, so that neither slopes nor losses depend on the lattice's size.

    Parameters
    ----------
    real, generated
        Frames, shape (batch, 1, L, L), at the same temperatures in J/k_B, shape (batch,).
    share
        a, from 0 to 1, shape (batch,).
    """
    a = share[:, None, None, None]
    between = (a * real + (1 - a) * generated).detach().requires_grad_()
    judged = critic(between, temperature)
    (gradient,) = torch.autograd.grad(judged.sum(), between, create_graph=True)
    slope = math.sqrt(real[0].numel()) * gradient.flatten(1).norm(dim=1)
    return (slope - 1).square().mean()


def build(settings: PenalizedSettings, lattice_size: int) -> Generator:
    """Return the untrained generator; it does not depend on L."""
    return Generator(settings)
