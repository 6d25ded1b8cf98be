"""What an independent frame costs: a model and Monte Carlo on top, or Monte Carlo alone.

In seconds of one core at each temperature, all measured in one run:

- a model: drawing a frame, and the sweeps of Metropolis that its frames need until u, C, abs(m) and
  chi are within three errors of what they should be, there and at every larger number of sweeps;
- Metropolis from a random start: the sweeps that those frames need, one frame after the other, or
  as many at a time as the machine's vectors hold;
- clusters: 2 tau_int of u or abs(m), whichever is longer, in one long chain.

Training the model is not counted, nor is bringing the one chain of clusters to equilibrium. What
frames need depends on how many are looked at (--frames): errors are theirs. Chance tells frames in
equilibrium apart now and then, the more often the more numbers of sweeps are tried; such frames
seem to need more.

python benchmarks/hybrid.py MODEL.safetensors ... writes its tables to benchmarks/results/hybrid.txt
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from montecarlo import core_seconds, cpu_model, table
from numpy.typing import NDArray

from ising_fidelity import lattice, relaxation
from ising_fidelity.exact import kaufman
from ising_fidelity.models import checkpoint, sampling
from ising_fidelity.montecarlo import multispin, relax, run_chains
from ising_fidelity.montecarlo.chains import BLOCK, Replicas, SingleChains
from ising_fidelity.observables import thermodynamics
from ising_fidelity.observables.errors import Primaries, autocorrelation_time

RESULTS = Path(__file__).parent / "results" / "hybrid.txt"
TEMPERATURES = (1.0, 1.6, 2.0, 2.2, 2.269185, 2.3, 2.5, 3.0)
SWEEPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
DRAWS = 8000
"""Of the chain of clusters, about four of them per sweep."""
PACKED = BLOCK * multispin.LANES[0]
SEED = 1

Spins = NDArray[np.int8]


@dataclass(frozen=True)
class Cost:
    """Seconds per independent frame, and from how many sweeps or clusters."""

    steps: float
    seconds: float

    def __str__(self) -> str:
        if math.isinf(self.steps):
            return f"more than {SWEEPS[-1]}: > {self.seconds:.2g}"
        return f"{float(f'{self.steps:.3g}'):g}: {self.seconds:.2g}"


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


def walked(spins: Spins, temperature: float) -> tuple[dict[int, xr.Dataset], float]:
    """Return observables after each number of sweeps, and the seconds of a frame's sweep."""
    after: dict[int, Spins] = {}

    def act() -> None:
        frames = relax(spins, temperature, SWEEPS, SEED)
        after.update(zip(SWEEPS, frames, strict=True))

    seconds = core_seconds(act) / (SWEEPS[-1] * len(spins))
    measured = {
        sweeps: observables(frames[None], temperature, "independent")
        for sweeps, frames in after.items()
    }
    return measured, seconds


def packed_seconds(lattice_size: int, temperature: float) -> float:
    """Return the seconds of a frame's sweep where words hold many chains."""
    spins = np.ones((PACKED, lattice_size, lattice_size), np.int8)
    streams = np.random.SeedSequence(SEED).spawn(PACKED // BLOCK + 1)
    walk = Replicas(spins, temperature, False, streams[1:], streams[0])
    walk.sweep(200)
    return core_seconds(lambda: walk.sweep(2000)) / (2000 * PACKED)


def of_clusters(lattice_size: int, temperature: float) -> Cost:
    """Return clusters and seconds per independent frame of one chain in equilibrium."""
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
    return Cost(clusters, clusters * each)


def needed(
    after: dict[int, xr.Dataset], solved: xr.Dataset, reference: xr.Dataset, each: float
) -> Cost:
    """Return what sweeps cost that frames need; of more than the largest number, that number."""
    (most,) = relaxation.need(after, solved, reference).most
    return Cost(most, min(most, SWEEPS[-1]) * each)


def row(
    models: Sequence[checkpoint.Model], temperature: float, arguments: argparse.Namespace
) -> tuple[list[list[str]], list[str]]:
    """Return a line for each model, and one of Monte Carlo alone."""
    L, frames = arguments.lattice_size, arguments.frames
    simulated = run_chains(L, temperature, "cluster", 4000, 50, 200, 10, SEED).spins
    reference = observables(simulated, temperature, "chain")
    known = kaufman(L, temperature)
    solved = xr.Dataset(
        {name: ("temperature", [getattr(known, name)]) for name in relaxation.AGAINST_EXACT},
        {"temperature": [temperature]},
    )
    coins = np.random.default_rng(SEED).choice(np.array([-1, 1], np.int8), (frames, L, L))
    after, each = walked(coins, temperature)
    random = needed(after, solved, reference, each)
    packed = needed(after, solved, reference, packed_seconds(L, temperature))
    clusters = of_clusters(L, temperature)
    chain = sampling.Chain(arguments.sampling_steps, arguments.reverse_variance)
    lines = []
    for model in models:
        drawn: list[Spins] = []

        def draw(model: checkpoint.Model = model, drawn: list[Spins] = drawn) -> None:
            field = sampling.draw(model, temperature, frames, L, SEED, chain)
            drawn.append(np.where(field >= 0, 1, -1).astype(np.int8))

        drawing = core_seconds(draw) / frames
        after, each = walked(drawn[0], temperature)
        top = needed(after, solved, reference, each)
        whole = Cost(top.steps, drawing + top.seconds)
        lines.append(
            [
                f"{temperature:.7g}",
                model.metadata["name"],
                f"{drawing:.2g}",
                str(whole),
                *(over(whole, other) for other in (random, packed, clusters)),
            ]
        )
    return lines, [f"{temperature:.7g}", str(random), str(packed), str(clusters)]


def over(whole: Cost, other: Cost) -> str:
    """Return how many times as much the first costs, as far as that is known."""
    ends = math.isinf(whole.steps), math.isinf(other.steps)
    if all(ends):
        return "not known"
    sign = {(True, False): "> ", (False, True): "< "}.get(ends, "")
    ratio = whole.seconds / other.seconds
    return f"{sign}{float(f'{ratio:.2g}'):,g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL.safetensors")
    parser.add_argument("--lattice-size", type=int, default=32)
    parser.add_argument("--frames", type=int, default=200, help="that are looked at")
    parser.add_argument("--sampling-steps", type=int, default=40)
    parser.add_argument("--reverse-variance", default="posterior")
    parser.add_argument("--temperature", type=float, action="append")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    models = [checkpoint.load(path, torch.device("cpu")) for path in arguments.models]
    of_models: list[list[str]] = []
    alone: list[list[str]] = []
    for temperature in arguments.temperature or TEMPERATURES:
        lines, line = row(models, temperature, arguments)
        of_models += lines
        alone.append(line)
        print(lines, line, flush=True)
    steps = f"{arguments.sampling_steps} steps of the reverse chain"
    text = [
        f"Seconds of one core per independent frame, L = {arguments.lattice_size}, "
        f"{arguments.frames} frames looked at; {steps}; {cpu_model()}.",
        "Monte Carlo alone, the sweeps or clusters needed and their seconds:",
        table(
            ["T", "random start, one by one", f"random start, {PACKED} at a time", "clusters"],
            alone,
        ),
        "Models, the sweeps needed on top and the seconds of both; and over those of Monte Carlo:",
        table(
            ["T", "model", "drawing", "drawing and sweeps", "/ random", "/ packed", "/ clusters"],
            of_models,
        ),
    ]
    RESULTS.write_text("\n\n".join(text) + "\n")
    print(RESULTS.read_text(), end="")


if __name__ == "__main__":
    main()
