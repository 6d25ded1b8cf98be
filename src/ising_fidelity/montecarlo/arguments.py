"""The allowed values of Monte Carlo parameters."""

from ising_fidelity import lattice
from ising_fidelity.exceptions import InputError

SAMPLERS = ("auto", "metropolis", "checkerboard", "cluster")

RELAXERS = ("metropolis", "cluster")

STARTS = ("both", "random", "ordered")

MOST = 10**9
"""Most frames, sweeps and so on; larger values are mistakes and could overflow counters."""

MOST_SEED = 2**63 - 1
"""The largest integer that an attribute of a netCDF file can hold."""


def check_walk(lattice_size: int, temperature: float, sampler: str) -> None:
    """Raise InputError unless walks with these parameters are possible."""
    if sampler not in SAMPLERS:
        raise InputError(f"sampler: {sampler}; allowed are {', '.join(SAMPLERS)}")
    check_least({"lattice_size": (lattice_size, 2)}, lattice.LARGEST_LATTICE)
    if sampler == "checkerboard" and (lattice_size % 2 or lattice_size < 6):
        raise InputError(
            f"lattice_size: {lattice_size} with checkerboard; allowed are even sizes from 6 on"
        )
    if not temperature >= 0:
        raise InputError(f"temperature: {temperature}; allowed are numbers >= 0 and inf")


def check_lengths(
    frames: int, chains: int, thermalization: int, spacing: int, threads: int
) -> None:
    """Raise InputError unless chains of these lengths can be simulated."""
    check_least(
        {
            "frames": (frames, 1),
            "chains": (chains, 1),
            "thermalization": (thermalization, 0),
            "spacing": (spacing, 1),
            "threads": (threads, 1),
        }
    )
    if frames % chains:
        raise InputError(f"frames: {frames}; allowed are multiples of chains ({chains})")


def check_least(least: dict[str, tuple[int, int]], most: int = MOST) -> None:
    """Raise InputError, naming the parameter, unless values are in their range up to ``most``."""
    for name, (value, smallest) in least.items():
        if value < smallest:
            raise InputError(f"{name}: {value}; allowed are whole numbers from {smallest} on")
        if value > most:
            raise InputError(f"{name}: {value}; allowed are whole numbers up to {most}")
