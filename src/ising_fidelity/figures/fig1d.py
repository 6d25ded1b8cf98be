"""Fig. 1d: the encoding of the time, and how time and temperature enter the U-Net."""

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import nn

from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.figures.networks import CORNER, arrow, box, diffusion_model
from ising_fidelity.models.layers import sinusoidal_encoding
from ising_fidelity.models.unet import UNet

TIME, TEMPERATURE, BOTH = "#0072B2", "#D55E00", "#009E73"
TO = "\N{RIGHTWARDS ARROW}"


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: PE(t, i) by the code, and the layers that the network has."""
    _, network, settings, _ = diffusion_model(inputs)
    time = torch.arange(1, settings.diffusion_steps + 1)
    encoding = sinusoidal_encoding(time, network.dimension).numpy()
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 2.6])
    image = left.imshow(
        encoding,
        aspect="auto",
        cmap="cividis",
        vmin=-1,
        vmax=1,
        origin="lower",
        extent=(-0.5, network.dimension - 0.5, 0.5, len(time) + 0.5),
    )
    left.set(xlabel="dimension $i$ of the encoding", ylabel="diffusion time $t$")
    left.grid(False)
    figure.colorbar(image, ax=left, label="$PE(t, i)$")
    _layers(right, network)
    return figure


def _layers(ax: Axes, network: UNet) -> None:
    """Draw the time's way above, the temperature's below, and theirs together from the sum on."""
    levels = [*network.down, *network.up]
    channels = sorted({level.embedding[-1].out_features for level in levels})
    of_time = [r"$t$", f"$PE(t, i)$\n$d$ = {network.dimension}"]
    of_temperature = ["$T$", *map(_name, network.temperature.layers)]
    of_both = [*map(_name, levels[0].embedding[:-1]), f"Linear\n{network.dimension} {TO} $C$"]
    of_both.append(f"every level\n$C$ =\n{', '.join(map(str, channels))}")

    sum_at = len(of_temperature) - 0.2
    for y, row, color in ((0.5, of_time, TIME), (-0.5, of_temperature, TEMPERATURE)):
        _row(ax, row, 0, y, color)
        arrow(ax, (len(row) - 0.6, y), (sum_at, 0.25 * y), connectionstyle=CORNER)
    ax.plot(sum_at, 0, "o", markersize=20, color="white", markeredgecolor=BOTH)
    ax.text(sum_at, 0, "+", ha="center", va="center")
    arrow(ax, (sum_at + 0.18, 0), (sum_at + 0.4, 0))
    _row(ax, of_both, sum_at + 0.8, 0, BOTH)
    ax.set(xlim=(-0.5, sum_at + len(of_both) + 0.3), ylim=(-0.9, 0.9))
    ax.set_axis_off()


def _row(ax: Axes, texts: list[str], x: float, y: float, color: str) -> None:
    """Draw boxes from left to right, an arrow between neighbours."""
    for index, text in enumerate(texts):
        box(ax, (x + index, y), (0.8, 0.5), text, color)
        if index:
            arrow(ax, (x + index - 0.6, y), (x + index - 0.4, y))


def _name(layer: nn.Module) -> str:
    if isinstance(layer, nn.Linear):
        return f"Linear\n{layer.in_features} {TO} {layer.out_features}"
    return type(layer).__name__
