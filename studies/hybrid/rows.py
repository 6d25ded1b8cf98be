"""What an independent frame costs: a model and Monte Carlo on top, or Monte Carlo alone.

In seconds of one core at each temperature, all measured in one run:

- a model: drawing a frame, and the sweeps of Metropolis that its frames need until u, C, abs(m) and
  chi are within three errors of what they should be, there and at every larger number of sweeps;
- a model with the Gibbs finish: drawing a frame down to its noise, and the heat-bath sweeps needed;
- Metropolis from random and from ordered starts: the sweeps that those frames need, one frame after
  the other, or as many at a time as the machine's vectors hold;
- clusters: 2 tau_int of u or abs(m), whichever is longer, in one long chain.

Training the model is not counted, nor is bringing the one chain of clusters to equilibrium. What
frames need depends on how many are looked at (--frames): errors are theirs. Chance tells frames in
equilibrium apart now and then, the more often the more numbers of sweeps are tried; such frames
seem to need more.

python benchmarks/hybrid.py MODEL.safetensors ... writes benchmarks/results/hybrid.csv as rows come,
where found ones are not made again, its tables to hybrid.txt and the figure to
resources/readme/hybrid.png.
"""

import argparse
import csv
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import xarray as xr
from matplotlib import style as matplotlib_style
from montecarlo import core_seconds, cpu_model, table
from numpy.typing import NDArray

from ising_fidelity import lattice, relaxation
from ising_fidelity.exact import kaufman
from ising_fidelity.figures import style
from ising_fidelity.models import checkpoint, sampling
from ising_fidelity.models.settings import ContinuousSettings, DiffusionSettings
from ising_fidelity.montecarlo import multispin, relax, run_chains
from ising_fidelity.montecarlo.chains import BLOCK, Replicas, SingleChains
from ising_fidelity.observables import thermodynamics
from ising_fidelity.observables.errors import Primaries, autocorrelation_time

RESULTS = Path(__file__).parent / "results" / "hybrid.csv"
FIGURE = Path(__file__).resolve().parents[1] / "resources" / "readme" / "hybrid.png"
TEMPERATURES = (1.0, 1.6, 2.0, 2.2, 2.269185, 2.3, 2.5, 3.0)
SWEEPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
GIBBS_SWEEPS = (1, 2, 5, 10, 20, 50)
FINISH_SIGMA = 3.0
DRAWS = 8000
"""Of the chain of clusters, about four of them per sweep."""
PACKED = BLOCK * multispin.LANES[0]
AT_A_TIME = f"random, {PACKED} at a time"
MONTE_CARLO = {"random": "-", "ordered": "--", AT_A_TIME: ":", "clusters": "-."}
FINISH = " with finish"
SEED = 1

Spins = NDArray[np.int8]


Row = dict[str, str]


def observables(spins: Spins, temperature: float, sampling_kind: str) -> xr.Dataset:
    """Return what frames (chain, draw, L, L) are judged by, with errors."""
    sites = spins.shape[-1] ** 2
    totals = (np.rint(sites * of(spins)) for of in (lattice.energy, lattice.magnetization))
    sample = Primaries(thermodynamics.primaries(*totals), sampling_kind, SEED)

    def quantities(moments: NDArray[np.float64]) -> NDArray[np.float64]:
        return thermodynamics.from_moments(moments, sites, temperature)

    values, errors = quantities(sample.means), sample.errors(quantities)
    named = zip(thermodynamics.QUANTITIES, values, errors, strict=True)
    variables = {}
    for name, value, error in named:
        variables[name] = ("temperature", [value])
        variables[f"{name}_error"] = ("temperature", [error])
    return xr.Dataset(variables, {"temperature": [temperature]})


def walked(spins: Spins, temperature: float) -> tuple[dict[int, Spins], float]:
    """Return frames after each number of sweeps, and the seconds of a frame's sweep."""
    after: dict[int, Spins] = {}

    def act() -> None:
        frames = relax(spins, temperature, SWEEPS, SEED)
        after.update(zip(SWEEPS, frames, strict=True))

    return after, core_seconds(act) / (SWEEPS[-1] * len(spins))


def packed_seconds(lattice_size: int, temperature: float) -> float:
    """Return the seconds of a frame's sweep where words hold many chains."""
    spins = np.ones((PACKED, lattice_size, lattice_size), np.int8)
    streams = np.random.SeedSequence(SEED).spawn(PACKED // BLOCK + 1)
    walk = Replicas(spins, temperature, False, streams[1:], streams[0])
    walk.sweep(200)
    return core_seconds(lambda: walk.sweep(2000)) / (2000 * PACKED)


def of_clusters(lattice_size: int, temperature: float) -> tuple[float, float]:
    """Return clusters per independent frame of one chain in equilibrium, and seconds of each."""
    start = np.ones((1, lattice_size, lattice_size), np.int8)
    walk = SingleChains(start, temperature, True, [np.random.SeedSequence(SEED)])
    walk.settle(500)
    every = max(1, int(walk.updates_per_sweep[0]) // 4)
    walk.updates_per_sweep[:] = every
    energy, order = np.empty((2, 1, DRAWS))
    for draw in range(DRAWS):
        walk.sweep(1)
        energy[0, draw] = lattice.energy(walk.frames)[0]
        order[0, draw] = abs(lattice.magnetization(walk.frames)[0])
    clusters = every * 2 * max(autocorrelation_time(series)[0] for series in (energy, order))
    each = core_seconds(lambda: walk.sweep(DRAWS)) / (DRAWS * every)
    return clusters, each


def drawn(
    model: checkpoint.Model, temperature: float, frames: int, lattice_size: int, steps: int
) -> tuple[Spins, float]:
    """Return a model's frames, and the seconds of one."""
    chain = sampling.Chain(steps, "posterior")
    fields: list[NDArray[np.floating]] = []

    def act() -> None:
        fields.append(sampling.draw(model, temperature, frames, lattice_size, SEED, chain))

    seconds = core_seconds(act) / frames
    return np.where(fields[0] >= 0, 1, -1).astype(np.int8), seconds


def finished(
    model: checkpoint.Model, temperature: float, frames: int, lattice_size: int, steps: int
) -> tuple[dict[int, Spins], float, float]:
    """Return frames after each number of heat-bath sweeps, the seconds of one and of its sweep."""
    chain = sampling.Chain(steps, "posterior")
    noisy: list[sampling.Noisy] = []
    after: dict[int, Spins] = {}

    def draw() -> None:
        arguments = frames, lattice_size, SEED, chain, FINISH_SIGMA
        noisy.append(sampling.draw_noisy(model, temperature, *arguments))

    def act() -> None:
        for sweeps in GIBBS_SWEEPS:
            after[sweeps] = sampling.finished(noisy[0], temperature, sweeps, SEED)

    drawing = core_seconds(draw) / frames
    return after, drawing, core_seconds(act) / (sum(GIBBS_SWEEPS) * frames)


class Known:
    """What frames of a temperature are held against."""

    def __init__(self, lattice_size: int, temperature: float) -> None:
        self.temperature = temperature
        simulated = run_chains(lattice_size, temperature, "cluster", 4000, 50, 200, 10, SEED)
        self.reference = observables(simulated.spins, temperature, "chain")
        known = kaufman(lattice_size, temperature)
        names = relaxation.AGAINST_EXACT
        self.solved = xr.Dataset(
            {name: ("temperature", [getattr(known, name)]) for name in names},
            {"temperature": [temperature]},
        )

    def needed(self, after: Mapping[int, Spins]) -> float:
        """Return the sweeps that frames need, infinite if more than the largest number."""
        measured = {
            sweeps: observables(frames[None], self.temperature, "independent")
            for sweeps, frames in after.items()
        }
        (most,) = relaxation.need(measured, self.solved, self.reference).most
        return float(most)


def starts(lattice_size: int, frames: int) -> dict[str, Spins]:
    """Return frames of coins, and frames of one sign drawn for each."""
    shape = frames, lattice_size, lattice_size
    random = np.random.default_rng(SEED)
    signs = np.array([-1, 1], np.int8)
    ordered = np.broadcast_to(random.choice(signs, (frames, 1, 1)), shape)
    return {"random": random.choice(signs, shape), "ordered": np.ascontiguousarray(ordered)}


def line(steps: float, drawing: float, each: float, largest: int) -> Row:
    """Return the numbers of a row; what needs more than the largest number costs more than it."""
    seconds = drawing + min(steps, largest) * each
    return {
        "steps": f"{steps:.4g}",
        "drawing_seconds": f"{drawing:.3g}",
        "seconds": f"{seconds:.3g}",
    }


def rows(
    models: Sequence[checkpoint.Model],
    temperature: float,
    found: set[str],
    size: int,
    frames: int,
    steps: int,
) -> list[tuple[str, Callable[[], Row]]]:
    """Return the sources that are not found yet, and what measures each."""
    known: list[Known] = []

    def needed(after: Mapping[int, Spins]) -> float:
        if not known:
            known.append(Known(size, temperature))
        return known[0].needed(after)

    def start(spins: Spins, packed: bool) -> Row:
        after, each = walked(spins, temperature)
        each = packed_seconds(size, temperature) if packed else each
        return line(needed(after), 0.0, each, SWEEPS[-1])

    def clusters() -> Row:
        number, each = of_clusters(size, temperature)
        return line(number, 0.0, each, DRAWS)

    def plain(model: checkpoint.Model) -> Row:
        spins, drawing = drawn(model, temperature, frames, size, steps)
        after, each = walked(spins, temperature)
        return line(needed(after), drawing, each, SWEEPS[-1])

    def with_finish(model: checkpoint.Model) -> Row:
        after, drawing, each = finished(model, temperature, frames, size, steps)
        return line(needed(after), drawing, each, GIBBS_SWEEPS[-1])

    sources: dict[str, Callable[[], Row]] = {"clusters": clusters}
    for name, spins in starts(size, frames).items():
        sources[name] = lambda spins=spins: start(spins, False)
    sources[AT_A_TIME] = lambda: start(starts(size, frames)["random"], True)
    for model in models:
        name = model.metadata["name"]
        sources[name] = lambda model=model: plain(model)
        if isinstance(model.settings, DiffusionSettings | ContinuousSettings):
            sources[f"{name}{FINISH}"] = lambda model=model: with_finish(model)
    return [(name, make) for name, make in sources.items() if name not in found]


def number(steps: float, largest: float) -> str:
    return f"> {largest:,}" if math.isinf(steps) else f"{float(f'{steps:.3g}'):,g}"


def over(whole: pd.Series, other: pd.Series) -> str:
    """Return how many times as much the first costs, as far as that is known."""
    ends = math.isinf(whole["steps"]), math.isinf(other["steps"])
    if all(ends):
        return "not known"
    sign = {(True, False): "> ", (False, True): "< "}.get(ends, "")
    ratio = whole["seconds"] / other["seconds"]
    return f"{sign}{float(f'{ratio:.2g}'):,g}"


def tables(data: pd.DataFrame) -> str:
    """Return what is measured, in words."""
    size, frames, steps = (data[name].iloc[0] for name in ("lattice_size", "frames", "chain_steps"))
    of_models = [name for name in data["source"].unique() if name not in MONTE_CARLO]
    cells = data.set_index(["temperature", "source"])
    monte_carlo, models = [], []
    for T in sorted(data["temperature"].unique()):
        here = cells.loc[T]
        texts = [
            f"{number(here.loc[name, 'steps'], SWEEPS[-1])}: {here.loc[name, 'seconds']:.2g}"
            for name in MONTE_CARLO
        ]
        monte_carlo.append([f"{T:.7g}", *texts])
        for name in of_models:
            if name not in here.index:
                continue
            row = here.loc[name]
            largest = GIBBS_SWEEPS[-1] if name.endswith(FINISH) else SWEEPS[-1]
            models.append(
                [
                    f"{T:.7g}",
                    name,
                    f"{row['drawing_seconds']:.2g}",
                    f"{number(row['steps'], largest)}: {row['seconds']:.2g}",
                    *(over(row, here.loc[other]) for other in ("random", AT_A_TIME, "clusters")),
                ]
            )
    headings = ["T", "model", "drawing", "drawing and sweeps", "/ random", "/ packed", "/ clusters"]
    text = [
        f"Seconds of one core per independent frame, L = {size}, {frames} frames looked at; "
        f"{steps} steps of the reverse chain; {cpu_model()}.",
        "Monte Carlo alone, the sweeps or clusters needed and their seconds:",
        table(
            ["T", *MONTE_CARLO],
            monte_carlo,
        ),
        f"Models, the sweeps needed on top (with finish: of heat bath, from sigma = "
        f"{FINISH_SIGMA:g}) and the seconds of both; and over those of Monte Carlo:",
        table(headings, models),
    ]
    return "\n\n".join(text) + "\n"


def draw(data: pd.DataFrame, path: Path) -> None:
    """Draw the sweeps that frames need, and what an independent frame costs, against T."""
    networks = data["source"].str.replace(FINISH, "").unique()
    looks = style.looks(name for name in networks if name not in MONTE_CARLO)
    with matplotlib_style.context(style.RC, after_reset=True):
        figure, axes = style.panels(1, 2, (13, 5.2))
        for source, part in data.groupby("source", sort=False):
            name, with_finish = source.removesuffix(FINISH), source.endswith(FINISH)
            part = part.sort_values("temperature")
            look = looks.get(name)
            if look is None:
                shape = {"color": style.INK, "linestyle": MONTE_CARLO[name]}
            else:
                shape = {"color": look.color, "marker": look.marker}
            if with_finish:
                shape |= {"linestyle": ":", "markerfacecolor": "white"}
            label = source if look is None else look.label + FINISH * with_finish
            if source not in (AT_A_TIME, "clusters"):
                largest = GIBBS_SWEEPS[-1] if with_finish else SWEEPS[-1]
                needed = part["steps"].clip(upper=2 * largest)
                axes[0, 0].plot(part["temperature"], needed, label=label, **shape)
            axes[0, 1].plot(part["temperature"], part["seconds"], label=label, **shape)
        axes[0, 0].set_yscale("symlog", linthresh=1)
        axes[0, 0].set(ylim=(-0.2, 2.5 * SWEEPS[-1]), ylabel="sweeps until indistinguishable")
        axes[0, 1].set(yscale="log", ylabel="core seconds per independent frame")
        for ax in axes[0]:
            ax.set_xlabel(style.TEMPERATURE)
        style.letter(axes[0])
        handles = axes[0, 1].get_legend_handles_labels()
        figure.legend(*handles, loc="outside right center", fontsize="small")
        figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL.safetensors")
    parser.add_argument("--lattice-size", type=int, default=32)
    parser.add_argument("--frames", type=int, default=200, help="that are looked at")
    parser.add_argument("--sampling-steps", type=int, default=40)
    parser.add_argument("--temperature", type=float, action="append")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    models = [checkpoint.load(path, torch.device("cpu")) for path in arguments.models]
    size, frames, steps = arguments.lattice_size, arguments.frames, arguments.sampling_steps
    for T in arguments.temperature or TEMPERATURES:
        key = {"lattice_size": size, "frames": frames, "chain_steps": steps, "temperature": T}
        found: set[str] = set()
        if RESULTS.exists():
            data = pd.read_csv(RESULTS)
            same = (data[list(key)] == pd.Series(key)).all(axis=1)
            found = set(data[same]["source"])
        for source, make in rows(models, T, found, size, frames, steps):
            row = {name: str(value) for name, value in key.items()} | {"source": source} | make()
            new = not RESULTS.exists()
            with RESULTS.open("a", newline="") as file:
                writer = csv.DictWriter(file, list(row), lineterminator="\n")
                if new:
                    writer.writeheader()
                writer.writerow(row)
            print(", ".join(row.values()), flush=True)
    data = pd.read_csv(RESULTS)
    data = data[
        (data[["lattice_size", "frames", "chain_steps"]] == [size, frames, steps]).all(axis=1)
    ]
    RESULTS.with_suffix(".txt").write_text(tables(data))
    draw(data, FIGURE)
    print(tables(data), end="")


if __name__ == "__main__":
    main()
