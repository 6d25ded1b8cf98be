"""Layers of the U-Net."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.common.layers import Convolution, full_precision, fused
from ising_fidelity.models.common.settings import Padding


def sinusoidal_encoding(time: Tensor, dimension: int) -> Tensor:
    r"""Return the positional encoding of the diffusion time.

    .. math:: PE(t, 2i) = \sin(t / 10000^{2i/d}), \quad PE(t, 2i+1) = \cos(t / 10000^{2i/d})

    with all sines before all cosines (Vaswani et al. 2017; the paper's Sec. 2.3).

    It maps times (batch,) to (batch, d), d even.
    """
    exponents = torch.arange(0, dimension, 2, device=time.device) / dimension
    angles = time.float()[:, None] * torch.exp(-math.log(10000.0) * exponents)
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class FrameNorm(nn.GroupNorm):
    """Group norm of a single group: over all channels and sites of a frame."""

    def __init__(self, channels: int) -> None:
        super().__init__(1, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        if not fused(x):
            return super().forward(x)
        with full_precision(x):
            sites = x.permute(0, 2, 3, 1).flatten(1, 2).float()  # in memory order
            mean = sites.mean((1, 2), keepdim=True)
            variance = sites.square().mean((1, 2), keepdim=True) - mean.square()
            variance = variance.clamp(min=0)  # rounding can make it slightly negative
            normed = (sites - mean) * (self.weight * (variance + self.eps).rsqrt()) + self.bias
            return normed.unflatten(1, x.shape[2:]).permute(0, 3, 1, 2)


class DoubleConvolution(nn.Module):
    """Twice a 3x3 convolution and a group norm, with GELU between.

    If ``residual``, the input is added and GELU applied at the end; needs ``inputs == outputs``.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        padding: Padding,
        middle: int | None = None,
        residual: bool = False,
    ) -> None:
        super().__init__()
        middle = middle or outputs
        self.residual = residual
        self.layers = nn.Sequential(
            Convolution(inputs, middle, padding),
            FrameNorm(middle),
            nn.GELU(),
            Convolution(middle, outputs, padding),
            FrameNorm(outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, inputs, L, L) to (batch, outputs, L, L)."""
        y: Tensor = self.layers(x)
        return functional.gelu(x + y) if self.residual else y


class SelfAttention(nn.Module):
    """Self-attention between all sites with 4 heads, then a pointwise feed-forward layer."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.attention = nn.MultiheadAttention(channels, 4, batch_first=True)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(channels),
            nn.Linear(channels, channels),
            nn.GELU(),
            nn.Linear(channels, channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        sites = x.flatten(2).transpose(1, 2)
        normed = self.norm(sites)
        attended, _ = self.attention(normed, normed, normed, need_weights=False)
        attended = attended + sites
        attended = attended + self.feed_forward(attended)
        sites_last: Tensor = attended.transpose(1, 2)
        return sites_last.reshape(x.shape)


class Upsampling(nn.Module):
    """Bilinear upsampling by two; with circular padding the edges see their true neighbours."""

    def __init__(self, padding: Padding) -> None:
        super().__init__()
        self.circular = padding == "circular"

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to (batch, channels, 2L, 2L)."""
        if not self.circular:
            return (
                _doubled(x)
                if fused(x)
                else functional.interpolate(x, scale_factor=2, mode="bilinear")
            )
        padded = functional.pad(x, (1, 1, 1, 1), mode="circular")
        return functional.interpolate(padded, scale_factor=2, mode="bilinear")[..., 2:-2, 2:-2]


def _doubled(x: Tensor) -> Tensor:
    """Return bilinear upsampling by two as products with the matrix of linear interpolation."""
    batch, channels, rows, columns = x.shape

    def matrix(size: int) -> Tensor:
        place = (torch.arange(2 * size, device=x.device) + 0.5) / 2 - 0.5
        distance = place.clamp(0, size - 1)[:, None] - torch.arange(size, device=x.device)
        return (1 - distance.abs()).clamp(min=0)

    y = x.permute(0, 2, 3, 1).reshape(batch, rows, columns * channels)
    y = (matrix(rows) @ y).reshape(batch * 2 * rows, columns, channels)
    y = matrix(columns) @ y
    return y.reshape(batch, 2 * rows, 2 * columns, channels).permute(0, 3, 1, 2)
