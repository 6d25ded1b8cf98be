import numpy as np
from numpy.typing import NDArray

DIGITS: int
LANES: tuple[int, ...]

SOURCES_HASH: str

def checkerboard_sweeps(
    spins: NDArray[np.uint64],
    state: NDArray[np.uint64],
    sweeps: int,
    lattice_size: int,
    chances: NDArray[np.uint64],
) -> None: ...
def random_site_attempts(
    spins: NDArray[np.uint64],
    state: NDArray[np.uint64],
    site_state: NDArray[np.uint64],
    attempts: int,
    lattice_size: int,
    chances: NDArray[np.uint64],
) -> None: ...
def unpack(spins: NDArray[np.uint64]) -> NDArray[np.int8]: ...
