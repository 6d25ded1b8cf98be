"""The parts that networks are built of."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.settings import Padding


def sinusoidal_encoding(time: Tensor, dimension: int) -> Tensor:
    r"""Return the positional encoding of the diffusion time.

    .. math:: PE(t, 2i) = \sin(t / 10000^{2i/d}), \quad PE(t, 2i+1) = \cos(t / 10000^{2i/d})

    with all sines before all cosines (Vaswani et al. 2017; the paper's Sec. 2.3).

    Parameters
    ----------
    time
        Shape (batch,).
    dimension
        d, even.

    Returns
    -------
    Tensor
        Shape (batch, d).
    """
    exponents = torch.arange(0, dimension, 2, device=time.device) / dimension
    angles = time.float()[:, None] * torch.exp(-math.log(10000.0) * exponents)
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def full_precision(x: Tensor) -> torch.autocast:
    """Return a context in which autocast, where there is any, is off.

    In bfloat16, 2.269185 is 2.265625 and 2.30 is 2.296875: what is made of temperatures and times,
    a few numbers per frame, stays in single precision.
    """
    return torch.autocast(x.device.type, enabled=False)


class TemperatureEmbedding(nn.Module):
    """Two linear layers 1 -> d -> d with ReLU after the first (the paper's Fig. 1d)."""

    def __init__(self, dimension: int, output: int | None = None) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(1, dimension), nn.ReLU(), nn.Linear(dimension, output or dimension)
        )

    def forward(self, temperature: Tensor) -> Tensor:
        """Embed temperatures of shape (batch,) in J/k_B; returns (batch, d)."""
        embedded: Tensor = self.layers(temperature.float()[:, None])
        return embedded


class _Border(torch.autograd.Function):
    """Frames with a border one site wide, from the opposite edges.

    The gradients of padding, or of joining slices, are passed on in several copies of whole frames;
    here in one.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to (batch, channels, L + 2, L + 2)."""
        batch, channels, rows, columns = x.shape
        shape, layout = (batch, channels, rows + 2, columns + 2), _layout(x)
        y = torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=layout)
        y[..., 1:-1, 1:-1] = x
        y[..., 0, 1:-1], y[..., -1, 1:-1] = x[..., -1, :], x[..., 0, :]
        y[..., 0], y[..., -1] = y[..., -2], y[..., 1]
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Add what the border's sites got to the edges that they are copies of."""
        total = gradient[..., 1:-1, 1:-1].clone(memory_format=_layout(gradient))
        for here, there in ((0, -1), (-1, 0)):
            total[..., here, :] += gradient[..., there, 1:-1]
            total[..., here] += gradient[..., 1:-1, there]
            for side, opposite in ((0, -1), (-1, 0)):
                total[..., here, side] += gradient[..., there, opposite]
        return total


def _layout(x: Tensor) -> torch.memory_format:
    last = x.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if last else torch.contiguous_format


def fused(x: Tensor) -> bool:
    """Whether these are operations that a compiler makes kernels of a GPU of.

    Some layers are written out there: PyTorch's own group norm turns frames from channels-last
    order and back, and its gradient of bilinear upsampling adds up with atomic operations.
    """
    return x.is_cuda and torch.compiler.is_compiling()


class FrameNorm(nn.GroupNorm):
    """Group norm of a single group: over all channels and sites of a frame."""

    def __init__(self, channels: int) -> None:
        super().__init__(1, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        if not fused(x):
            return super().forward(x)
        with full_precision(x):
            sites = x.permute(0, 2, 3, 1).flatten(1, 2).float()  # in the order of memory
            mean = sites.mean((1, 2), keepdim=True)
            variance = sites.square().mean((1, 2), keepdim=True) - mean.square()
            variance = variance.clamp(min=0)  # of equal numbers rounding may leave less
            normed = (sites - mean) * (self.weight * (variance + self.eps).rsqrt()) + self.bias
            return normed.unflatten(1, x.shape[2:]).permute(0, 3, 1, 2)


class Convolution(nn.Conv2d):
    """A convolution 3x3 without bias that keeps the size of the lattice."""

    def __init__(self, inputs: int, outputs: int, padding: Padding) -> None:
        super().__init__(inputs, outputs, 3, padding=1 if padding == "zeros" else 0, bias=False)
        self.circular = padding == "circular"

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, inputs, L, L) to (batch, outputs, L, L)."""
        if self.circular and torch.compiler.is_compiling():  # which makes one pass of it
            x = torch.cat([x[..., -1:, :], x, x[..., :1, :]], dim=-2)
            x = torch.cat([x[..., -1:], x, x[..., :1]], dim=-1)
        elif self.circular:  # trains faster than PyTorch's own padding, see benchmarks
            # PyTorch's stubs leave apply without types.
            x = _Border.apply(x)  # type: ignore[no-untyped-call]
        return super().forward(x)


class DoubleConvolution(nn.Module):
    """Two times convolution 3x3 and group norm, GELU between them.

    Parameters
    ----------
    inputs, outputs, middle
        Channels; ``middle`` is ``outputs`` if not given.
    padding
        ``zeros`` or ``circular``.
    residual
        Add the input and apply GELU at the end; needs ``inputs == outputs``.
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
    """Attention of every site to every site, 4 heads, before a pointwise feed-forward layer."""

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
    """Return bilinear upsampling by two as products with the matrix of the linear one."""
    batch, channels, rows, columns = x.shape

    def matrix(size: int) -> Tensor:
        place = (torch.arange(2 * size, device=x.device) + 0.5) / 2 - 0.5
        distance = place.clamp(0, size - 1)[:, None] - torch.arange(size, device=x.device)
        return (1 - distance.abs()).clamp(min=0)

    y = x.permute(0, 2, 3, 1).reshape(batch, rows, columns * channels)
    y = (matrix(rows) @ y).reshape(batch * 2 * rows, columns, channels)
    y = matrix(columns) @ y
    return y.reshape(batch, 2 * rows, 2 * columns, channels).permute(0, 3, 1, 2)
