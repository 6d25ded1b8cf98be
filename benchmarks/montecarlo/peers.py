"""Other packages as walks, each in the fastest way that it documents for this model."""

import statistics
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module

import numpy as np

from benchmarks.harness import Data, version
from benchmarks.montecarlo.walks import Floats, Spins, Walk

PACKAGES = ("mcising", "dwave-samplers", "peapods", "numba")


class Mcising(Walk):
    """mcising's simulation object: one chain, sites in sequence, or clusters.

    ``sweep`` with a number of sweeps is its fastest call, without measurements. A sweep of its
    ``wolff`` is one cluster.
    """

    def __init__(self, start: Spins, temperature: float, algorithm: str = "metropolis") -> None:
        simulation = import_module("mcising._core").IsingSimulation
        self._temperature = temperature
        self._simulation = simulation(len(start), 1.0, 0.0, 0.0, 0.0, 1, algorithm, "square")
        self._simulation.set_spins(start)

    def sweep(self, count: int) -> None:
        self._simulation.sweep(count, temperature=self._temperature)

    @property
    def frames(self) -> Spins:
        return self._simulation.get_spins()[None]


class DWave(Walk):
    """dwave-samplers' simulated annealing at one temperature, many reads one after the other.

    Sites are visited in sequence, which its documentation calls faster than at random. Each call
    sets up the model again; the median time of three calls for a single sweep is therefore
    subtracted.
    """

    def __init__(self, starts: Spins, temperature: float) -> None:
        dimod = import_module("dimod")
        self.chains, self._size, _ = starts.shape
        self.effort, self.first_count = (1.0, 1) if self._size <= 64 else (10.0, 50)
        sites = np.arange(self._size**2).reshape(self._size, self._size)
        ends = np.stack([np.roll(sites, -1, axis) for axis in (0, 1)]).ravel()
        bonds = (np.tile(sites.ravel(), 2), ends, np.full(ends.size, -1.0))
        self._model = dimod.BinaryQuadraticModel.from_numpy_vectors(
            np.zeros(sites.size), bonds, 0.0, dimod.SPIN
        )
        self._sampler = import_module("dwave.samplers").SimulatedAnnealingSampler()
        self._beta, self._calls, self._set_up = 1 / temperature, 0, 0.0
        self._spins = starts.reshape(len(starts), -1)

    def sweep(self, count: int) -> None:
        self._calls += 1
        samples = self._sampler.sample(
            self._model,
            num_reads=self.chains,
            beta_schedule_type="custom",
            beta_schedule=[self._beta],
            num_sweeps_per_beta=count,
            initial_states=(self._spins, range(self._spins.shape[1])),
            seed=self._calls,
        )
        self._spins = samples.record.sample

    def seconds(self, count: int) -> float:
        if not self._set_up:
            self._set_up = statistics.median(super(DWave, self).seconds(1) for _ in range(3))
        return max(1e-6, super().seconds(count + 1) - self._set_up)

    @property
    def frames(self) -> Spins:
        return self._spins.reshape(self.chains, self._size, self._size)


class Peapods(Walk):
    """peapods' model with one replica, its fastest way; sites in sequence.

    With a cluster mode, a cluster update follows every sweep; clusters alone are not possible. It
    starts at random, and about 60 sweeps with Swendsen-Wang bring it to equilibrium. It always
    measures, and runs a single sweep where others return a frame.
    """

    def __init__(self, lattice_size: int, temperature: float, clusters: str | None = None) -> None:
        model = import_module("peapods").Ising
        self._model = model((lattice_size, lattice_size), temperatures=np.array([temperature]))
        self._mode: Data = {"sequential": True, "warmup_ratio": 0.0}
        thermalizing = self._mode | {"cluster_update_interval": 1, "cluster_mode": "sw"}
        self._model.sample(60, **thermalizing)
        if clusters:
            self._mode |= {"cluster_update_interval": 1, "cluster_mode": clusters}

    def sweep(self, count: int) -> None:
        with np.errstate(invalid="ignore"):  # the Binder cumulant where m is 0
            self._model.sample(count, **self._mode)

    def series(self, draws: int, spacing: int) -> tuple[Floats, Floats]:
        energies, magnetizations = np.empty((2, 1, draws))
        for draw in range(draws):
            if spacing > 1:
                self.sweep(spacing - 1)
            self.sweep(1)
            energies[0, draw] = -self._model.energies_avg[0]  # it counts a satisfied bond as +1
            magnetizations[0, draw] = abs(self._model.mags[0])
        return energies, magnetizations


class NumbaLoop(Walk):
    """The usual hand-written loop: one chain, random sites, a table of acceptances, neighbors by %.

    It uses NumPy's generator.
    """

    def __init__(self, start: Spins, temperature: float) -> None:
        self._spins = start.copy()
        self._chances = np.exp(-np.arange(9) / temperature)
        self._generator = np.random.default_rng(3)
        self._sweeps = numba_sweeps()

    def sweep(self, count: int) -> None:
        self._sweeps(self._spins, self._chances, count, self._generator)

    @property
    def frames(self) -> Spins:
        return self._spins[None]


@lru_cache(maxsize=1)
def numba_sweeps() -> Callable[[Spins, Floats, int, np.random.Generator], None]:
    """Return the compiled loop; ``chances`` are indexed by the cost of a flip, 0 to 8."""

    def sweeps(spins: Spins, chances: Floats, count: int, generator: np.random.Generator) -> None:
        size = spins.shape[0]
        for _ in range(count * size * size):
            y, x = int(size * generator.random()), int(size * generator.random())
            around = spins[(y + 1) % size, x] + spins[(y - 1) % size, x]
            around += spins[y, (x + 1) % size] + spins[y, (x - 1) % size]
            cost = 2 * spins[y, x] * around
            if cost <= 0 or generator.random() < chances[cost]:
                spins[y, x] = -spins[y, x]

    compiled: Callable[[Spins, Floats, int, np.random.Generator], None]
    compiled = import_module("numba").njit(sweeps)
    compiled(np.ones((2, 2), np.int8), np.ones(9), 1, np.random.default_rng(3))
    return compiled


def installed(builders: Mapping[str, Callable[[], Walk]]) -> dict[str, Walk | None]:
    """Return walks by name, None if the package at the start of the name is missing."""
    missing = {package for package in PACKAGES if version(package) is None}
    return {
        name: None if name.split(",")[0] in missing else build() for name, build in builders.items()
    }
