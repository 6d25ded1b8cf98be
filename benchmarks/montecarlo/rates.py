"""Attempted spin flips per ns, and deviations of mean energies from the exact ones."""

import math
from collections.abc import Callable

from benchmarks.harness import Data, Effort, Section, Spread, tabled
from benchmarks.montecarlo.peers import DWave, Mcising, NumbaLoop, Peapods, installed
from benchmarks.montecarlo.walks import (
    CHAINS,
    CRITICAL,
    WIDEST,
    Walk,
    packed_builders,
    packed_name,
    single,
    starts,
    sweeping,
)
from ising_fidelity.exact.finite import kaufman
from ising_fidelity.observables.errors import gamma_method

TEMPERATURES = (1.5, CRITICAL, 4.0)
SIZES = (64, 1024)


def rate_walks(lattice_size: int, temperature: float) -> dict[str, Walk | None]:
    """Return all walks with single-spin updates."""
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

    Frames of large lattices hardly change in the available time; the error is that of one frame.
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
    """Time attempted spin flips, and compare mean energies with the exact one."""
    parts: list[str] = []
    data: Data = {}
    for lattice_size in SIZES[:1] if effort.quick else SIZES:
        for temperature in TEMPERATURES:
            part = _rates(lattice_size, temperature, effort)
            parts.append(f"### L = {lattice_size}, T = {temperature}\n\n{part.text}")
            data[f"L={lattice_size} T={temperature}"] = part.data
    text = (
        "Attempted spin flips per ns of one core: sweeps x sites x chains. The packed "
        f"checkerboard is ours with {CHAINS} chains. Median (least..most) over "
        f"{effort.rounds} rounds. Energies per spin, minus Kaufman's; all begin in equilibrium, "
        "and at L = 1024 all but peapods at the same frame, hardly leave it at T_c, and have its "
        "standard deviation as error."
    )
    return Section("\n\n".join([text, *parts]), data)


def _rates(lattice_size: int, temperature: float, effort: Effort) -> Section:
    walks = rate_walks(lattice_size, temperature)
    times = sweeping(walks, effort)
    of_best = [seconds / CHAINS for seconds in times[packed_name(True, WIDEST)]]
    rows: dict[str, Data | None] = dict.fromkeys(walks)
    for name, walk in walks.items():
        if walk:
            attempts = 1e-9 * lattice_size**2 * walk.chains
            per_attempt = [seconds / walk.chains for seconds in times[name]]
            deviation, error = energy_deviation(walk, lattice_size, temperature, effort)
            rows[name] = {
                "attempts_per_ns": Spread.of(attempts / seconds for seconds in times[name]),
                "packed_checkerboard_is_faster_by": Spread.ratio(per_attempt, of_best),
                "energy_deviation": deviation,
                "energy_error": error,
            }
    return tabled(rows)
