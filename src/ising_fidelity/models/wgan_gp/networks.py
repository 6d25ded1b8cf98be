"""A Wasserstein GAN with gradient penalty and the lattice's symmetry.

The penalty is that of I. Gulrajani et al., NeurIPS 2017.

Both networks are convolutions on patches of the periodic lattice, down to a lowest level of few
sites. Both receive the temperature at every level. The generator adds independent noise on every
site of every level, so that short-range disorder need not be generated from a few numbers.
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
"""Slope of leaky ReLUs below zero."""

Judge = Callable[[Tensor, Tensor], Tensor]
"""Maps frames (batch, 1, L, L) and temperatures (batch,) to (batch,)."""


@dataclass(frozen=True)
class Latent:
    """All random inputs of generated frames, standard normal except for the sign.

    Attributes
    ----------
    frame
        Numbers z for the frame as a whole, shape (batch, latent).
    sites
        For each level, the lowest first, numbers for each of its sites and blocks, shape (batch,
        blocks * noise, sites, sites).
    spins
        One number per spin, shape (batch, 1, L, L): it decides spins that the network leaves open.
    sign
        -1 or +1, shape (batch,): a factor of all spins of the frame. Always +1 for a model that is
        trained without augmentation.
    """

    frame: Tensor
    sites: list[Tensor]
    spins: Tensor
    sign: Tensor


class TemperatureCode(nn.Module):
    """Maps T, 1/T and ln T, with optional further numbers, to one vector per frame."""

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
            # Initially, frames of one temperature hardly differ, as is true of large frames.
            vector = vector + 0.2 * self.others(others)
        second: Tensor = self.second(functional.silu(vector))
        return functional.silu(second)


def _linear(inputs: int, outputs: int) -> nn.Linear:
    """Return a layer that initially keeps the magnitude of its inputs.

    Otherwise temperature has almost no effect on what follows, and is learned late.
    """
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, 0.0, math.sqrt(1 / inputs))
    return layer


class GeneratorBlock(nn.Module):
    """Norm, modulation and noise by the condition, two convolutions, a residual connection."""

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
    """Maps noise and a temperature to a frame, from the lowest level up.

    Nothing depends on the lattice size, so that one generator samples lattices of all sizes.
    """

    def __init__(self, settings: PenalizedSettings) -> None:
        super().__init__()
        self.patch, self.noise = settings.patch, settings.noise
        self.blocks, self.latent = settings.blocks, settings.latent
        # With both signs equally likely by construction, training cannot oscillate between them.
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
        """Return the random inputs of some frames of L x L sites."""
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
    """Scale and shift by the condition, two convolutions, a residual connection; no norm."""

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
    """Maps a frame and its temperature to one unbounded number.

    The output depends on means over the sites of every level. A sum over short-range features, such
    as the energy, is therefore as accessible as the large-scale features of the lowest level.
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
    """Return the signs of generated frames, with the gradient of the values before rounding.

    The critic therefore compares spins with spins, and cannot use the distance of values from spins
    (the straight-through estimator; Y. Bengio, N. Leonard, A. Courville 2013).
    """
    signs = torch.where(frames >= 0, 1.0, -1.0)
    return frames + (signs - frames).detach()


def gradient_penalty(
    critic: Judge, real: Tensor, generated: Tensor, temperature: Tensor, share: Tensor
) -> Tensor:
    r"""Return the penalty for slopes of the critic other than 1 between real and generated frames.

    .. math:: \langle (|\nabla_x D(x, T)| - 1)^2 \rangle, \qquad x = a x_{MC} + (1 - a) x_G,

    (Gulrajani et al., NeurIPS 2017, Eq. 3). The distance between two frames is the root of their
    mean squared difference over sites, so that slopes and losses do not depend on the lattice size.

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
