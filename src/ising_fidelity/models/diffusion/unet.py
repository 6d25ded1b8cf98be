"""The conditional U-Net of the diffusion models (the paper's Fig. 1c, d)."""

import torch
from torch import Tensor, nn

from ising_fidelity.models.common.layers import TemperatureEmbedding, full_precision, fused
from ising_fidelity.models.diffusion.layers import (
    DoubleConvolution,
    SelfAttention,
    Upsampling,
    sinusoidal_encoding,
)
from ising_fidelity.models.diffusion.settings import DiffusionSettings, UNetSettings


class Level(nn.Module):
    """One level of the U-Net: resize, convolve, add the embedding, attend.

    On the way up it doubles the resolution, and ``inputs`` includes the skip connection's channels.
    """

    def __init__(self, inputs: int, outputs: int, upward: bool, settings: UNetSettings) -> None:
        super().__init__()
        padding = settings.padding
        self.resize = Upsampling(padding) if upward else nn.MaxPool2d(2)
        self.convolutions = nn.Sequential(
            DoubleConvolution(inputs, inputs, padding, residual=True),
            DoubleConvolution(inputs, outputs, padding, middle=inputs // 2 if upward else None),
        )
        self.embedding = nn.Sequential(nn.SiLU(), nn.Linear(settings.embedding, outputs))
        self.attention = SelfAttention(outputs) if settings.attention else nn.Identity()

    def forward(self, x: Tensor, embedding: Tensor, skip: Tensor | None = None) -> Tensor:
        """Map (batch, channels, L, L) to the next resolution; ``skip`` is joined on the way up."""
        x = self.resize(x)
        if skip is not None:
            x = torch.cat([skip, x], dim=1)
        with full_precision(x):
            shift = self.embedding(embedding)
        x = self.convolutions(x) + shift[:, :, None, None]
        return self.attention(x)


class UNet(nn.Module):
    """The noise in a noisy frame, as a function of the frame, the time and the temperature.

    Channels are multiples of the width w (64 in the paper): w -> 2w -> 4w -> 4w going down,
    4w -> 8w -> 8w -> 4w at the bottom, 8w -> 2w, 4w -> w, 2w -> w going up.
    """

    def __init__(self, settings: UNetSettings) -> None:
        super().__init__()
        w, padding = settings.width, settings.padding
        self.dimension = settings.embedding
        self.temperature = TemperatureEmbedding(settings.embedding)
        self.stem = DoubleConvolution(1, w, padding)
        self.down = nn.ModuleList(
            Level(inputs, outputs, upward=False, settings=settings)
            for inputs, outputs in ((w, 2 * w), (2 * w, 4 * w), (4 * w, 4 * w))
        )
        self.bottleneck = nn.Sequential(
            DoubleConvolution(4 * w, 8 * w, padding),
            DoubleConvolution(8 * w, 8 * w, padding),
            DoubleConvolution(8 * w, 4 * w, padding),
        )
        self.up = nn.ModuleList(
            Level(inputs, outputs, upward=True, settings=settings)
            for inputs, outputs in ((8 * w, 2 * w), (4 * w, w), (2 * w, w))
        )
        self.output = nn.Conv2d(w, 1, 1)

    def forward(self, x: Tensor, time: Tensor, temperature: Tensor) -> Tensor:
        """Map x (batch, 1, L, L), t = 1 .. N_t (batch,) and T (batch,) in J/k_B to eps, as x.

        L is a multiple of 8.
        """
        with full_precision(x):
            embedding = sinusoidal_encoding(time, self.dimension) + self.temperature(temperature)
        skips = [self.stem(x)]
        for level in self.down:
            skips.append(level(skips[-1], embedding))
        x = self.bottleneck(skips.pop())
        for level in self.up:
            x = level(x, embedding, skips.pop())
        with full_precision(x):
            if fused(x):  # a convolution to one channel is inefficient on tensor cores
                noise: Tensor = (x.float() * self.output.weight[0]).sum(1, keepdim=True)
                if self.output.bias is not None:
                    noise = noise + self.output.bias
            else:
                noise = self.output(x.float())
        return noise


def build(settings: DiffusionSettings, lattice_size: int) -> UNet:
    """Return the untrained network; it does not depend on L."""
    return UNet(settings.network)
