"""Residual blocks on the periodic lattice."""

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.common.layers import Convolution

_Layer = TypeVar("_Layer", nn.Linear, nn.Conv2d)


class SiteNorm(nn.Module):
    """Layer norm over the channels of every site, without weights."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        sites = x.permute(0, 2, 3, 1)
        return functional.layer_norm(sites, sites.shape[-1:]).permute(0, 3, 1, 2)


class Block(nn.Module):
    """Norm, scale and shift by the condition, two 3x3 convolutions, and a residual connection.

    The last convolution is initialised to zero, so that an untrained block is the identity.
    """

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.norm = SiteNorm()
        self.modulation = zeroed(nn.Linear(condition, 2 * channels))
        self.first = Convolution(channels, channels, "circular")
        self.second = Convolution(channels, channels, "circular")
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        y = self.first(functional.silu(torch.addcmul(shift, self.norm(x), 1 + scale)))
        y = self.second(functional.silu(self.norm(y)))
        return x + y


class Blocks(nn.Module):
    """A sequence of blocks."""

    def __init__(self, channels: int, condition: int, number: int) -> None:
        super().__init__()
        self.all = nn.ModuleList(Block(channels, condition) for _ in range(number))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        for block in self.all:
            x = block(x, condition)
        return x


def zeroed(layer: _Layer) -> _Layer:
    """Initialise a layer to zero, and return it."""
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer
