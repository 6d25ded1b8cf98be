"""Fig. 1: the processes and the trained network of a diffusion model."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from numpy.typing import NDArray
from torch import nn

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.models import checkpoint
from ising_fidelity.models.diffusion.describe import describe_network
from ising_fidelity.models.diffusion.layers import sinusoidal_encoding
from ising_fidelity.models.diffusion.process import q_sample
from ising_fidelity.models.diffusion.sampler import schedule_of
from ising_fidelity.models.diffusion.settings import DiffusionSettings
from ising_fidelity.models.diffusion.unet import UNet

COLUMNS = 6
GRAY, TIME, TEMPERATURE, BOTH = "#7f7f7f", "#0072B2", "#D55E00", "#009E73"
BLOCKS = {"stem": GRAY, "down": TIME, "bottleneck": BOTH, "up": TEMPERATURE, "output": GRAY}
WIDTH, HEIGHT = 0.86, 0.66
TO = "\N{RIGHTWARDS ARROW}"
CORNER = "angle,angleA=0,angleB=90"
"""Path of an arrow: first horizontal, then vertical."""

Place = tuple[float, float]


def fig1a(inputs: Inputs) -> Figure:
    """Draw both processes: x_0 on the left, noise on the right, the same times in both rows."""
    model, _, settings, _ = _diffusion_model(inputs)
    (source, *_) = inputs.having("configurations")
    walk = inputs.series("equilibration", model)[0]
    kept = np.linspace(walk.sizes["snapshot"] - 1, 0, COLUMNS).round().astype(int)
    times = walk["snapshot_time"].values[kept]
    training_frame = inputs.series("configurations", source)[0]["spin"].values[0, 0]
    noisy = _forward(training_frame, times, settings)
    generated = walk["latent"].values[kept, 0]

    figure = Figure(figsize=(9, 4.1), layout=panels.close())
    grid = figure.add_gridspec(4, COLUMNS, height_ratios=[1, 0.3] * 2)
    for column, t in enumerate(times):
        above, below = (figure.add_subplot(grid[row, column]) for row in (0, 2))
        above.set_title(f"$t$ = {t}", fontsize="medium")
        panels.frame(above, noisy[column])
        panels.frame(below, generated[column])
    looks, T = style.looks([source, model]), style.short(inputs.temperatures[0])
    forward = rf"forward: $q(x_t|x_{{t-1}})$, from a frame of {looks[source].label}, $T$ = {T}"
    reverse = rf"reverse: $p_\theta(x_{{t-1}}|x_t, T)$ by {looks[model].label}, $T$ = {T}"
    for row, text, start, end in ((1, forward, 0, 1), (3, reverse, 1, 0)):
        ax = figure.add_subplot(grid[row, :])
        _arrow(ax, (start, 0.8), (end, 0.8))
        ax.text(0.5, 0.55, text, ha="center", va="top")
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.set_axis_off()
    return figure


def fig1b(inputs: Inputs) -> Figure:
    """Draw latent frames of the first sample from noise to spins, a row per temperature."""
    (source, *_) = inputs.having("equilibration")
    series = inputs.series("equilibration", source)
    if any("latent" not in data for data in series):
        raise InputError(f"equilibration of {source}: no variable 'latent'; a Monte Carlo source?")
    times = series[0]["snapshot_time"].values
    size = 1.05 * len(times) + 0.8, 1.08 * len(series) + 0.7
    figure, axes = panels.panels(len(series), len(times), size, panels.close())
    for row, T, data in zip(axes, inputs.temperatures, series, strict=True):
        for ax, latent in zip(row, data["latent"].values[:, 0], strict=True):
            panels.frame(ax, latent)
        row[0].set_ylabel(f"$T$ = {style.short(T)}")
    for ax, t in zip(axes[0], times, strict=True):
        ax.set_title(f"$t$ = {t}", fontsize="medium")
    label = style.looks([source])[source].label
    figure.supxlabel(f"reverse process of {label}  {TO}", fontsize="medium")
    return figure


def fig1c(inputs: Inputs) -> Figure:
    """Draw the U-Net: blocks from left to right, lower where the lattice is coarser."""
    model, network, _, lattice_size = _diffusion_model(inputs)
    blocks = describe_network(network, lattice_size)
    sizes = sorted({block.lattice_size for block in blocks}, reverse=True)
    places = [(float(x), -float(sizes.index(b.lattice_size))) for x, b in enumerate(blocks)]
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    ax = figure.add_subplot()
    for block, place in zip(blocks, places, strict=True):
        text = (
            f"{block.name}\n{block.inputs} {TO} {block.outputs}\n"
            f"({block.lattice_size}$\\times${block.lattice_size})"
        )
        _box(ax, place, (WIDTH, HEIGHT), text, BLOCKS[block.name.split()[0]])
    for (x, y), (next_x, next_y) in pairwise(places):
        side, edge = WIDTH / 2, HEIGHT / 2
        if next_y == y:
            _arrow(ax, (x + side, y), (next_x - side, y))
        elif next_y < y:
            _arrow(ax, (x, y - edge), (next_x - side, next_y), connectionstyle="angle")
        else:
            _arrow(ax, (x + side, y), (next_x, next_y - edge), connectionstyle=CORNER)
    skipped = [b for b in blocks if b.name.split()[0] in ("stem", "down")][:-1]
    joined = [block for block in blocks if block.name.startswith("up")][::-1]
    for before, after in zip(skipped, joined, strict=True):
        (x, y), (end, _) = places[blocks.index(before)], places[blocks.index(after)]
        ends = (x + WIDTH / 2, y + HEIGHT / 4), (end - WIDTH / 2, y + HEIGHT / 4)
        _arrow(ax, *ends, linestyle="--", color="0.55")
        ax.text((x + end) / 2, y + HEIGHT / 4 + 0.03, "skip", ha="center", va="bottom", color="0.4")
    total = sum(parameter.numel() for parameter in network.parameters())
    label = style.looks([model])[model].label
    ax.set_title(f"{label}: channels in {TO} out (lattice), {total:,} parameters")
    ax.set(xlim=(-0.6, len(blocks) - 0.4), ylim=(-len(sizes) + 0.5, 0.5))
    ax.set_axis_off()
    return figure


def fig1d(inputs: Inputs) -> Figure:
    """Draw the encoding PE(t, i), and how time and temperature enter the layers."""
    _, network, settings, _ = _diffusion_model(inputs)
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


def _diffusion_model(inputs: Inputs) -> tuple[str, Any, Any, int]:
    """Return the first model's name, network, settings and lattice size."""
    (name, *_) = inputs.having("model")
    model = checkpoint.load(inputs.model[name])
    if model.settings.chain_length is None:
        raise InputError(f"{inputs.model[name]}: not a diffusion model; this figure needs one")
    return name, model.network, model.settings, model.lattice_size


def _forward(
    frame: NDArray[np.int8], times: NDArray[np.int64], settings: DiffusionSettings
) -> NDArray[np.float32]:
    """Return x_t of a frame at each time, by the model's noise schedule."""
    noise = torch.randn((1, 1, *frame.shape), generator=torch.Generator().manual_seed(0))
    levels = schedule_of(settings, None).alpha_bar
    levels = torch.cat([levels.new_ones(1), levels])[torch.from_numpy(times)]
    x_0 = torch.from_numpy(frame).float().expand(len(times), 1, -1, -1)
    return q_sample(x_0, levels, noise.expand_as(x_0))[:, 0].numpy()


def _layers(ax: Axes, network: UNet) -> None:
    """Draw the path of time above, of temperature below, and of their sum to the right."""
    levels = [*network.down, *network.up]
    channels = sorted({level.embedding[-1].out_features for level in levels})
    of_time = [r"$t$", f"$PE(t, i)$\n$d$ = {network.dimension}"]
    of_temperature = ["$T$", *map(_name, network.temperature.layers)]
    of_both = [*map(_name, levels[0].embedding[:-1]), f"Linear\n{network.dimension} {TO} $C$"]
    of_both.append(f"every level\n$C$ =\n{', '.join(map(str, channels))}")

    sum_at = len(of_temperature) - 0.2
    for y, row, color in ((0.5, of_time, TIME), (-0.5, of_temperature, TEMPERATURE)):
        _row(ax, row, 0, y, color)
        _arrow(ax, (len(row) - 0.6, y), (sum_at, 0.25 * y), connectionstyle=CORNER)
    ax.plot(sum_at, 0, "o", markersize=20, color="white", markeredgecolor=BOTH)
    ax.text(sum_at, 0, "+", ha="center", va="center")
    _arrow(ax, (sum_at + 0.18, 0), (sum_at + 0.4, 0))
    _row(ax, of_both, sum_at + 0.8, 0, BOTH)
    ax.set(xlim=(-0.5, sum_at + len(of_both) + 0.3), ylim=(-0.9, 0.9))
    ax.set_axis_off()


def _row(ax: Axes, texts: list[str], x: float, y: float, color: str) -> None:
    """Draw boxes from left to right, an arrow between neighbours."""
    for index, text in enumerate(texts):
        _box(ax, (x + index, y), (0.8, 0.5), text, color)
        if index:
            _arrow(ax, (x + index - 0.6, y), (x + index - 0.4, y))


def _name(layer: nn.Module) -> str:
    if isinstance(layer, nn.Linear):
        return f"Linear\n{layer.in_features} {TO} {layer.out_features}"
    return type(layer).__name__


def _box(ax: Axes, place: Place, size: Place, text: str, color: str) -> None:
    """Draw a rounded box around ``place``, of (width, height), with text in it."""
    corner = place[0] - size[0] / 2, place[1] - size[1] / 2
    shape = "round,pad=0,rounding_size=0.06"
    area = FancyBboxPatch(corner, *size, shape, facecolor=color, alpha=0.22, linewidth=0)
    edge = FancyBboxPatch(corner, *size, shape, fill=False, edgecolor=color, linewidth=1.3)
    ax.add_patch(area)
    ax.add_patch(edge)
    ax.text(*place, text, ha="center", va="center", fontsize="small", linespacing=1.35)


def _arrow(ax: Axes, start: Place, end: Place, **options: Any) -> None:
    look: dict[str, Any] = {"arrowstyle": "-|>", "color": style.INK, "linewidth": 1.2}
    ax.annotate("", end, start, arrowprops=look | {"shrinkA": 0, "shrinkB": 0} | options)
