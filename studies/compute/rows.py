"""Fidelity against compute: what a model's training and network buy, from finished runs.

One row for every network of a run, and for the same with a Gibbs finish: what it cost beside how
far u and C are from the exact ones, in the range of its training temperatures and at all of them.
Core seconds are those of Snakemake's benchmark files: the whole command, start-up included, and of
a training that was cut off and went on, the last part alone. A network evaluation is one pass of
the network over one frame. The finish is told the Hamiltonian, no network is.

The row "exact frames" of each run is the noise floor: what is to be expected of as many independent
exact frames as its models draw. For the figure, that is a line below which no point says more.

Of the numbers that the paper quotes (resources/paper.yaml), those of energies are mean u of two of
its models at T = 1.0 and 1.2, outside their training range, with two decimals. They have a column
of their own, where a run's sources stand beside them at the same temperatures, at their own L, and
no point in the figure. Monte Carlo's "nearly equal to -2" there is within rounding of the exact u.
The paper gives no training times; its parameters and steps are those of the preset ``paper``.

python benchmarks/compute.py [--name compute] [RUN_FOLDER ...] writes benchmarks/results/compute.csv
and compute.txt and resources/readme/compute.png. Exit status 2: a run is not finished.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import yaml
from matplotlib import style as matplotlib_style
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from ising_fidelity import config, dataset, exact, fidelity
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import style
from ising_fidelity.models import autoregressive, checkpoint, sampling
from ising_fidelity.models.settings import (
    AutoregressiveSettings,
    ContinuousSettings,
    DiffusionSettings,
    ModelSettings,
)

ROOT = Path(__file__).resolve().parents[1]
NAME = "compute"
RESULTS = ROOT / "benchmarks" / "results"
FIGURES = ROOT / "resources" / "readme"
PAPER = ROOT / "resources" / "paper.yaml"
PAPER_CONFIG = [ROOT / "config.yaml", ROOT / "workflow" / "presets" / "paper.yaml"]
FLOOR = "exact frames"
THE_PAPER = "the paper"
MEAN_OF_HALF_NORMAL = math.sqrt(2 / math.pi)
"""Mean distance of a normal number from its mean, in standard deviations."""
STEP = 1e-3
"""Of 1/T, for the second difference that is the fourth cumulant."""
AXES = {
    "training_core_seconds": "training, core seconds",
    "parameters": "parameters",
    "network_evaluations": "network evaluations per frame",
}
HEADINGS = {
    "run": "run",
    "source": "source",
    "lattice_size": "L",
    "parameters": "parameters",
    "training_core_seconds": "training core s",
    "training_frames": "frames",
    "training_images": "images",
    "sampling_steps": "steps",
    "network_evaluations": "evaluations",
    "gibbs_sweeps": "Gibbs sweeps",
    **{
        f"{where}_{key}": f"{text}{' (all T)' * (where == 'all')}"
        for where in ("inside", "all")
        for key, text in {
            "energy_deviation": "|du|",
            "energy_rms_z": "rms z",
            "energy_within_3_errors": "|z| <= 3",
            "specific_heat_deviation": "|dC|/C",
        }.items()
    },
    "quoted_energy_deviation": "|du| at the paper's",
}
PLACES = [
    ((7 * right, 9 * up), side)
    for up in (0, 1, -1, 2, -2, 3, -3)
    for right, side in ((1, "left"), (-1, "right"), (0, "center"))
    if (right, up) != (0, 0)
]
"""Offsets of a name from its point in points, and its end that is there."""
Row = dict[str, Any]
Name = tuple[float, float, str, str]
"""x, y, text and color."""


def noise_floor(lattice_size: int, temperature: float, frames: int) -> tuple[float, float]:
    r"""Return mean |u - exact| and mean |C / exact - 1| of so many independent exact frames.

    The standard error of u is :math:`\sqrt{C} T / (L \sqrt{frames})`, that of C relative to C
    :math:`\sqrt{(2 + k) / frames}` with the excess kurtosis of the energy, :math:`k = \kappa_4 /
    \kappa_2^2`. Cumulants are derivatives of ln Z: :math:`\kappa_2 = N T^2 C` and
    :math:`\kappa_4 = \partial^2 \kappa_2 / \partial (1/T)^2`. Both estimates count as normal.

    Parameters
    ----------
    temperature
        In J/k_B.
    """

    def variance(beta: float) -> float:
        return lattice_size**2 * exact.kaufman(lattice_size, 1 / beta).specific_heat / beta**2

    below, here, above = (variance(1 / temperature + shift) for shift in (-STEP, 0, STEP))
    kurtosis = (below - 2 * here + above) / STEP**2 / here**2
    u = math.sqrt(here / frames) / lattice_size**2
    return MEAN_OF_HALF_NORMAL * u, MEAN_OF_HALF_NORMAL * math.sqrt((2 + kurtosis) / frames)


def evaluations(
    settings: ModelSettings, lattice_size: int, chain: sampling.Chain, finish_sigma: float | None
) -> tuple[int | None, int]:
    """Return steps of the reverse chain, None without one, and network evaluations per frame."""
    if isinstance(settings, AutoregressiveSettings):
        return None, len(autoregressive.order(lattice_size, settings.colors))
    if not isinstance(settings, DiffusionSettings | ContinuousSettings):
        return None, 1
    levels = sampling.noise_levels(settings, lattice_size, chain)
    steps = len(levels) - 1
    if finish_sigma is not None:
        steps = next(index for index, sigma in enumerate(levels) if sigma <= finish_sigma)
    twice = isinstance(settings, ContinuousSettings) and chain.sampler in ("heun", "churn")
    # The finish begins with spins drawn from the network's means, one evaluation more.
    once_more = isinstance(settings, ContinuousSettings) and chain.sampler == "trapezoid"
    return steps, steps * (1 + twice) + once_more + (finish_sigma is not None)


def images(settings: ModelSettings, frames: int, chains: int, epochs: int) -> tuple[int, int]:
    """Return how many frames a model was trained on, and how many images of them it has seen.

    Parameters
    ----------
    frames, chains
        Of the training source at each temperature.
    """
    draws = settings.draws_used(chains, frames // chains)
    own = settings.draws_seen(draws) * chains * len(settings.training_temperatures)
    turned = 2 if settings.augmentation == "flip" else 1
    return own, epochs * (settings.images_per_epoch or own * turned)


def judged(scores: pd.DataFrame, source: str, low: float, high: float) -> Row:
    """Return how far u and C are from exact ones between two temperatures, both included."""
    one = scores[scores["source"] == source]
    inside = one[one["temperature"].between(low, high)]
    u, C = (inside[inside["quantity"] == name] for name in fidelity.AGAINST_EXACT)
    summary = fidelity.summarize(u["deviation"].to_numpy(), u["deviation_in_errors"].to_numpy())
    return {
        "energy_deviation": u["deviation"].abs().mean(),
        "energy_rms_z": summary.rms_deviation_in_errors,
        "energy_within_3_errors": summary.within_3_errors,
        "specific_heat_deviation": (C["deviation"] / C["expected"]).abs().mean(),
    }


def expected(lattice_size: int, temperatures: Sequence[float], frames: int) -> Row:
    """Return the same as :func:`judged` as it is to be expected of exact frames."""
    floors = np.array([noise_floor(lattice_size, T, frames) for T in temperatures])
    u, C = floors.mean(axis=0) if floors.size else (np.nan, np.nan)
    return {
        "energy_deviation": u,
        "energy_rms_z": 1.0,
        "energy_within_3_errors": math.erf(3 / math.sqrt(2)),
        "specific_heat_deviation": C,
    }


def named(where: str, values: Row) -> Row:
    return {f"{where}_{key}": value for key, value in values.items()}


def found(path: Path) -> Path:
    """Return the path; raises InputError if a finished run would have what it lacks."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; a finished run has it")
    return path


def of_run(folder: Path, quoted: Sequence[float]) -> list[Row]:
    """Return the rows of a run, the noise floor last.

    Parameters
    ----------
    quoted
        Temperatures at which the paper quotes energies.

    Raises
    ------
    InputError
        If the run is not finished.
    """
    run = config.load([found(folder / "provenance" / "config.yaml")])
    every = pd.read_csv(found(folder / "scores.csv"))
    scores = every[
        (every["reference"] == "exact") & ~every["temperature"].isin(["all", "training"])
    ]
    scores = scores.assign(temperature=scores["temperature"].astype(float))
    sources = {name: (name, 0) for name in run.trained_models} | run.finished_sources
    there = set(scores["source"])
    for source in sources:
        if source not in there:
            raise InputError(f"{folder / 'scores.csv'}: no source {source}; a finished run has it")
    chain = sampling.Chain(
        run.sampling.sampling_steps, run.sampling.reverse_variance, run.sampling.sampler
    )
    rows, ends = [], []
    for source, (name, sweeps) in sources.items():
        model = checkpoint.load(found(folder / "models" / f"{name}.safetensors"))
        history = dataset.read(found(folder / "models" / f"{name}.training.nc"))
        timing = found(folder / "benchmarks" / "train" / f"{name}.tsv")
        source_of_training = run.monte_carlo[run.trained_on(name)]
        of_training = images(
            model.settings,
            source_of_training.frames,
            source_of_training.chains,
            history.sizes["epoch"],
        )
        sigma = run.finish.sigma if run.finish and source != name else None
        steps, passes = evaluations(model.settings, run.lattice_size, chain, sigma)
        trained = [float(T) for T in model.settings.training_temperatures]
        ends += [min(trained), max(trained)]
        rows.append(
            {
                "run": folder.name,
                "source": source,
                "lattice_size": run.lattice_size,
                "parameters": sum(weight.numel() for weight in model.network.parameters()),
                "training_core_seconds": core_seconds(timing),
                "training_frames": of_training[0],
                "training_images": of_training[1],
                "sampling_steps": steps,
                "network_evaluations": passes,
                "gibbs_sweeps": sweeps,
                **named("inside", judged(scores, source, min(trained), max(trained))),
                **named("all", judged(scores, source, -math.inf, math.inf)),
                "quoted_energy_deviation": at(quoted, scores, source),
            }
        )
    if not rows:
        raise InputError(f"{folder}: a run without models")
    temperatures = sorted(set(scores["temperature"]))
    inside = [T for T in temperatures if min(ends) <= T <= max(ends)]
    floor = {"run": folder.name, "source": FLOOR, "lattice_size": run.lattice_size}
    for where, some in (("inside", inside), ("all", temperatures)):
        floor |= named(where, expected(run.lattice_size, some, run.sampling.frames))
    if set(quoted) <= set(temperatures):
        there = expected(run.lattice_size, quoted, run.sampling.frames)
        floor["quoted_energy_deviation"] = there["energy_deviation"]
    return [*rows, floor]


def core_seconds(timing: Path) -> float:
    """Return the core time of a job, NaN where Snakemake wrote a dash for it."""
    return float(pd.read_csv(timing, sep="\t", na_values="-")["cpu_time"].iloc[0])


def at(temperatures: Sequence[float], scores: pd.DataFrame, source: str) -> float:
    """Return mean |u - exact| at some temperatures, NaN where a source lacks one of them."""
    chosen = (scores["source"] == source) & (scores["quantity"] == "energy")
    deviation = scores[chosen].set_index("temperature")["deviation"].reindex(temperatures)
    return float(deviation.abs().mean(skipna=False))


def of_paper() -> tuple[list[Row], list[float]]:
    """Return a row for every model whose energies the paper quotes, and at which temperatures."""
    run = config.load(PAPER_CONFIG)
    energies: dict[str, dict[float, float]] = {}
    for entry in yaml.safe_load(PAPER.read_text()):
        if entry["quantity"] == "energy" and entry["source"] in run.trained_models:
            energies.setdefault(entry["source"], {})[float(entry["at"])] = entry["value"]
    rows = []
    for name, values in energies.items():
        settings = run.trained_models[name]
        # Counting weights needs none of them.
        with torch.device("meta"):
            network = checkpoint.build_network(settings, run.lattice_size)
        source = run.monte_carlo[run.trained_on(name)]
        of_training = images(settings, source.frames, source.chains, settings.epochs)
        said = run.sampling
        chain = sampling.Chain(said.sampling_steps, said.reverse_variance, said.sampler)
        steps, passes = evaluations(settings, run.lattice_size, chain, None)
        far = [abs(u - exact.kaufman(run.lattice_size, T).energy) for T, u in values.items()]
        rows.append(
            {
                "run": THE_PAPER,
                "source": name,
                "lattice_size": run.lattice_size,
                "parameters": sum(weight.numel() for weight in network.parameters()),
                "training_frames": of_training[0],
                "training_images": of_training[1],
                "sampling_steps": steps,
                "network_evaluations": passes,
                "gibbs_sweeps": 0,
                "quoted_energy_deviation": np.mean(far),
            }
        )
    return rows, sorted({T for values in energies.values() for T in values})


def beside(ax: Axes, names: Sequence[Name]) -> None:
    """Write names beside their points, each where the fewest others and points are."""
    taken: list[Bbox] = []
    marks = ax.transData.transform([name[:2] for name in names])

    def crowd(text: Annotation) -> int:
        box = text.get_window_extent()
        cut = box.x0 < ax.bbox.x0 or box.x1 > ax.bbox.x1
        return sum(map(box.overlaps, taken)) + sum(box.contains(*mark) for mark in marks) + 3 * cut

    for x, y, name, color in names:
        tried = [
            ax.annotate(
                name,
                (x, y),
                place,
                textcoords="offset points",
                horizontalalignment=side,
                verticalalignment="center",
                fontsize="x-small",
                color=color,
            )
            for place, side in PLACES
        ]
        # Of equals the first.
        best = min(tried, key=crowd)
        taken.append(best.get_window_extent())
        for text in tried:
            if text is not best:
                text.remove()


def draw(table: pd.DataFrame, quoted: Sequence[float], path: Path) -> None:
    """Draw mean |u - exact| in the training range against cost, a panel for each kind of cost.

    The paper quotes energies of other temperatures, ``quoted``: a line without a cost.
    """
    of_paper = table.loc[table["run"] == THE_PAPER, "quoted_energy_deviation"].mean()
    floors, rows = (table[(table["source"] == FLOOR) == floor] for floor in (True, False))
    rows = rows[rows["inside_energy_deviation"].notna()]
    several = rows["run"].nunique() > 1
    network = rows["source"].str.replace(r"\+\d+gibbs$", "", regex=True)
    rows = rows.assign(network=network, model=network.str.replace(r"\.seed\d+$", "", regex=True))
    looks = style.looks(rows["model"].unique())
    with matplotlib_style.context(style.RC, after_reset=True):
        figure, axes = style.panels(1, 3, (14, 4.8), sharey=True)
        labels: dict[Axes, list[Name]] = {ax: [] for ax in axes[0]}
        for ax, (column, label) in zip(axes[0], AXES.items(), strict=True):
            for row in rows.itertuples():
                x, y, look = getattr(row, column), row.inside_energy_deviation, looks[row.model]
                finished = row.source != row.network
                if finished:
                    own = rows[(rows["run"] == row.run) & (rows["source"] == row.network)]
                    ends = [*own[column], x], [*own["inside_energy_deviation"], y]
                    ax.plot(*ends, color=look.color, linewidth=0.9, linestyle=":", zorder=1.5)
                face = {"markerfacecolor": "white", "markeredgecolor": look.color}
                shape = {"linestyle": "none", "markersize": 8, "markeredgewidth": 1.3}
                style.points(ax, look, [x], [y], None, **shape | (face if finished else {}))
                if ".seed" not in row.source and math.isfinite(x):
                    name = style.spoken(row.source) if finished else look.label
                    labels[ax].append((x, y, name + f" ({row.run})" * several, look.color))
            for floor in floors.itertuples():
                exact_frames = ax.axhline(floor.inside_energy_deviation, **style.INFINITE)
            paper = ax.axhline(of_paper, **style.INFINITE | {"linestyle": ":"})
            ax.set(xscale="log", yscale="log", xlabel=label)
            ax.margins(0.22, 0.1)
            low, high = ax.get_xlim()
            wide, narrow = high > 300 * low, high < 5 * low
            digits = [1] if wide else [1, 1.5, 2, 3, 5, 7] if narrow else [1, 2, 5]
            style.plain_ticks(ax.xaxis, digits)
            if high < 2.5 * low:  # too narrow for steps of a logarithm
                ax.xaxis.set_major_locator(MaxNLocator(4))
        axes[0, 0].set_ylabel(r"mean $|u - u_\mathrm{exact}|$ / $J$, training range")
        style.letter(axes[0])
        temperatures = " and ".join(f"{T:.1f}" for T in quoted)
        axes[0, 1].legend(
            [paper, exact_frames],
            [f"the paper's diffusion models, T = {temperatures}", "as many exact frames"],
            loc="upper right",
            fontsize="x-small",
        )
        figure.canvas.draw()
        for ax, names in labels.items():
            beside(ax, names)
        figure.savefig(path)


def shown(table: pd.DataFrame) -> str:
    """Return the table in columns, with three digits."""

    def text(value: Any) -> str:
        if pd.isna(value):
            return ""
        if isinstance(value, str):
            return value
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3g}"

    cells = table.rename(columns=HEADINGS).map(text)
    return "\n".join(line.rstrip() for line in cells.to_string(index=False).splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    default = [ROOT / "results" / "default"]
    parser.add_argument("--name", default=NAME, help="of the table and of the figure")
    parser.add_argument("runs", nargs="*", type=Path, default=default, metavar="RUN_FOLDER")
    arguments = parser.parse_args()
    of_the_paper, quoted = of_paper()
    try:
        rows = [row for folder in arguments.runs for row in of_run(folder, quoted)]
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    table = pd.DataFrame([*rows, *of_the_paper])[[*HEADINGS]]
    whole_numbers = ["parameters", "training_frames", "training_images", "sampling_steps"]
    whole_numbers += ["network_evaluations", "gibbs_sweeps"]
    table = table.astype(dict.fromkeys(whole_numbers, "Int64"))
    RESULTS.mkdir(exist_ok=True)
    text = shown(table) + "\n"
    table.to_csv(
        RESULTS / f"{arguments.name}.csv", index=False, float_format="%.4g", lineterminator="\n"
    )
    (RESULTS / f"{arguments.name}.txt").write_text(text)
    draw(table, quoted, FIGURES / f"{arguments.name}.png")
    print(text, end="")


if __name__ == "__main__":
    main()
