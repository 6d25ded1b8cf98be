import numpy as np
from numpy.typing import NDArray

SOURCES_HASH: str

def random_words(state: NDArray[np.uint64], count: int) -> NDArray[np.uint64]: ...
def metropolis(
    spins: NDArray[np.int8],
    state: NDArray[np.uint64],
    attempts: int,
    lattice_size: int,
    thresholds: NDArray[np.uint64],
) -> int: ...
def wolff(
    spins: NDArray[np.int8],
    state: NDArray[np.uint64],
    updates: int,
    lattice_size: int,
    bond: int,
    most_flips: int,
) -> tuple[int, int]: ...
def heat_bath(
    spins: NDArray[np.int8],
    state: NDArray[np.uint64],
    sweeps: int,
    lattice_size: int,
    up: NDArray[np.uint64],
) -> None: ...
