import numpy as np
from numpy.typing import NDArray

def random_words(state: NDArray[np.uint64], count: int) -> NDArray[np.uint64]: ...
def metropolis(
    spins: NDArray[np.int8],
    state: NDArray[np.uint64],
    attempts: int,
    neighbors: NDArray[np.int32],
    thresholds: NDArray[np.uint64],
) -> int: ...
def checkerboard(
    spins: NDArray[np.int8],
    state: NDArray[np.uint64],
    sweeps: int,
    neighbors: NDArray[np.int32],
    thresholds: NDArray[np.uint64],
    order: NDArray[np.int32],
) -> int: ...
def wolff(
    spins: NDArray[np.int8],
    state: NDArray[np.uint64],
    updates: int,
    neighbors: NDArray[np.int32],
    bond: int,
) -> int: ...
