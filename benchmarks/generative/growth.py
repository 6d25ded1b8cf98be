"""How the cost of a model grows with the lattice and with the steps of the chain."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.ticker import NullLocator

from benchmarks.generative.contenders import Contender, taking_turns
from benchmarks.generative.models import HALF, LAST, Models
from benchmarks.generative.sampling import continuous_chains
from benchmarks.generative.training import own_contender
from benchmarks.harness import Data, Effort, Section, Spread, tabled
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.draw import METADATA

SIZES = (16, 32, 64, 128)
STEPS = (10, 20, 40, 100)
GROWING_STEPS = 20
"""Steps of the chains whose cost is compared between several L."""


def growth(models: Models, effort: Effort) -> Section:
    """Time the continuous model on lattices of several sizes and in chains of several lengths."""
    sizes = SIZES[:2] if effort.quick else SIZES
    settings = models.continuous
    sites = settings.batch_size * models.lattice_size**2
    fastest = HALF if settings.precision == "bfloat16" else LAST
    act_of: dict[str, Contender] = {}
    for size in sizes:
        there = replace(models, lattice_size=size)
        batch = max(2, sites // size**2)
        act_of[f"training {size}"] = own_contender(
            settings.model_copy(update={"batch_size": batch}), size
        )
        for each in continuous_chains(fastest, there, [GROWING_STEPS], effort).values():
            act_of[f"sampling {size}"] = each
    for steps, each in continuous_chains(fastest, models, STEPS, effort).items():
        act_of[f"steps {steps}"] = each
    taken = taking_turns(act_of, effort)
    rows: dict[str, Data] = {}
    first: dict[str, float] = {}
    for name, costs in taken.items():
        kind, number = name.split()
        cost = Spread.of(1e3 * each for each in costs)
        share = cost.median / (int(number) if kind == "steps" else int(number) ** 2)
        times = share / first.setdefault(kind, share)
        rows[name] = {"milliseconds": cost, "per_site_or_step_times_first": times}
    about = (
        f"CPU time per image of {models.names[1]} in {settings.precision}: of training and of "
        f"sampling in {GROWING_STEPS} steps at several L, and of sampling in several numbers of "
        f"steps at L = {models.lattice_size}. At every L, batches in training have as many sites "
        f"as {settings.batch_size} images of L = {models.lattice_size}."
    )
    return tabled(rows, about)


def draw_growth(data: Data, lattice_size: int, folder: Path) -> None:
    """Draw what :func:`growth` has found."""
    looks = {
        "training": style.Look("training, one image", "#D55E00", "s", "--"),
        "sampling": style.Look(f"sampling, {GROWING_STEPS} steps", "#0072B2", "o", "-"),
        "steps": style.Look(f"L = {lattice_size}", "#0072B2", "o", "-"),
    }
    with rc_context(style.RC):
        figure, axes = panels.panels(1, 2, (7.6, 3.4))
        for kind, look in looks.items():
            ax = axes[0, int(kind == "steps")]
            numbers = [int(key.split()[1]) for key in data if key.startswith(kind)]
            spreads = [data[f"{kind} {number}"]["milliseconds"] for number in numbers]
            middle, least, most = (
                np.array([each[key] for each in spreads]) for key in ("median", "least", "most")
            )
            error = np.stack([middle - least, most - middle])
            panels.points(ax, look, np.array(numbers), middle, error)
            if kind == "training":
                area = middle[0] * (np.array(numbers) / numbers[0]) ** 2
                ax.plot(numbers, area, label=r"$\propto L^2$", **style.INFINITE)
            ax.set(xscale="log", yscale="log", ylabel="CPU time / ms per frame")
            ax.set_xticks(numbers, [str(number) for number in numbers])
            ax.xaxis.set_minor_locator(NullLocator())
            panels.plain_ticks(ax.yaxis, [1, 2, 5])
        for ax, label in zip(axes[0], ("L", "steps of the chain"), strict=True):
            ax.set_xlabel(label)
            ax.set_ylim(top=3 * ax.get_ylim()[1])  # room for the legend
            ax.legend(loc="upper left")
        panels.letter(axes[0], ["cost against L", "cost against steps"])
        for suffix in (".svg", ".png"):
            figure.savefig(folder / f"generative{suffix}", metadata=METADATA[suffix])
