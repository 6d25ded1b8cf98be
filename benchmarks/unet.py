"""The compact U-Net on a CPU: how much its choices of padding and of memory format bring.

Variants take turns in one run, and the ratios are of medians: python benchmarks/unet.py
"""

import statistics
import time

import torch
from torch.nn import functional

from ising_fidelity.models.layers import Convolution
from ising_fidelity.models.settings import UNetSettings
from ising_fidelity.models.unet import UNet, channels_last

ROUNDS = 15
BATCH, LATTICE_SIZE = 32, 32
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
SETTINGS = UNetSettings(width=8, embedding=128, padding="circular")


class JoinedSlices(Convolution):
    """The same convolution with frames joined with slices of themselves."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (batch, inputs, L, L) to (batch, outputs, L, L)."""
        x = torch.cat([x[..., -1:, :], x, x[..., :1, :]], dim=-2)
        x = torch.cat([x[..., -1:], x, x[..., :1]], dim=-1)
        return functional.conv2d(x, self.weight)


class BuiltInPadding(Convolution):
    """The same convolution with PyTorch's own circular padding."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (batch, inputs, L, L) to (batch, outputs, L, L)."""
        padded = functional.pad(x, (1, 1, 1, 1), mode="circular")
        return functional.conv2d(padded, self.weight)


def with_padding(network: UNet, kind: type[Convolution]) -> UNet:
    for module in network.modules():
        if isinstance(module, Convolution):
            module.__class__ = kind
    return network


def with_channels_last(network: UNet) -> UNet:
    channels_last(network)
    return network


def training(network: UNet, batch: Batch) -> None:
    torch.autograd.backward(network(*batch).square().mean())


def sampling(network: UNet, batch: Batch) -> None:
    with torch.inference_mode():
        network(*batch)


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    x = torch.randn(BATCH, 1, LATTICE_SIZE, LATTICE_SIZE)
    batch = x, torch.randint(1, 1000, (BATCH,)), torch.rand(BATCH) + 2
    networks = {
        "as built": UNet(SETTINGS),
        "PyTorch's circular padding": with_padding(UNet(SETTINGS), BuiltInPadding),
        "slices joined": with_padding(UNet(SETTINGS), JoinedSlices),
        "channels last": with_channels_last(UNet(SETTINGS)),
    }
    for step in (training, sampling):
        times: dict[str, list[float]] = {name: [] for name in networks}
        for _ in range(ROUNDS + 2):
            for name, network in networks.items():
                start = time.perf_counter()
                step(network, batch)
                times[name].append(time.perf_counter() - start)
        medians = {name: statistics.median(values[2:]) for name, values in times.items()}
        for name, median in medians.items():
            ratio = median / medians["as built"]
            print(f"{step.__name__:10}{name:30}{ratio:6.2f} times the time")


if __name__ == "__main__":
    main()
