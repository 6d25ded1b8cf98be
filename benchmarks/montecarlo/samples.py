"""The Monte Carlo engine against other packages, and what its samplers cost.

Everything that is compared takes turns in one run, and ratios are of times in the same round:
python benchmarks/montecarlo.py, for a first look with --quick. A full run takes some ten minutes of
one idle core (two for the section on threads) and writes its tables to benchmarks/results.

The other packages are those of pip install '.[benchmarks]'; one that is missing is listed as such.
Each is called in the fastest way that it documents for this model, its set-up is not counted, and
its mean energy stands beside the exact one.
"""

import argparse
import importlib.metadata
import json
import math
import os
import platform
import re
import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.exact import kaufman
from ising_fidelity.montecarlo import kernels, multispin, reference
from ising_fidelity.montecarlo.chains import (
    BLOCK,
    UNBOUNDED,
    Chains,
    Replicas,
    SingleChains,
    acceptance_thresholds,
    bond_threshold,
    digit_chances,
    generator_state,
)
from ising_fidelity.montecarlo.engine import best_sampler
from ising_fidelity.observables.errors import autocorrelation_time, gamma_method

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("mcising", "dwave-samplers", "peapods", "numba")
CRITICAL = 2.269185
TEMPERATURES = (1.5, CRITICAL, 4.0)
FRAME_TEMPERATURES = (1.5, 2.0, CRITICAL, 2.5, 2.8, 3.2, 4.0)
SIZES = (64, 1024)
GROWING_SIZES = (64, 128, 256, 512, 1024, 2048, 4096)
L = 64
WIDEST = multispin.LANES[0]
CHAINS = BLOCK * WIDEST
MOST_BYTES = 1.5e9
NEARLY_INDEPENDENT = 1.1
"""Most that 2 tau_int may be, in draws, of frames that count as independent."""

INSTRUCTIONS = {8: "AVX-512", 4: "AVX2", 2: "SSE2 or NEON", 1: "plain words"}
ORDERS = {True: "checkerboard", False: "random site"}

Floats = NDArray[np.float64]
Spins = NDArray[np.int8]
Timer = Callable[[int], float]
Data = dict[str, Any]
Row = list[object]


@dataclass(frozen=True)
class Effort:
    """How much time is spent.

    Attributes
    ----------
    seconds
        That one timing of one variant takes in a round.
    rounds
        In which all variants take turns.
    length
        Of the runs for autocorrelation times and mean energies, 1 being the full one.
    """

    seconds: float
    rounds: int
    length: float

    @property
    def quick(self) -> bool:
        """Whether that is just for trying, and what takes long may be left out."""
        return self.length < 1

    def draws(self, full: int) -> int:
        """Return the number of draws of a run that has ``full`` ones at length 1."""
        return max(16, round(self.length * full))


FULL = Effort(0.1, 7, 1.0)
QUICK = Effort(0.01, 2, 0.02)


@dataclass(frozen=True)
class Spread:
    """Median and extremes over rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Return that of some values."""
        ordered = sorted(values)
        return cls(statistics.median(ordered), ordered[0], ordered[-1])

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.least:.3g}..{self.most:.3g})"


@dataclass(frozen=True)
class Section:
    """A section's tables, as text, and its numbers."""

    text: str
    data: Data


class Timed(ABC):
    """Chains at one temperature that can be timed; one chain unless it says more."""

    chains = 1
    effort = 1.0
    """Times the usual effort that a timing needs."""
    first_count = 1
    """Sweeps that are tried first, to find how many fill a timing."""

    @abstractmethod
    def sweep(self, count: int) -> None:
        """Move every chain on by ``count`` sweeps."""

    def seconds(self, count: int) -> float:
        """Return the time of ``count`` sweeps of all chains, in s of one core."""
        start = time.process_time()
        self.sweep(count)
        return time.process_time() - start


class Walk(Timed):
    """Chains that can be measured, too."""

    @abstractmethod
    def series(self, draws: int, spacing: int) -> tuple[Floats, Floats]:
        """Return energies per spin and abs(m), both of shape (chains, draws), in sweeps' order."""


class FrameWalk(Walk):
    """A walk that shows its spins."""

    @property
    @abstractmethod
    def frames(self) -> Spins:
        """Where the chains are, shape (chains, L, L)."""

    def series(self, draws: int, spacing: int) -> tuple[Floats, Floats]:
        """See :class:`Walk`."""
        measured = []
        for _ in range(draws):
            self.sweep(spacing)
            measured.append(self.measured())
        energies, magnetizations = np.stack(measured, axis=-1)
        return energies, magnetizations

    def measured(self) -> Floats:
        """Return energies per spin and abs(m) of the chains' frames, shape (2, chains)."""
        frames = self.frames
        frames = frames[: max(8, 2**22 // frames[0].size)]
        return np.stack([lattice.energy(frames), np.abs(lattice.magnetization(frames))])


class Ours(FrameWalk):
    """Chains of this project's engine."""

    def __init__(self, chains: Chains, count: int) -> None:
        self.engine, self.chains = chains, count

    def sweep(self, count: int) -> None:
        """See :class:`Walk`."""
        self.engine.sweep(count)

    @property
    def frames(self) -> Spins:
        """See :class:`Walk`."""
        return self.engine.frames


class Mcising(FrameWalk):
    """mcising's simulation object: one chain, sites in sequence, or clusters.

    ``sweep`` with a number of sweeps is its fastest call: nothing is measured on the way. A sweep
    of its ``wolff`` is one cluster.
    """

    def __init__(self, start: Spins, temperature: float, algorithm: str = "metropolis") -> None:
        simulation = import_module("mcising._core").IsingSimulation
        self._temperature = temperature
        self._simulation = simulation(len(start), 1.0, 0.0, 0.0, 0.0, 1, algorithm, "square")
        self._simulation.set_spins(start)

    def sweep(self, count: int) -> None:
        """See :class:`Walk`."""
        self._simulation.sweep(count, temperature=self._temperature)

    @property
    def frames(self) -> Spins:
        """See :class:`Walk`."""
        return self._simulation.get_spins()[None]


class DWave(FrameWalk):
    """dwave-samplers' simulated annealing at one temperature, many reads one after the other.

    Sites are visited in sequence, faster than at random as its documentation says. Each call sets
    the model up again; the median time of three calls for a single sweep is therefore taken off.
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
        """See :class:`Walk`."""
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
        """See :class:`Walk`."""
        if not self._set_up:
            self._set_up = statistics.median(super(DWave, self).seconds(1) for _ in range(3))
        return max(1e-6, super().seconds(count + 1) - self._set_up)

    @property
    def frames(self) -> Spins:
        """See :class:`Walk`."""
        return self._spins.reshape(self.chains, self._size, self._size)


class Peapods(Walk):
    """peapods' model with one replica, which is fastest; sites in sequence.

    With a cluster mode, a cluster update follows every sweep; it has none without the sweep. It
    begins at random, and some 60 sweeps with Swendsen-Wang bring it to equilibrium. It measures as
    it goes, which cannot be turned off, and is asked for a single sweep where others are for a
    frame.
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
        """See :class:`Walk`."""
        with np.errstate(invalid="ignore"):  # Binder's cumulant where m is 0
            self._model.sample(count, **self._mode)

    def series(self, draws: int, spacing: int) -> tuple[Floats, Floats]:
        """See :class:`Walk`."""
        energies, magnetizations = np.empty((2, 1, draws))
        for draw in range(draws):
            if spacing > 1:
                self.sweep(spacing - 1)
            self.sweep(1)
            energies[0, draw] = -self._model.energies_avg[0]  # it counts a satisfied bond as +1
            magnetizations[0, draw] = abs(self._model.mags[0])
        return energies, magnetizations


class NumbaLoop(FrameWalk):
    """The loop that people write: one chain, sites at random, a table of chances, neighbors by %.

    With NumPy's generator.
    """

    def __init__(self, start: Spins, temperature: float) -> None:
        self._spins = start.copy()
        self._chances = np.exp(-np.arange(9) / temperature)
        self._generator = np.random.default_rng(3)
        self._sweeps = numba_sweeps()

    def sweep(self, count: int) -> None:
        """See :class:`Walk`."""
        self._sweeps(self._spins, self._chances, count, self._generator)

    @property
    def frames(self) -> Spins:
        """See :class:`Walk`."""
        return self._spins[None]


@lru_cache(maxsize=1)
def numba_sweeps() -> Callable[[Spins, Floats, int, np.random.Generator], None]:
    """Return the compiled loop; ``chances`` of a flip are counted by its cost, 0 to 8."""

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


class Draws(Timed):
    """Frames of a walk, one per chain; a sweep of this is ``spacing`` of the other, and a look."""

    def __init__(self, walk: FrameWalk, spacing: int) -> None:
        self._walk, self._spacing = walk, spacing
        self.chains, self._kept = walk.chains, walk.frames.copy()

    def sweep(self, count: int) -> None:
        """See :class:`Walk`."""
        for _ in range(count):
            self._walk.sweep(self._spacing)
            self._kept[:] = self._walk.frames


@lru_cache(maxsize=16)
def equilibrium(lattice_size: int, temperature: float, chains: int) -> Spins:
    """Return independent frames (chains, L, L), made by clusters from ordered starts.

    Clusters are flipped until each spin was some 20 times, on average, and then as many again: a
    fixed number at the end, since to stop behind enough flips would favor large clusters.
    """
    bond = bond_threshold(temperature)
    frames = np.ones((chains, lattice_size**2), np.int8)
    frames[1::2] = -1
    for spins, stream in zip(frames, np.random.SeedSequence(1).spawn(chains), strict=True):
        state = generator_state(stream)
        clusters, _ = kernels.wolff(spins, state, UNBOUNDED, lattice_size, bond, 20 * spins.size)
        kernels.wolff(spins, state, clusters, lattice_size, bond, UNBOUNDED)
    return frames.reshape(chains, lattice_size, lattice_size)


def starts(lattice_size: int, temperature: float, chains: int) -> Spins:
    """Return frames in equilibrium (chains, L, L), on large lattices the same one for all."""
    if lattice_size <= 64:
        return equilibrium(lattice_size, temperature, CHAINS)[:chains]
    frame = equilibrium(lattice_size, temperature, 1)
    return np.broadcast_to(frame, (chains, lattice_size, lattice_size))


def single(lattice_size: int, temperature: float, cluster: bool, chains: int = 1) -> Ours:
    """Return our single-chain Metropolis or cluster walk; a cluster is a sweep of the latter."""
    streams = np.random.SeedSequence(2).spawn(chains)
    begin = starts(lattice_size, temperature, chains)
    return Ours(SingleChains(begin, temperature, cluster, streams), chains)


def packed(
    lattice_size: int, temperature: float, checkerboard: bool, lanes: int, chains: int, threads: int
) -> Ours:
    """Return our packed walk, in groups of at most ``lanes`` blocks of 64 chains."""
    *streams, sites = np.random.SeedSequence(3).spawn(math.ceil(chains / BLOCK) + 1)
    widths = [width for width in multispin.LANES if width <= lanes]
    begin = starts(lattice_size, temperature, min(chains, CHAINS))
    begin = begin if chains <= CHAINS else np.tile(begin, (math.ceil(chains / CHAINS), 1, 1))
    walk = Replicas(begin[:chains], temperature, checkerboard, streams, sites, threads, widths)
    return Ours(walk, chains)


def one_group(lattice_size: int, temperature: float, checkerboard: bool, lanes: int) -> Ours:
    """Return our packed walk of 64 lanes chains."""
    return packed(lattice_size, temperature, checkerboard, lanes, BLOCK * lanes, 1)


def packed_builders(lattice_size: int, temperature: float) -> dict[str, Callable[[], Walk]]:
    """Return what makes our packed walks in both orders at each width of vectors."""
    return {
        packed_name(checkerboard, lanes): partial(
            one_group, lattice_size, temperature, checkerboard, lanes
        )
        for checkerboard in ORDERS
        for lanes in multispin.LANES
    }


def packed_name(checkerboard: bool, lanes: int) -> str:
    """Return what a table calls a packed walk."""
    return f"ours, packed {ORDERS[checkerboard]}, {BLOCK * lanes} chains ({INSTRUCTIONS[lanes]})"


def version(package: str) -> str | None:
    """Return a package's version, None if it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def installed(builders: Mapping[str, Callable[[], Walk]]) -> dict[str, Walk | None]:
    """Return walks by name, None where the package that the name begins with is missing."""
    walks: dict[str, Walk | None] = {}
    for name, build in builders.items():
        package = name.split(",")[0]
        missing = package in PACKAGES and version(package) is None
        walks[name] = None if missing else build()
    return walks


def enough(timer: Timer, seconds: float, count: int = 1) -> int:
    """Return how many repetitions take about this long; ``count`` are tried first."""
    timer(1)
    while (taken := timer(count)) < seconds / 4 and count < 2**40:
        count *= 4
    return max(1, round(count * seconds / taken))


def taking_turns(
    timers: Mapping[str, Timer], counts: Mapping[str, int], effort: Effort
) -> dict[str, list[float]]:
    """Return seconds per repetition of each timer, round by round."""
    taken: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(effort.rounds):
        for name, timer in timers.items():
            taken[name].append(timer(counts[name]) / counts[name])
    return taken


def repeating(timers: Mapping[str, Timer], effort: Effort) -> dict[str, list[float]]:
    """Return seconds per repetition of each timer, round by round, all for about as long."""
    counts = {name: enough(timer, effort.seconds) for name, timer in timers.items()}
    return taking_turns(timers, counts, effort)


def sweeping(walks: Mapping[str, Timed | None], effort: Effort) -> dict[str, list[float]]:
    """Return seconds per sweep of all chains of each walk that is there, round by round."""
    there = {name: walk for name, walk in walks.items() if walk}
    counts = {
        name: enough(walk.seconds, effort.seconds * walk.effort, walk.first_count)
        for name, walk in there.items()
    }
    return taking_turns({name: walk.seconds for name, walk in there.items()}, counts, effort)


def spread_ratio(above: list[float], below: list[float]) -> Spread:
    """Return the ratio of times in the same round."""
    return Spread.of(a / b for a, b in zip(above, below, strict=True))


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table whose columns are aligned."""
    cells = [list(headings), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def missing_row(name: str, columns: int) -> Row:
    return [name, "not installed", *[""] * (columns - 2)]


def rate_walks(lattice_size: int, temperature: float) -> dict[str, Walk | None]:
    """Return all that make single-spin updates."""
    begin = starts(lattice_size, temperature, 16)
    reads = begin if lattice_size <= 64 else begin[:1]
    builders: dict[str, Callable[[], Walk]] = {
        **packed_builders(lattice_size, temperature),
        "ours, one chain, random site": lambda: single(lattice_size, temperature, False),
        "mcising, one chain, sequential": lambda: Mcising(begin[0], temperature),
        f"dwave-samplers, {len(reads)} reads, sequential": lambda: DWave(reads, temperature),
        "peapods, one chain, sequential": lambda: Peapods(lattice_size, temperature),
        "numba, plain loop, random site": lambda: NumbaLoop(begin[0], temperature),
    }
    return installed(builders)


def energy_deviation(
    walk: Walk, lattice_size: int, temperature: float, effort: Effort
) -> tuple[float, float]:
    """Return the mean energy per spin minus the exact one, and its standard error.

    Frames of large lattices hardly move on in the time there is, so that the error is that of one.
    """
    exact = kaufman(lattice_size, temperature)
    if lattice_size > 64:
        energies, _ = walk.series(1, 1)
        error = temperature * math.sqrt(exact.specific_heat) / lattice_size
        return float(energies.mean() - exact.energy), error
    draws, spacing = (200, 100) if walk.chains == 1 else (20, 50)
    energies, _ = walk.series(effort.draws(draws), spacing)
    return float(energies.mean() - exact.energy), gamma_method(energies)[1]


def rates(effort: Effort) -> Section:
    """Time attempted spin flips, and hold mean energies against the exact one."""
    parts: list[str] = []
    data: Data = {}
    for lattice_size in SIZES[:1] if effort.quick else SIZES:
        for temperature in TEMPERATURES:
            part = _rates(lattice_size, temperature, effort)
            parts.append(f"### L = {lattice_size}, T = {temperature}\n\n{part.text}")
            data[f"L={lattice_size} T={temperature}"] = part.data
    text = (
        "Attempted spin flips per ns of one core: sweeps x sites x chains. The ratio is that of "
        f"our packed checkerboard with {CHAINS} chains to the row's. Median (least..most) over "
        f"{effort.rounds} rounds. Energies per spin, minus Kaufman's; all begin in equilibrium, "
        "and at L = 1024 all but peapods at the same frame, hardly leave it at T_c, and have its "
        "standard deviation as error."
    )
    return Section("\n\n".join([text, *parts]), data)


def _rates(lattice_size: int, temperature: float, effort: Effort) -> Section:
    walks = rate_walks(lattice_size, temperature)
    times = sweeping(walks, effort)
    best = packed_name(True, WIDEST)
    rows: list[Row] = []
    data: Data = {}
    for name, walk in walks.items():
        if walk is None:
            rows.append(missing_row(name, 4))
            continue
        attempts = 1e-9 * lattice_size**2 * walk.chains
        rate = Spread.of(attempts / seconds for seconds in times[name])
        per_attempt = [seconds / walk.chains for seconds in times[name]]
        ratio = spread_ratio(per_attempt, [seconds / CHAINS for seconds in times[best]])
        deviation, error = energy_deviation(walk, lattice_size, temperature, effort)
        rows.append([name, rate, ratio, f"{deviation:+.5f} +- {error:.5f}"])
        data[name] = {
            "attempts_per_ns": asdict(rate),
            "packed_checkerboard_is_faster_by": asdict(ratio),
            "energy_deviation": deviation,
            "energy_error": error,
        }
    return Section(table(["", "attempts/ns", "ratio", "energy - exact"], rows), data)


@dataclass(frozen=True)
class Memory:
    """An integrated autocorrelation time of abs(m) with its error, both in sweeps."""

    sweeps: float
    error: float

    def __str__(self) -> str:
        digits = max(0, 1 - math.floor(math.log10(self.error))) if self.error > 0 else 2
        return f"{self.sweeps:.{digits}f} +- {self.error:.{digits}f}"


def memory(walk: Walk, draws: int, spacing: int) -> Memory:
    """Measure tau_int of abs(m); its error is from eight parts, of the chains or of time."""
    _, series = walk.series(draws, spacing)
    tau, _ = autocorrelation_time(series)
    parts = np.array_split(series, 8, axis=0 if len(series) >= 64 else 1)
    taus = [autocorrelation_time(part)[0] for part in parts]
    return Memory(spacing * tau, spacing * float(np.std(taus, ddof=1)) / math.sqrt(len(parts)))


def clusters_per_sweep(effort: Effort) -> float:
    """Return how many of our clusters flip L^2 spins on average at T_c."""
    spins = equilibrium(L, CRITICAL, 1).ravel().copy()
    state = generator_state(np.random.SeedSequence(7))
    clusters = effort.draws(100_000)
    _, flipped = kernels.wolff(spins, state, clusters, L, bond_threshold(CRITICAL), UNBOUNDED)
    return clusters * spins.size / flipped


def sampling_walks() -> dict[str, Walk | None]:
    """Return all whose effective samples are counted; first those whose memory is measured."""
    begin = starts(L, CRITICAL, 16)
    builders: dict[str, Callable[[], Walk]] = {
        "ours, cluster": lambda: single(L, CRITICAL, True, chains=64),
        **packed_builders(L, CRITICAL),
        "ours, one chain, random site": lambda: single(L, CRITICAL, False),
        "mcising, Wolff": lambda: Mcising(begin[0], CRITICAL, "wolff"),
        "mcising, Swendsen-Wang": lambda: Mcising(begin[0], CRITICAL, "swendsen_wang"),
        "mcising, Metropolis, sequential": lambda: Mcising(begin[0], CRITICAL),
        "dwave-samplers, 16 reads, sequential": lambda: DWave(begin, CRITICAL),
        "peapods, Metropolis and Wolff": lambda: Peapods(L, CRITICAL, "wolff"),
        "peapods, Metropolis and Swendsen-Wang": lambda: Peapods(L, CRITICAL, "sw"),
        "numba, plain loop, random site": lambda: NumbaLoop(begin[0], CRITICAL),
    }
    return installed(builders)


MEMORY_RUNS = {
    "ours, cluster": (2000, 1),
    packed_name(True, WIDEST): (400, 50),
    packed_name(False, WIDEST): (400, 100),
    "mcising, Wolff": (40000, 1),
    "mcising, Swendsen-Wang": (16000, 1),
    "mcising, Metropolis, sequential": (8000, 50),
    "dwave-samplers, 16 reads, sequential": (160, 128),
    "peapods, Metropolis and Wolff": (16000, 1),
    "peapods, Metropolis and Swendsen-Wang": (8000, 1),
}
"""Draws and spacing in sweeps of the runs from which tau_int comes."""


def same_dynamics(name: str) -> str:
    """Return the walk that has the same autocorrelations by construction."""
    if "packed checkerboard" in name:
        return packed_name(True, WIDEST)
    if "random site" in name:
        return packed_name(False, WIDEST)
    return name


def effective_samples(effort: Effort) -> Section:
    """Measure tau_int of abs(m) at T_c, and from it effective samples per second of one core."""
    walks = sampling_walks()
    memories = {}
    for name, (draws, spacing) in MEMORY_RUNS.items():
        if walk := walks[name]:
            memories[name] = memory(walk, effort.draws(draws), spacing)
    times = sweeping(walks, effort)

    costs = {}
    for name, walk in walks.items():
        if walk:
            tau = memories[same_dynamics(name)].sweeps
            costs[name] = [2 * tau * seconds / walk.chains for seconds in times[name]]
    rows: list[Row] = []
    data: Data = {}
    for name in walks:
        if name not in costs:
            rows.append(missing_row(name, 4))
            continue
        per_second = Spread.of(1 / cost for cost in costs[name])
        ratio = spread_ratio(costs[name], costs["ours, cluster"])
        rows.append([name, memories[same_dynamics(name)], per_second, ratio])
        data[name] = {
            "tau_int": asdict(memories[same_dynamics(name)]),
            "effective_samples_per_s": asdict(per_second),
            "our_cluster_is_faster_by": asdict(ratio),
        }
    orders = _orders(memories, clusters_per_sweep(effort))
    text = (
        f"Effective samples of abs(m) per second of one core, chains / (2 tau_int), at L = {L}, "
        f"T = {CRITICAL}. tau_int is in sweeps, in clusters for Wolff alone, and is measured once "
        "for walks that are the same process. The ratio is that of our cluster to the row."
    )
    headings = ["", "tau_int", "samples/s", "ratio"]
    parts = [text, table(headings, rows), "### tau_int of abs(m)", orders.text]
    return Section("\n\n".join(parts), {"walks": data, "orders": orders.data})


def _orders(memories: Mapping[str, Memory], clusters: float) -> Section:
    cluster = memories["ours, cluster"]
    found = {
        "random site": memories[packed_name(False, WIDEST)],
        "checkerboard": memories[packed_name(True, WIDEST)],
        "cluster": Memory(cluster.sweeps / clusters, cluster.error / clusters),
    }
    board = found["checkerboard"]
    rows: list[Row] = []
    data: Data = {}
    for name, tau in found.items():
        ratio = tau.sweeps / board.sweeps
        error = ratio * math.hypot(tau.error / tau.sweeps, board.error / board.sweeps)
        error = 0.0 if name == "checkerboard" else error
        in_updates = cluster if name == "cluster" else ""
        rows.append([name, tau, in_updates, f"{ratio:.3g} +- {error:.1g}"])
        data[name] = {"sweeps": asdict(tau), "times_checkerboard": ratio, "error": error}
    data["cluster"] |= {"clusters": asdict(cluster), "clusters_per_sweep": clusters}
    return Section(table(["", "sweeps", "clusters", "times checkerboard"], rows), data)


def threads(effort: Effort) -> Section:
    """Time four groups of packed chains with one and two threads."""
    chains = 4 * CHAINS
    walks = {n: packed(L, CRITICAL, True, WIDEST, chains, threads=n) for n in (1, 2)}

    def timer(walk: Ours) -> Timer:
        return lambda count: wall_seconds(lambda: walk.sweep(count))

    times = repeating({str(n): timer(walk) for n, walk in walks.items()}, effort)
    rows: list[Row] = []
    data: Data = {}
    for name, seconds in times.items():
        rate = Spread.of(1e-9 * L**2 * chains / each for each in seconds)
        gain = spread_ratio(times["1"], seconds)
        rows.append([name, rate, gain])
        data[name] = {"attempts_per_ns": asdict(rate), "speedup": asdict(gain)}
    text = f"Packed checkerboard, {chains} chains in four groups, L = {L}, wall time."
    return Section(f"{text}\n\n{table(['threads', 'attempts/ns', 'speedup'], rows)}", data)


def wall_seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def core_seconds(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def repeated(act: Callable[[], object]) -> Timer:
    """Return the timer of an act, in s of one core."""

    def timer(count: int) -> float:
        return core_seconds(lambda: [act() for _ in range(count)])

    return timer


def growth(effort: Effort) -> Section:
    """Time what attempted and flipped spins cost on small and large lattices at T_c."""
    rows: list[Row] = []
    data: Data = {}
    first: dict[str, float] = {}
    for lattice_size in GROWING_SIZES:
        lanes = next(n for n in multispin.LANES if 8 * n * lattice_size**2 <= MOST_BYTES)
        timers = {
            "packed": packed_timer(lattice_size, lanes),
            "metropolis": metropolis_timer(lattice_size),
            "cluster": cluster_timer(lattice_size),
        }
        times = repeating(timers, effort)
        sites = lattice_size**2
        costs = {name: Spread.of(1e9 * t / sites for t in taken) for name, taken in times.items()}
        first = first or {name: cost.median for name, cost in costs.items()}
        cells: Row = [lattice_size, BLOCK * lanes, f"{8e-6 * lanes * sites:.3g}"]
        for name, cost in costs.items():
            cells += [cost, f"{cost.median / first[name]:.3g}"]
        rows.append(cells)
        data[str(lattice_size)] = {
            "chains": BLOCK * lanes,
            **{f"{name}_ns_per_site": asdict(cost) for name, cost in costs.items()},
        }
    text = (
        "Time of a sweep in ns per site, and how many times that of the smallest lattice: of all "
        "packed chains together, of one chain of Metropolis, and of clusters that flip L^2 spins. "
        f"At T = {CRITICAL}, from ordered frames on. There are fewer packed chains only where "
        f"they would need more than {MOST_BYTES / 1e9} GB."
    )
    headings = ["L", "packed chains", "MB", "packed checkerboard", "times"]
    headings += ["Metropolis", "times", "cluster", "times"]
    return Section(f"{text}\n\n{table(headings, rows)}", data)


def packed_timer(lattice_size: int, lanes: int) -> Timer:
    """Time sweeps of a packed checkerboard, without the unpacked frames that chains begin from."""
    sites = lattice_size**2
    room = np.zeros(sites * lanes + 8, np.uint64)
    first = -(room.ctypes.data // 8) % 8  # where a cache line begins
    words = room[first : first + sites * lanes].reshape(sites, lanes)
    streams = np.random.SeedSequence(4).spawn(lanes)
    states = np.stack([generator_state(stream) for stream in streams], axis=1)
    chances = digit_chances(CRITICAL)
    return lambda count: core_seconds(
        lambda: multispin.checkerboard_sweeps(words, states, count, lattice_size, chances)
    )


def metropolis_timer(lattice_size: int) -> Timer:
    """Time sweeps of one chain at random sites."""
    spins, state = ordered_chain(lattice_size)
    thresholds = acceptance_thresholds(CRITICAL)

    def timer(count: int) -> float:
        attempts = count * spins.size
        return core_seconds(
            lambda: kernels.metropolis(spins, state, attempts, lattice_size, thresholds)
        )

    return timer


def cluster_timer(lattice_size: int) -> Timer:
    """Time clusters; they are flipped until ``count`` L^2 spins are, and time is per L^2 spins."""
    spins, state = ordered_chain(lattice_size)
    bond = bond_threshold(CRITICAL)
    kernels.wolff(spins, state, 10, lattice_size, bond, UNBOUNDED)

    def timer(count: int) -> float:
        wanted, flipped = count * spins.size, 0
        start = time.process_time()
        while flipped < wanted:
            flipped += kernels.wolff(spins, state, 5, lattice_size, bond, UNBOUNDED)[1]
        return (time.process_time() - start) * wanted / flipped

    return timer


def ordered_chain(lattice_size: int) -> tuple[Spins, NDArray[np.uint64]]:
    """Return spins up, shape (L^2,), and the state of a generator."""
    return np.ones(lattice_size**2, np.int8), generator_state(np.random.SeedSequence(5))


def unpacking(effort: Effort) -> Section:
    """Time how words become int8 frames."""
    rows: list[Row] = []
    data: Data = {}
    for lattice_size in (64, 256):
        shape = (lattice_size**2, WIDEST)
        words = np.random.default_rng(6).integers(0, 2**64, shape, np.uint64)
        size = 64e-9 * words.size
        acts: dict[str, Callable[[], Spins]] = {
            "ours": partial(multispin.unpack, words),
            "NumPy, shifts": partial(reference.unpack, words),
            "NumPy, unpackbits": partial(unpacked_by_bits, words),
        }
        for act in acts.values():
            assert np.array_equal(act(), acts["ours"]())
        times = repeating({name: repeated(act) for name, act in acts.items()}, effort)
        for name, seconds in times.items():
            rate = Spread.of(size / each for each in seconds)
            rows.append([lattice_size, name, rate, spread_ratio(seconds, times["ours"])])
            data[f"L={lattice_size} {name}"] = asdict(rate)
    text = f"GB of int8 frames per second of one core, {CHAINS} chains."
    return Section(f"{text}\n\n{table(['L', '', 'GB/s', 'ours faster by'], rows)}", data)


def unpacked_by_bits(words: NDArray[np.uint64]) -> Spins:
    """Return the spins of all replicas, shape (64 lanes, N)."""
    octets = np.ascontiguousarray(words.astype("<u8")).view(np.uint8)
    bits = np.unpackbits(octets, axis=1, bitorder="little").view(np.int8)
    return np.ascontiguousarray((2 * bits - 1).T)


@dataclass(frozen=True)
class Spacing:
    """Sweeps between nearly independent frames, and 2 tau_int of them in draws."""

    sweeps: int
    magnetization: float
    energy: float


def independent_spacing(walk: Walk, draws: int) -> Spacing:
    """Return a spacing at which neither abs(m) nor the energy remembers the draw before."""
    wanted = math.log((NEARLY_INDEPENDENT + 1) / (NEARLY_INDEPENDENT - 1))
    sweeps = 1
    while True:
        energies, magnetizations = walk.series(draws, sweeps)
        energy, magnetization = (2 * autocorrelation_time(s)[0] for s in (energies, magnetizations))
        longest = max(energy, magnetization)
        if longest <= NEARLY_INDEPENDENT:
            return Spacing(sweeps, magnetization, energy)
        # 2 tau_int = coth(x / 2) where the autocorrelation decays as exp(-x draws).
        decay = math.log((longest + 1) / (longest - 1))
        sweeps = math.ceil(sweeps * min(8.0, max(1.1, wanted / decay)))


def settled_clusters(temperature: float, chains: int) -> Ours:
    """Return our cluster walk, whose sweeps are what the engine calls so."""
    walk = single(L, temperature, cluster=True, chains=chains)
    walk.engine.settle(60)
    return walk


def frame_costs(effort: Effort) -> Section:
    """Time 1000 nearly independent frames by cluster and by checkerboard."""
    rows: list[Row] = []
    data: Data = {}
    for temperature in (1.5, 2.8, 4.0) if effort.quick else FRAME_TEMPERATURES:
        spacings = {
            "cluster": independent_spacing(settled_clusters(temperature, 64), 64),
            "checkerboard": independent_spacing(one_group(L, temperature, True, WIDEST), 16),
        }
        few = packed(L, temperature, True, WIDEST, 64, 1)
        walks = {
            "cluster, 64 chains": (settled_clusters(temperature, 64), "cluster"),
            "checkerboard, 64 chains": (few, "checkerboard"),
            f"checkerboard, {CHAINS} chains": (
                one_group(L, temperature, True, WIDEST),
                "checkerboard",
            ),
        }
        times = sweeping(
            {name: Draws(walk, spacings[kind].sweeps) for name, (walk, kind) in walks.items()},
            effort,
        )
        costs = {
            name: [1000 * seconds / walk.chains for seconds in times[name]]
            for name, (walk, _) in walks.items()
        }
        chosen = best_sampler(L, temperature, 64)
        for name, (_, kind) in walks.items():
            cost, spacing = Spread.of(costs[name]), spacings[kind]
            ratio = spread_ratio(costs[name], costs["cluster, 64 chains"])
            taus = f"{spacing.magnetization:.2f}, {spacing.energy:.2f}"
            rows.append([temperature, name, spacing.sweeps, taus, cost, ratio])
            data[f"T={temperature} {name}"] = {
                "spacing": asdict(spacing),
                "seconds_per_1000_frames": asdict(cost),
                "times_cluster": asdict(ratio),
                "auto": chosen,
            }
        rows[-3][0] = f"{temperature} (auto: {chosen})"
    text = (
        f"Seconds of one core for 1000 frames at L = {L}, unpacked, without thermalization, at a "
        f"spacing that leaves 2 tau_int of abs(m) and of u below {NEARLY_INDEPENDENT} draws. Below "
        "T_c local updates hardly ever change the sign of m, which this does not count."
    )
    headings = ["T", "", "spacing", "2 tau_int of abs(m), u", "s", "times cluster"]
    return Section(f"{text}\n\n{table(headings, rows)}", data)


SECTIONS: dict[str, tuple[str, Callable[[Effort], Section]]] = {
    "rates": ("Attempted spin flips", rates),
    "samples": ("Effective samples at T_c", effective_samples),
    "threads": ("Threads", threads),
    "growth": ("Growth with the lattice", growth),
    "unpacking": ("Unpacking", unpacking),
    "frames": ("Independent frames", frame_costs),
}


def machine() -> dict[str, str]:
    """Return what the timings depend on."""
    return {
        "CPU": cpu_model(),
        "cores": str(os.cpu_count()),
        "widest vectors": INSTRUCTIONS[WIDEST],
        "kernels' compiler": kernels_compiler(),
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "ising-fidelity": version("ising-fidelity") or "not installed",
        **{name: version(name) or "not installed" for name in PACKAGES},
    }


def cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        text = info.read_text()
        fields = {key: re.search(rf"^{key}\s*: (.*)$", text, re.M) for key in CPU_FIELDS}
        found = [
            f"{label}{match[1]}" for key, label in CPU_FIELDS.items() if (match := fields[key])
        ]
        if found:
            return ", ".join(found)
    return platform.processor() or platform.machine()


CPU_FIELDS = {"model name": "", "cpu family": "family ", "model": "model "}


def kernels_compiler() -> str:
    """Return the compiler whose name the compiled kernels carry."""
    found = re.findall(
        rb"GCC: \([^)]*\) [\d.]+|clang version [\d.]+", Path(multispin.__file__).read_bytes()
    )
    return found[0].decode() if found else platform.python_compiler()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="seconds per section, to try it")
    parser.add_argument(
        "--section", action="append", choices=list(SECTIONS), help="only this; may be repeated"
    )
    parser.add_argument(
        "--output", type=Path, help="folder; without, only a full run of all sections is written"
    )
    arguments = parser.parse_args()
    chosen = arguments.section or list(SECTIONS)

    about = machine()
    parts = ["# Monte Carlo", "\n".join(f"- {key}: {value}" for key, value in about.items())]
    data: Data = {"machine": about, "quick": arguments.quick}
    print("\n\n".join(parts), flush=True)
    for name in chosen:
        title, run = SECTIONS[name]
        section = run(QUICK if arguments.quick else FULL)
        parts.append(f"## {title}\n\n{section.text}")
        data[name] = section.data
        print(f"\n{parts[-1]}", flush=True)

    complete = not arguments.quick and chosen == list(SECTIONS)
    folder = arguments.output or (RESULTS if complete else None)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "montecarlo.txt").write_text("\n\n".join(parts) + "\n")
        (folder / "montecarlo.json").write_text(json.dumps(data, indent=2) + "\n")


if __name__ == "__main__":
    main()
