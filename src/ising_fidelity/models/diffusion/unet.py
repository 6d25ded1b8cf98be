"""The conditional U-Net of the diffusion models (the paper's Fig. 1c, d)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ising_fidelity.models.layers import (
    DoubleConvolution,
    SelfAttention,
    TemperatureEmbedding,
    Upsampling,
    full_precision,
    fused,
    sinusoidal_encoding,
)
from ising_fidelity.models.settings import UNetSettings


class Level(nn.Module):
    """One level of the U-Net: resize, convolve, add the embedding, attend.

    Parameters
    ----------
    inputs, outputs
        Channels; on the way up ``inputs`` counts those of the skip connection, too.
    upward
        Whether the level doubles the resolution or halves it.
    settings
        Of the network.
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
        attended: Tensor = self.attention(x)
        return attended


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
        """Estimate the noise.

        Parameters
        ----------
        x
            Noisy frames, shape (batch, 1, L, L), L a multiple of 8.
        time
            t = 1 .. N_t, shape (batch,).
        temperature
            Units of J/k_B, shape (batch,).

        Returns
        -------
        Tensor
            eps, shape (batch, 1, L, L).
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
            if fused(x):  # a convolution to one channel is a poor fit for tensor cores
                noise: Tensor = (x.float() * self.output.weight[0]).sum(1, keepdim=True)
                if self.output.bias is not None:
                    noise = noise + self.output.bias
            else:
                noise = self.output(x.float())
        return noise


def channels_last(network: nn.Module) -> None:
    """Order the weights of convolutions as processors like best, tensor cores above all."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last)


def count_parameters(network: nn.Module) -> int:
    """Return the number of trainable numbers of a network."""
    return sum(parameter.numel() for parameter in network.parameters())


@dataclass(frozen=True)
class Block:
    """One block of a network, as a figure or a table shows it.

    Attributes
    ----------
    name
        Such as ``down 1``.
    inputs, outputs
        Channels; inputs count those of a skip connection.
    lattice_size
        Of the block's output.
    parameters
        Number of trainable numbers.
    """

    name: str
    inputs: int
    outputs: int
    lattice_size: int
    parameters: int


def describe_network(network: UNet, lattice_size: int) -> list[Block]:
    """Return the blocks in the order that a frame passes them, as they are when one does."""
    named: list[tuple[str, nn.Module]] = [("stem", network.stem)]
    named += [(f"down {level}", block) for level, block in enumerate(network.down, 1)]
    named += [(f"bottleneck {level}", block) for level, block in enumerate(network.bottleneck, 1)]
    named += [(f"up {level}", block) for level, block in enumerate(network.up, 1)]
    named.append(("output", network.output))
    shapes: dict[str, tuple[int, int]] = {}
    hooks = [
        block.register_forward_hook(
            lambda _, __, output, name=name: shapes.update({name: tuple(output.shape[1:3])})
        )
        for name, block in named
    ]
    with torch.no_grad():
        one = torch.ones(1)
        network(torch.zeros(1, 1, lattice_size, lattice_size), one, one)
    for hook in hooks:
        hook.remove()
    blocks = []
    for name, block in named:
        convolution = next(part for part in block.modules() if isinstance(part, nn.Conv2d))
        blocks.append(Block(name, convolution.in_channels, *shapes[name], count_parameters(block)))
    return blocks
