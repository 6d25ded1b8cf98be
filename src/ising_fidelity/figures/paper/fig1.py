"""Fig. 1a: the forward process of a training frame and the reverse process of the model."""

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.figures.networks import arrow, diffusion_model
from ising_fidelity.models import sampling
from ising_fidelity.models.diffusion import q_sample
from ising_fidelity.models.settings import DiffusionSettings

COLUMNS = 6


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: x_0 on the left, noise on the right, the same times in both rows."""
    model, _, settings, _ = diffusion_model(inputs)
    (source, *_) = inputs.having("configurations")
    walk = inputs.series("equilibration", model)[0]
    kept = np.linspace(walk.sizes["snapshot"] - 1, 0, COLUMNS).round().astype(int)
    times = walk["snapshot_time"].values[kept]
    training_frame = inputs.series("configurations", source)[0]["spin"].values[0, 0]
    noisy = _forward(training_frame, times, settings)
    generated = walk["latent"].values[kept, 0]

    figure = Figure(figsize=(9, 4.1), layout=style.close())
    grid = figure.add_gridspec(4, COLUMNS, height_ratios=[1, 0.3] * 2)
    for column, t in enumerate(times):
        above, below = (figure.add_subplot(grid[row, column]) for row in (0, 2))
        above.set_title(f"$t$ = {t}", fontsize="medium")
        style.field(above, noisy[column])
        style.field(below, generated[column])
    looks, T = style.looks([source, model]), style.short(inputs.temperatures[0])
    forward = rf"forward: $q(x_t|x_{{t-1}})$, from a frame of {looks[source].label}, $T$ = {T}"
    reverse = rf"reverse: $p_\theta(x_{{t-1}}|x_t, T)$ by {looks[model].label}, $T$ = {T}"
    _arrow(figure.add_subplot(grid[1, :]), forward, 0, 1)
    _arrow(figure.add_subplot(grid[3, :]), reverse, 1, 0)
    return figure


def _arrow(ax: Axes, text: str, start: float, end: float) -> None:
    """Fill a row with an arrow and what it stands for."""
    arrow(ax, (start, 0.8), (end, 0.8))
    ax.text(0.5, 0.55, text, ha="center", va="top")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_axis_off()


def _forward(
    frame: NDArray[np.int8], times: NDArray[np.int64], settings: DiffusionSettings
) -> NDArray[np.float32]:
    """Return x_t of a frame at each time by the model's own schedule."""
    noise = torch.randn((1, 1, *frame.shape), generator=torch.Generator().manual_seed(0))
    levels = sampling.schedule_of(settings, None).alpha_bar
    levels = torch.cat([levels.new_ones(1), levels])[torch.from_numpy(times)]
    x_0 = torch.from_numpy(frame).float().expand(len(times), 1, -1, -1)
    return q_sample(x_0, levels, noise.expand_as(x_0))[:, 0].numpy()
