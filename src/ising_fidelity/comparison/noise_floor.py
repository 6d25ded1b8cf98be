"""Noise floors: distances between samples of the reference alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.observables.errors import RESAMPLES, Floats

Integers = NDArray[np.int32]

Resampled = tuple[NDArray[np.intp], Integers]
"""The rank of the value of each frame of a side, and the indices of the frames of each draw."""

FLOOR_DRAWS = 2000

CHUNK = 128

Distance = Callable[[Floats, Floats], Floats]
"""Takes k rising values and differences (..., k) of their weights; returns distances (...)."""


@dataclass(frozen=True)
class Estimate:
    """A value with its error and its comparison with the noise floor.

    Attributes
    ----------
    value, error
        The value and its standard error. The error, and everything below, is NaN if either side is
        a single frame.
    z, p_value
        Relative to the noise floor; z is NaN if the floor has no spread, both if there is none.
    floor
        Mean of the noise floor, the expected value between Monte Carlo and Monte Carlo.
    """

    value: float
    error: float
    z: float = np.nan
    p_value: float = np.nan
    floor: float = np.nan


def thinning(block: float) -> tuple[int, float]:
    """Return the stride that thins correlated frames, and the correlation that remains.

    The stride is 2 tau_int of the frames, rounded. The remaining correlation is 2 tau_int of every
    stride-th frame, if correlations decay exponentially.
    """
    stride = max(1, round(block))
    decay = ((block - 1) / (block + 1)) ** stride
    return stride, (1 + decay) / (1 - decay)


@dataclass(frozen=True)
class Draws:
    """Indices of resampled frames, shared by all distances.

    Attributes
    ----------
    resampled
        Indices into each side's own frames, shapes (RESAMPLES, n) and (RESAMPLES, m).
    floor
        Indices into the reference's frames, shapes (FLOOR_DRAWS, n') and (FLOOR_DRAWS, m'), where
        n' and m' are the effective numbers of frames.
    """

    resampled: tuple[Integers, Integers]
    floor: tuple[Integers, Integers]

    @classmethod
    def of(cls, sizes: tuple[int, int], blocks: tuple[float, float], seed: int) -> "Draws":
        """Return resamples for two sides of these sizes."""
        generator = np.random.default_rng(seed)
        first, second = (
            (_blockwise(size, int(np.ceil(block)), generator), max(1, round(size / block)))
            for size, block in zip(sizes, blocks, strict=True)
        )
        floor = [
            generator.integers(sizes[1], size=(FLOOR_DRAWS, effective), dtype=np.int32)
            for effective in (first[1], second[1])
        ]
        return cls((first[0], second[0]), (floor[0], floor[1]))

    def estimate(
        self,
        distances: dict[str, Distance],
        first: NDArray[np.generic],
        second: NDArray[np.generic],
    ) -> dict[str, Estimate]:
        """Return distances with their errors and comparisons with their noise floors.

        Each side has one value per frame, shapes (n,) and (m,).
        """
        values, ranks = np.unique(np.concatenate([first, second]), return_inverse=True)
        own, other = ranks[: len(first)], ranks[len(first) :]

        def drawn(one: Resampled, two: Resampled) -> dict[str, Floats]:
            parts: dict[str, list[Floats]] = {name: [] for name in distances}
            for difference in _differences(one, two, len(values)):
                for name, distance in distances.items():
                    parts[name].append(distance(values, difference))
            return {name: np.concatenate(part) for name, part in parts.items()}

        every = [np.arange(len(side), dtype=np.int32)[None] for side in (own, other)]
        found = drawn((own, every[0]), (other, every[1]))
        if min(len(first), len(second)) < 2:  # a single value has no spread
            return {name: Estimate(float(one[0]), np.nan) for name, one in found.items()}
        resampled = drawn((own, self.resampled[0]), (other, self.resampled[1]))
        floor = drawn((other, self.floor[0]), (other, self.floor[1]))
        return {
            name: against_floor(
                float(found[name][0]), float(resampled[name].std(ddof=1)), floor[name]
            )
            for name in distances
        }


def against_floor(value: float, error: float, floor: Floats, low: bool = False) -> Estimate:
    """Return a value with its z and p-value relative to a noise floor.

    ``floor`` holds values under the null hypothesis, shape (draws,). ``low`` says whether small
    values count against it, instead of large ones.
    """
    # Values that differ only by rounding count as equal.
    slack = 1e-12 * max(abs(value), float(np.abs(floor).max()))
    extreme = floor <= value + slack if low else floor >= value - slack
    mean, spread = float(floor.mean()), float(floor.std(ddof=1))
    return Estimate(
        value=value,
        error=error,
        z=np.nan if spread <= slack else (value - mean) / spread,
        p_value=(1 + int(np.count_nonzero(extreme))) / (1 + floor.size),
        floor=mean,
    )


def _blockwise(size: int, block: int, generator: np.random.Generator) -> Integers:
    """Return bootstrap indices in blocks of successive frames, sampled with replacement."""
    starts = generator.integers(size, size=(RESAMPLES, -(-size // block)))
    places = (starts[:, :, None] + np.arange(block)).reshape(RESAMPLES, -1)
    return (places[:, :size] % size).astype(np.int32)


def _differences(one: Resampled, two: Resampled, values: int) -> Iterator[Floats]:
    """Yield, for some draws at a time, how much shares of values differ, shape (draws, values)."""
    for first in range(0, len(one[1]), CHUNK):
        shares = [
            _shares(ranks[index[first : first + CHUNK]], values) for ranks, index in (one, two)
        ]
        yield shares[0] - shares[1]


def _shares(drawn: NDArray[np.intp], values: int) -> Floats:
    """Return the share of each value in each draw (draws, frames), shape (draws, values)."""
    places = drawn + values * np.arange(len(drawn))[:, None]
    counts = np.bincount(places.ravel(), minlength=values * len(drawn))
    return counts.reshape(len(drawn), values) / drawn.shape[1]
