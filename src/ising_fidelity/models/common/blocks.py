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
    """Norm, scale and shift by the frame's vector, and two convolutions 3x3, beside the identity.

    The last convolution begins with zeros, so that an untrained block does nothing.
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
    """Blocks one after another."""

    def __init__(self, channels: int, condition: int, number: int) -> None:
        super().__init__()
        self.all = nn.ModuleList(Block(channels, condition) for _ in range(number))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        for block in self.all:
            x = block(x, condition)
        return x


def zeroed(layer: _Layer) -> _Layer:
    """Let a layer begin with zeros."""
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer
