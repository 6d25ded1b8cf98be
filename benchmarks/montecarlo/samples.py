"""The cost of independent samples: effective samples at T_c, and nearly independent frames."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.harness import Data, Effort, Section, Spread, tabled
from benchmarks.montecarlo.peers import DWave, Mcising, NumbaLoop, Peapods, installed
from benchmarks.montecarlo.walks import (
    CHAINS,
    CRITICAL,
    WIDEST,
    Draws,
    L,
    Ours,
    Walk,
    equilibrium,
    packed,
    packed_builders,
    packed_name,
    single,
    starts,
    sweeping,
)
from ising_fidelity.montecarlo.acceptance import bond_threshold
from ising_fidelity.montecarlo.chains import UNBOUNDED, generator_state
from ising_fidelity.montecarlo.kernels import single_spin
from ising_fidelity.montecarlo.simulate import best_sampler
from ising_fidelity.observables.errors import autocorrelation_time

TEMPERATURES = (1.5, 2.0, CRITICAL, 2.5, 2.8, 3.2, 4.0)
NEARLY_INDEPENDENT = 1.1
"""Largest 2 tau_int, in draws, of frames that count as independent."""


@dataclass(frozen=True)
class Memory:
    """An integrated autocorrelation time of abs(m) with its error, both in sweeps."""

    sweeps: float
    error: float

    def __str__(self) -> str:
        digits = max(0, 1 - math.floor(math.log10(self.error))) if self.error > 0 else 2
        return f"{self.sweeps:.{digits}f} +- {self.error:.{digits}f}"


def memory(walk: Walk, draws: int, spacing: int) -> Memory:
    """Measure tau_int of abs(m), with an error from eight parts of the chains or of time."""
    _, series = walk.series(draws, spacing)
    tau, _ = autocorrelation_time(series)
    parts = np.array_split(series, 8, axis=0 if len(series) >= 64 else 1)
    taus = [autocorrelation_time(part)[0] for part in parts]
    return Memory(spacing * tau, spacing * float(np.std(taus, ddof=1)) / math.sqrt(len(parts)))


def clusters_per_sweep(effort: Effort) -> float:
    """Return the number of our clusters that flip L^2 spins on average at T_c."""
    spins = equilibrium(L, CRITICAL, 1).ravel().copy()
    state = generator_state(np.random.SeedSequence(7))
    clusters = effort.draws(100_000)
    _, flipped = single_spin.wolff(spins, state, clusters, L, bond_threshold(CRITICAL), UNBOUNDED)
    return clusters * spins.size / flipped


def sampling_walks() -> dict[str, Walk | None]:
    """Return the walks whose effective samples are counted, first those with measured tau_int."""
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
"""Draws and spacing in sweeps of the runs that measure tau_int."""


def same_dynamics(name: str) -> str:
    """Return the walk that has the same autocorrelations by construction."""
    checkerboard = "packed checkerboard" in name
    return packed_name(checkerboard, WIDEST) if checkerboard or "random site" in name else name


def effective_samples(effort: Effort) -> Section:
    """Measure tau_int of abs(m) at T_c, and from it effective samples per second of one core."""
    walks = sampling_walks()
    memories = {}
    for name, (draws, spacing) in MEMORY_RUNS.items():
        if walk := walks[name]:
            memories[name] = memory(walk, effort.draws(draws), spacing)
    times = sweeping(walks, effort)

    costs: dict[str, list[float]] = {}
    rows: dict[str, Data | None] = dict.fromkeys(walks)
    for name, walk in walks.items():  # our clusters first
        if walk:
            tau = memories[same_dynamics(name)]
            costs[name] = [2 * tau.sweeps * seconds / walk.chains for seconds in times[name]]
            rows[name] = {
                "tau_int": tau,
                "effective_samples_per_s": Spread.of(1 / cost for cost in costs[name]),
                "our_cluster_is_faster_by": Spread.ratio(costs[name], costs["ours, cluster"]),
            }
    about = (
        f"Effective samples of abs(m) per second of one core, chains / (2 tau_int), at L = {L}, "
        f"T = {CRITICAL}. tau_int is in sweeps, in clusters for Wolff alone, and is measured once "
        "for walks that are the same process."
    )
    found, orders = tabled(rows, about), _orders(memories, clusters_per_sweep(effort))
    text = f"{found.text}\n\n### tau_int of abs(m)\n\n{orders.text}"
    return Section(text, {"walks": found.data, "orders": orders.data})


def _orders(memories: Mapping[str, Memory], clusters: float) -> Section:
    cluster = memories["ours, cluster"]
    found = {
        "random site": memories[packed_name(False, WIDEST)],
        "checkerboard": memories[packed_name(True, WIDEST)],
        "cluster": Memory(cluster.sweeps / clusters, cluster.error / clusters),
    }
    board = found["checkerboard"]
    rows = {}
    for name, tau in found.items():
        ratio = tau.sweeps / board.sweeps
        error = ratio * math.hypot(tau.error / tau.sweeps, board.error / board.sweeps)
        error = 0.0 if name == "checkerboard" else error
        rows[name] = {"sweeps": tau, "times_checkerboard": ratio, "error": error}
    about = f"{clusters:.3g} clusters are a sweep; tau_int is {cluster} of them."
    section = tabled(rows, about)
    section.data["cluster"] |= {"clusters": asdict(cluster), "clusters_per_sweep": clusters}
    return section


@dataclass(frozen=True)
class Spacing:
    """Sweeps between nearly independent frames, and 2 tau_int of them in draws."""

    sweeps: int
    magnetization: float
    energy: float

    def __str__(self) -> str:
        return f"{self.sweeps} ({self.magnetization:.2f}, {self.energy:.2f})"


def independent_spacing(walk: Walk, draws: int) -> Spacing:
    """Return a spacing at which neither abs(m) nor the energy is correlated between draws."""
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
    """Return our cluster walk, with the engine's definition of a sweep."""
    walk = single(L, temperature, cluster=True, chains=chains)
    walk.engine.settle(60)
    return walk


def frame_costs(effort: Effort) -> Section:
    """Time 1000 nearly independent frames by cluster and by checkerboard."""
    rows: dict[str, Data] = {}
    for temperature in (1.5, 2.8, 4.0) if effort.quick else TEMPERATURES:
        spacings = {
            "cluster": independent_spacing(settled_clusters(temperature, 64), 64),
            "checkerboard": independent_spacing(packed(L, temperature, True, WIDEST), 16),
        }
        walks = {
            "cluster, 64 chains": settled_clusters(temperature, 64),
            "checkerboard, 64 chains": packed(L, temperature, True, WIDEST, 64),
            f"checkerboard, {CHAINS} chains": packed(L, temperature, True, WIDEST),
        }
        spacing = {name: spacings[name.split(",")[0]] for name in walks}
        draws = {name: Draws(walk, spacing[name].sweeps) for name, walk in walks.items()}
        costs = {
            name: [1000 * seconds / walks[name].chains for seconds in times]
            for name, times in sweeping(draws, effort).items()
        }
        for name, cost in costs.items():
            rows[f"T={temperature} {name}"] = {
                "spacing": spacing[name],
                "seconds_per_1000_frames": Spread.of(cost),
                "times_cluster": Spread.ratio(cost, costs["cluster, 64 chains"]),
                "auto": best_sampler(L, temperature, 64),
            }
    about = (
        f"Seconds of one core for 1000 frames at L = {L}, unpacked, without thermalization, at a "
        f"spacing that leaves 2 tau_int of abs(m) and of u, given beside it, below "
        f"{NEARLY_INDEPENDENT} draws. Below "
        "T_c local updates hardly ever change the sign of m, which this does not count."
    )
    return tabled(rows, about)
