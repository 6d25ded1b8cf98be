"""Layers that networks share."""

from typing import Any

import torch
from torch import Tensor, nn

from ising_fidelity.models.common.settings import Padding


def full_precision(x: Tensor) -> torch.autocast:
    """Return a context in which autocast is disabled.

    In bfloat16, 2.269185 is 2.265625 and 2.30 is 2.296875: embeddings of temperatures and times, a
    few numbers per frame, stay in single precision.
    """
    return torch.autocast(x.device.type, enabled=False)


class _Border(torch.autograd.Function):
    """Frames with a periodic border one site wide.

    The gradients of padding, or of joining slices, make several copies of whole frames; this makes
    one.
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
        """Add the gradients of border sites to the edge sites that they copy."""
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
    """Whether these operations are compiled into GPU kernels.

    Some layers are written out for this case: PyTorch's own group norm converts frames from
    channels-last order and back, and its gradient of bilinear upsampling uses atomic operations.
    """
    return x.is_cuda and torch.compiler.is_compiling()


class Convolution(nn.Conv2d):
    """A 3x3 convolution without bias that keeps the size of the lattice."""

    def __init__(self, inputs: int, outputs: int, padding: Padding) -> None:
        super().__init__(inputs, outputs, 3, padding=1 if padding == "zeros" else 0, bias=False)
        self.circular = padding == "circular"

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, inputs, L, L) to (batch, outputs, L, L)."""
        if self.circular and torch.compiler.is_compiling():  # which compiles this to one pass
            x = torch.cat([x[..., -1:, :], x, x[..., :1, :]], dim=-2)
            x = torch.cat([x[..., -1:], x, x[..., :1]], dim=-1)
        elif self.circular:  # trains faster than PyTorch's own padding, see benchmarks
            # PyTorch's stubs do not type apply.
            x = _Border.apply(x)  # type: ignore[no-untyped-call]  # of torch
        return super().forward(x)


class TemperatureEmbedding(nn.Module):
    """Two linear layers 1 -> d -> d with ReLU after the first (the paper's Fig. 1d)."""

    def __init__(self, dimension: int, output: int | None = None) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(1, dimension), nn.ReLU(), nn.Linear(dimension, output or dimension)
        )

    def forward(self, temperature: Tensor) -> Tensor:
        """Embed temperatures of shape (batch,) in J/k_B; returns (batch, d)."""
        return self.layers(temperature.float()[:, None])


def channels_last(network: nn.Module) -> None:
    """Store the weights of convolutions channels-last, the faster order on tensor cores."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last)


def count_parameters(network: nn.Module) -> int:
    """Return the number of trainable parameters of a network."""
    return sum(parameter.numel() for parameter in network.parameters())
