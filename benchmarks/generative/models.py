"""The networks that are compared: those of a config, and others of as many parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

import torch
from torch import Tensor, nn

from benchmarks.harness import ROOT
from ising_fidelity.config import load
from ising_fidelity.models.common.layers import channels_last, count_parameters
from ising_fidelity.models.common.settings import DenoisingTraining
from ising_fidelity.models.continuous import objective
from ising_fidelity.models.continuous.settings import ContinuousSettings
from ising_fidelity.models.diffusion.settings import DiffusionSettings, UNetSettings
from ising_fidelity.models.diffusion.unet import UNet
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.protocol import SITES

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Models:
    """The first model of N_t steps and the first continuous one in config.yaml, with names."""

    unet: DiffusionSettings
    continuous: ContinuousSettings
    names: tuple[str, str]
    lattice_size: int
    most_images: int
    """Most images in a batch."""

    @classmethod
    def of(cls, lattice_size: int, most_images: int) -> "Models":
        """Return the models of the default config, with at most ``most_images`` in a batch."""
        trained = load.load([ROOT / "config.yaml"]).trained_models
        chained = {name: one for name, one in trained.items() if one.chain_options}
        unet = next(name for name, one in chained.items() if one.chain_length)
        default = ContinuousSettings(family="continuous", training_temperatures=["2.30"])
        free = ((name, one) for name, one in chained.items() if one.chain_length is None)
        name, continuous = next(free, ("defaults", default))

        def limited(settings: DenoisingTraining, **update: bool) -> DenoisingTraining:
            batch = min(settings.batch_size, most_images)
            return settings.model_copy(update={"batch_size": batch, **update})

        # Compiling is timed in separate rows.
        other = limited(continuous, compile=False)
        return cls(limited(chained[unet]), other, (unet, name), lattice_size, most_images)

    @property
    def parameters(self) -> int:
        """Number of trainable parameters of the continuous model."""
        network = family_of(self.continuous).build_network(self.continuous, self.lattice_size)
        return count_parameters(network)

    @property
    def chain_batch(self) -> int:
        """Frames that the project samples at a time on a CPU."""
        return min(self.most_images, max(1, SITES["cpu"] // self.lattice_size**2))


def stock_unet(parameters: int, embedding: int) -> UNet:
    """Return the paper's U-Net, with zero padding, of the width nearest in parameters."""
    return nearest(
        lambda width: UNet(UNetSettings(width=width, embedding=embedding, padding="zeros")),
        parameters,
        1,
    )


def nearest(network: Callable[[int], Network], parameters: int, step: int) -> Network:
    """Return the network whose width, from 4 in steps, is nearest in parameters."""

    def distance(width: int) -> int:
        return abs(count_parameters(network(width)) - parameters)

    width = 4
    with torch.device("meta"):
        while distance(width + step) < distance(width):
            width += step
    return network(width)


def diffusers_unet(parameters: int, lattice_size: int) -> nn.Module:
    """Return a UNet2DModel of the width nearest in parameters.

    Like the paper's network, it has four resolutions of the same relative widths, two residual
    blocks each and no attention.
    """
    model = import_module("diffusers").UNet2DModel

    def network(width: int) -> nn.Module:
        unet: nn.Module = model(
            sample_size=lattice_size,
            in_channels=1,
            out_channels=1,
            down_block_types=("DownBlock2D",) * 4,
            up_block_types=("UpBlock2D",) * 4,
            block_out_channels=(width, 2 * width, 4 * width, 4 * width),
            norm_num_groups=4,
            add_attention=False,
        )
        return unet

    return nearest(network, parameters, 4)


@dataclass(frozen=True)
class Way:
    """How a continuous model is computed: channels-last, in half precision, compiled or not."""

    name: str
    last: bool = False
    half: bool = False
    compiled: bool = False

    def network(self, settings: ContinuousSettings, size: int) -> nn.Module:
        """Return an untrained network for this way, not compiled."""
        torch.manual_seed(0)
        network = family_of(settings).build_network(settings, size)
        if self.last:
            channels_last(network)
        return network

    def callable(self, network: nn.Module) -> objective.Network:
        """Return the callable that replaces the network."""
        call = torch.compile(network, dynamic=False) if self.compiled else network

        def predict(x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
            with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
                field: Tensor = call(x, sigma, temperature)
                return field

        return predict


EAGER = Way("continuous, eager float32")
LAST = Way("+ channels-last", last=True)
HALF = Way("+ bfloat16 autocast", last=True, half=True)
COMPILED = Way("+ torch.compile", last=True, half=True, compiled=True)
