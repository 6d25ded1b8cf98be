"""The cost of sampling, and the steps that frames need: a row for every source at one T."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from benchmarks.harness import core_seconds, timed
from ising_fidelity import lattice
from ising_fidelity.analysis import relaxation
from ising_fidelity.exact.finite import kaufman
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling import finish
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.montecarlo import relax, run_chains
from ising_fidelity.montecarlo.kernels import multispin
from ising_fidelity.montecarlo.packed import BLOCK, Replicas
from ising_fidelity.montecarlo.single import SingleChains
from ising_fidelity.observables.errors import autocorrelation_time
from studies.shared import Row, observables

TEMPERATURES = (1.0, 1.6, 2.0, 2.2, 2.269185, 2.3, 2.5, 3.0)
SWEEPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
GIBBS_SWEEPS = (1, 2, 5, 10, 20, 50)
FINISH_SIGMA = 3.0
DRAWS = 8000
"""Draws of the chain of clusters, about four per sweep."""
PACKED = BLOCK * multispin.LANES[0]
AT_A_TIME = f"random, {PACKED} at a time"
MONTE_CARLO = {"random": "-", "ordered": "--", AT_A_TIME: ":", "clusters": "-."}
FINISH = " with finish"
SEED = 1

Spins = NDArray[np.int8]


def walked(spins: Spins, temperature: float) -> tuple[dict[int, Spins], float]:
    """Return frames after each number of sweeps, and the seconds per frame and sweep."""
    frames, seconds = timed(lambda: relax(spins, temperature, SWEEPS, SEED))
    return dict(zip(SWEEPS, frames, strict=True)), seconds / (SWEEPS[-1] * len(spins))


def packed_seconds(lattice_size: int, temperature: float) -> float:
    """Return the seconds per frame and sweep if words hold many chains."""
    spins = np.ones((PACKED, lattice_size, lattice_size), np.int8)
    streams = np.random.SeedSequence(SEED).spawn(PACKED // BLOCK + 1)
    walk = Replicas(spins, temperature, False, streams[1:], streams[0])
    walk.sweep(200)
    return core_seconds(lambda: walk.sweep(2000)) / (2000 * PACKED)


def of_clusters(lattice_size: int, temperature: float) -> tuple[float, float]:
    """Return clusters per independent frame of one equilibrium chain, and seconds per cluster."""
    start = np.ones((1, lattice_size, lattice_size), np.int8)
    walk = SingleChains(start, temperature, True, [np.random.SeedSequence(SEED)])
    walk.settle(500)
    every = max(1, int(walk.updates_per_sweep[0]) // 4)
    walk.updates_per_sweep[:] = every
    energy, order = np.empty((2, 1, DRAWS))
    for place in range(DRAWS):
        walk.sweep(1)
        energy[0, place] = lattice.energy(walk.frames)[0]
        order[0, place] = abs(lattice.magnetization(walk.frames)[0])
    clusters = every * 2 * max(autocorrelation_time(series)[0] for series in (energy, order))
    each = core_seconds(lambda: walk.sweep(DRAWS)) / (DRAWS * every)
    return clusters, each


def finished(
    model: Model, temperature: float, frames: int, lattice_size: int, chain: Chain
) -> tuple[dict[int, Spins], float, float]:
    """Return frames after each number of heat-bath sweeps, and seconds per frame and per sweep."""
    arguments = frames, lattice_size, SEED, chain, FINISH_SIGMA
    noisy, sampling = timed(lambda: finish.draw_noisy(model, temperature, *arguments))
    after, each = timed(
        lambda: [finish.finished(noisy, temperature, n, SEED) for n in GIBBS_SWEEPS]
    )
    named = dict(zip(GIBBS_SWEEPS, after, strict=True))
    return named, sampling / frames, each / (sum(GIBBS_SWEEPS) * frames)


class Known:
    """The reference values of frames at a temperature."""

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
    """Return random frames, and ordered frames with a random sign each."""
    shape = frames, lattice_size, lattice_size
    random = np.random.default_rng(SEED)
    signs = np.array([-1, 1], np.int8)
    ordered = np.broadcast_to(random.choice(signs, (frames, 1, 1)), shape)
    return {"random": random.choice(signs, shape), "ordered": np.ascontiguousarray(ordered)}


def line(steps: float, sampling: float, each: float, largest: int) -> Row:
    """Return the numbers of a row; beyond the largest number of steps, the cost is a bound."""
    seconds = sampling + min(steps, largest) * each
    return {
        "steps": f"{steps:.4g}",
        "drawing_seconds": f"{sampling:.3g}",
        "seconds": f"{seconds:.3g}",
    }


def rows(
    models: Sequence[Model], temperature: float, size: int, frames: int, steps: int
) -> Iterator[tuple[Row, Callable[[], Row]]]:
    """Yield the key of each source's row, and a function that measures the rest."""
    known = cache(partial(Known, size, temperature))
    chain = Chain(sampling_steps=steps, reverse_variance="posterior")

    def start(spins: Spins, packed: bool) -> Row:
        after, each = walked(spins, temperature)
        each = packed_seconds(size, temperature) if packed else each
        return line(known().needed(after), 0.0, each, SWEEPS[-1])

    def clusters() -> Row:
        number, each = of_clusters(size, temperature)
        return line(number, 0.0, each, DRAWS)

    def plain(model: Model) -> Row:
        sample, sampling = timed(lambda: draw(model, temperature, frames, size, SEED, chain))
        after, each = walked(sample.spins, temperature)
        return line(known().needed(after), sampling / frames, each, SWEEPS[-1])

    def with_finish(model: Model) -> Row:
        after, sampling, each = finished(model, temperature, frames, size, chain)
        return line(known().needed(after), sampling, each, GIBBS_SWEEPS[-1])

    first = starts(size, frames)
    sources: dict[str, Callable[[], Row]] = {"clusters": clusters}
    sources |= {name: partial(start, spins, False) for name, spins in first.items()}
    sources[AT_A_TIME] = partial(start, first["random"], True)
    for model in models:
        name = model.metadata["name"]
        sources[name] = partial(plain, model)
        if model.settings.chain_options:
            sources[f"{name}{FINISH}"] = partial(with_finish, model)
    key = {"lattice_size": size, "frames": frames, "chain_steps": steps, "temperature": temperature}
    texts = {name: str(value) for name, value in key.items()}
    for name, make in sources.items():
        yield texts | {"source": name}, make
