"""What the schematics of Fig. 1 share: the trained model, boxes and arrows."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.models import checkpoint
from ising_fidelity.models.settings import DiffusionSettings
from ising_fidelity.models.unet import UNet

Place = tuple[float, float]

CORNER = "angle,angleA=0,angleB=90"
"""An arrow's way: first across, then up or down."""


def diffusion_model(inputs: Inputs) -> tuple[str, UNet, DiffusionSettings, int]:
    """Return the first model's name, network, settings and lattice size.

    Raises
    ------
    InputError
        If it is no diffusion model.
    """
    (name, *_) = inputs.having("model")
    model = checkpoint.load(inputs.model[name])
    if not isinstance(model.network, UNet) or not isinstance(model.settings, DiffusionSettings):
        raise InputError(f"{inputs.model[name]}: no diffusion model; this figure shows one")
    return name, model.network, model.settings, model.lattice_size


def box(ax: Axes, place: Place, size: Place, text: str, color: str) -> None:
    """Draw a rounded box around ``place``, of (width, height), with text in it."""
    x, y, width, height = place[0] - size[0] / 2, place[1] - size[1] / 2, *size
    shape = "round,pad=0,rounding_size=0.06"
    ax.add_patch(
        FancyBboxPatch((x, y), width, height, shape, facecolor=color, alpha=0.22, linewidth=0)
    )
    ax.add_patch(
        FancyBboxPatch((x, y), width, height, shape, fill=False, edgecolor=color, linewidth=1.3)
    )
    ax.text(*place, text, ha="center", va="center", fontsize="small", linespacing=1.35)


def arrow(ax: Axes, start: Place, end: Place, **options: Any) -> None:
    """Draw an arrow."""
    look: dict[str, Any] = {"arrowstyle": "-|>", "color": style.INK, "linewidth": 1.2}
    ax.annotate("", end, start, arrowprops=look | {"shrinkA": 0, "shrinkB": 0} | options)
