"""The U-Net as a list of its blocks."""

from dataclasses import dataclass

import torch
from torch import nn

from ising_fidelity.models.common.layers import count_parameters
from ising_fidelity.models.diffusion.unet import UNet


@dataclass(frozen=True)
class Block:
    """One block of a network, for figures and tables.

    ``inputs`` includes the channels of a skip connection, ``lattice_size`` is that of the output,
    and ``parameters`` counts the trainable ones.
    """

    name: str
    inputs: int
    outputs: int
    lattice_size: int
    parameters: int


def describe_network(network: UNet, lattice_size: int) -> list[Block]:
    """Return the blocks in the order in which a frame passes them."""
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
