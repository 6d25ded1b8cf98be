"""Functions of single frames, applied to a bounded number of frames at a time to save memory."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

SITES = 2**20
"""Most sites of the frames of a piece that has several."""


def pieces(frames: NDArray[np.int8]) -> Iterator[NDArray[np.int8]]:
    """Yield successive frames (n, ...) of at most :data:`SITES` sites together, or single ones."""
    count = max(1, SITES // frames[0].size)
    for first in range(0, len(frames), count):
        yield frames[first : first + count]


def by_pieces(
    function: Callable[[NDArray[np.int8]], NDArray[Any]], frames: NDArray[np.int8]
) -> NDArray[Any]:
    """Return a function's result for each frame, shape (n, ...), as if all were given at once."""
    return np.concatenate([function(some) for some in pieces(frames)])
