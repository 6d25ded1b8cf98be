"""The network of the continuous-noise models: a small U-Net on patches of a periodic lattice.

Everything is local but one vector for each frame, and norms are those of single sites, so that a
network that is trained on one lattice size can be used on others.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.layers import Convolution
from ising_fidelity.models.settings import PatchNetworkSettings

FREQUENCIES = 8


class SiteNorm(nn.Module):
    """Layer norm over the channels of every site, without weights."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        sites = x.permute(0, 2, 3, 1)
        return functional.layer_norm(sites, sites.shape[-1:]).permute(0, 3, 1, 2)


class Block(nn.Module):
    """Norm, scale and shift by the frame's vector, and two convolutions 3x3, beside the identity.

    The last convolution begins with zeros, so that an untrained block does nothing.
    """

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.norm = SiteNorm()
        self.modulation = nn.Linear(condition, 2 * channels)
        self.first = Convolution(channels, channels, "circular")
        self.second = Convolution(channels, channels, "circular")
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        y = self.first(functional.silu(self.norm(x) * (1 + scale) + shift))
        y = self.second(functional.silu(self.norm(y)))
        changed: Tensor = x + y
        return changed


class Condition(nn.Module):
    """One vector for each frame: noise, temperature, and the sum over all sites.

    Temperature enters as T, 1/T and ln T. The sum of x / sigma^2 is all that a frame tells of its
    sign while the noise is large, and local layers cannot see it.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(5 + 2 * FREQUENCIES, dimension),
            nn.SiLU(),
            nn.Linear(dimension, dimension),
            nn.SiLU(),
        )
        self.register_buffer("frequencies", 2.0 ** torch.arange(FREQUENCIES) / 8, persistent=False)

    def forward(self, x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
        """Map frames (batch, 1, L, L), sigma (batch,) and T (batch,) to (batch, dimension)."""
        log_sigma = sigma.log()
        angles = log_sigma[:, None] * self.get_buffer("frequencies")
        total = x.sum(dim=(1, 2, 3)) / sigma**2
        T = temperature.float()
        numbers = torch.stack([log_sigma / 4, T - 2.3, 1 / T, T.log(), total.asinh() / 4], dim=1)
        vector: Tensor = self.layers(torch.cat([numbers, angles.sin(), angles.cos()], dim=1))
        return vector


class Blocks(nn.Module):
    """Blocks one after another."""

    def __init__(self, channels: int, condition: int, number: int) -> None:
        super().__init__()
        self.all = nn.ModuleList(Block(channels, condition) for _ in range(number))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        for block in self.all:
            x = block(x, condition)
        return x


class PatchNetwork(nn.Module):
    """A field for every site, as a function of the noisy frame, the noise and the temperature.

    Patches of ``patch`` x ``patch`` sites are the first level's sites; every level below has half
    the resolution and, up to ``most`` times the width, twice the channels.
    """

    def __init__(self, settings: PatchNetworkSettings) -> None:
        super().__init__()
        self.patch, self.hamiltonian = settings.patch, settings.hamiltonian
        widths = [
            settings.width * min(2**level, settings.widest) for level in range(settings.levels)
        ]
        channels = (2 + settings.hamiltonian) * settings.patch**2
        self.condition = Condition(settings.condition)
        self.stem = Convolution(channels, widths[0], "circular")

        def blocks(width: int) -> Blocks:
            return Blocks(width, settings.condition, settings.blocks)

        self.down = nn.ModuleList(map(blocks, widths))
        self.up = nn.ModuleList(map(blocks, widths[:-1]))
        pairs = list(pairwise(widths))
        self.shrink = nn.ModuleList(nn.Conv2d(4 * a, b, 1) for a, b in pairs)
        self.grow = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in pairs)
        self.norm = SiteNorm()
        self.output = nn.Conv2d(widths[0], settings.patch**2, 1)
        nn.init.zeros_(self.output.weight)
        assert self.output.bias is not None
        nn.init.zeros_(self.output.bias)

    def forward(self, x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
        """Return the field.

        Parameters
        ----------
        x
            Frames with noise of standard deviation sigma, shape (batch, 1, L, L).
        sigma
            Shape (batch,).
        temperature
            Units of J/k_B, shape (batch,).

        Returns
        -------
        Tensor
            Shape (batch, 1, L, L).
        """
        condition = self.condition(x, sigma, temperature)
        noise = sigma[:, None, None, None]
        # The frame in units of its spread, and the mean of every spin as its own x alone has it.
        alone = torch.tanh(x / noise**2)
        inputs = torch.cat([x / (1 + noise**2).sqrt(), alone], dim=1)
        if self.hamiltonian:
            around = sum(alone.roll(shift, axis) for axis in (2, 3) for shift in (-1, 1))
            inputs = torch.cat([inputs, around / temperature[:, None, None, None]], dim=1)
        y = self.stem(functional.pixel_unshuffle(inputs, self.patch))
        skips = []
        for level, blocks in enumerate(self.down):
            y = blocks(y, condition)
            if level < len(self.shrink):
                skips.append(y)
                y = self.shrink[level](functional.pixel_unshuffle(y, 2))
        for level in reversed(range(len(self.up))):
            y = skips[level] + functional.pixel_shuffle(self.grow[level](y), 2)
            y = self.up[level](y, condition)
        field: Tensor = functional.pixel_shuffle(self.output(self.norm(y)), self.patch)
        return field
