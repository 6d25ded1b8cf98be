"""Error bars: the Gamma method for Markov chains, the bootstrap for independent frames.

Each frame gives a row of primary numbers (energy, magnetization, their powers, ...). Every
observable is a function of the means of the primaries. The same function gives the observable, its
bootstrap replicates, and the derivatives for the Gamma method.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 200
SHORTEST_CHAIN = 5
"""Fewest draws of a chain from which its autocorrelations can be estimated."""

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]


def autocorrelation_time(series: Floats) -> tuple[float, float]:
    """Return the integrated autocorrelation time tau_int and the effective sample size.

    The series has shape (chains, draws). tau_int is in draws, 0.5 if draws are independent. It is
    also 0.5 if it cannot be estimated: for a constant series, or one chain of fewer than
    :data:`SHORTEST_CHAIN` draws. The effective size is the number of frames / (2 tau_int).
    """
    tau_int, _ = gamma_method(series)
    return tau_int, series.size / (2 * tau_int)


def gamma_method(series: Floats) -> tuple[float, float]:
    """Return the integrated autocorrelation time and the standard error of a series' mean.

    U. Wolff, Computer Physics Communications 156, 143 (2004), as in pyerrors with one difference:
    deviations are from the mean over all chains, not from each chain's own mean. Chains that
    disagree, for example stuck in opposite signs, therefore increase the error.

    The series has shape (chains, draws), tau_int is in draws. The error is NaN for one chain of
    fewer than :data:`SHORTEST_CHAIN` draws. If several chains are that short, each chain's mean
    counts as one independent number.
    """
    chains, draws = series.shape
    deviations = series - series.mean()
    variance = float((deviations**2).mean())
    if not np.isfinite(variance):
        return 0.5, np.nan
    if draws < SHORTEST_CHAIN:
        if chains == 1:
            return 0.5, np.nan
        error = float(deviations.mean(axis=1).std(ddof=1) / np.sqrt(chains))
        tau_int = error**2 * series.size / (2 * variance) if variance else 0.5
        return max(0.5, tau_int), error
    # The rounding error of a constant is about 1e-16.
    if variance <= (1e-14 * np.abs(series).max()) ** 2:
        return 0.5, 0.0

    with warnings.catch_warnings():
        # pyerrors imports scipy.odr, deprecated since SciPy 1.17, only for fits.
        warnings.simplefilter("ignore", DeprecationWarning)
        from pyerrors import Obs

    names = [f"chains|{chain:06d}" for chain in range(chains)]
    observable = Obs(list(deviations / np.sqrt(variance)), names, means=[0.0] * chains)
    observable.gamma_method()
    return float(observable.e_tauint["chains"]), float(observable.dvalue * np.sqrt(variance))


def mean_error(series: Floats, sampling: str) -> float:
    """Return the standard error of the mean of a series of shape (chains, draws).

    Uses the Gamma method if ``sampling`` is ``chain``, else independent numbers; NaN for one
    number.
    """
    if sampling == "chain":
        return gamma_method(series)[1]
    return float(series.std(ddof=1) / np.sqrt(series.size)) if series.size > 1 else np.nan


@dataclass(frozen=True)
class Primaries:
    """Per-frame numbers, and the errors of functions of their means.

    Parameters
    ----------
    values
        Shape (chains, draws, k): k numbers for each frame.
    sampling
        ``chain`` if draws of one chain are correlated, else ``independent``.
    seed
        Seed of the bootstrap.
    """

    values: Floats
    sampling: str
    seed: int = 0

    @cached_property
    def means(self) -> Floats:
        """Means over all frames, shape (k,)."""
        # Sums first: sums of whole numbers are exact.
        return self._frames.sum(axis=0) / len(self._frames)

    @cached_property
    def replicates(self) -> Floats:
        """Means of bootstrap resamples of the frames, shape (RESAMPLES, k)."""
        frames = len(self._frames)
        generator = np.random.default_rng(self.seed)
        counts = generator.multinomial(frames, np.full(frames, 1 / frames), size=RESAMPLES)
        return counts.astype(float) @ self._frames / frames

    def errors(self, function: Function) -> Floats:
        """Return the standard errors of a function of the means, shape (outputs,).

        The function takes means of shape (..., k) and returns (..., outputs). Errors are NaN for a
        single frame, or where the function is NaN.
        """
        if self.sampling == "independent":
            return self._bootstrap_errors(function)
        gradient = self._gradient(function)
        chains, draws, _ = self.values.shape
        deviations = self._frames - self.means
        series = (deviations @ gradient.T).reshape(chains, draws, -1)
        return np.array([gamma_method(one)[1] for one in np.moveaxis(series, -1, 0)])

    @property
    def _frames(self) -> Floats:
        return self.values.reshape(-1, self.values.shape[-1])

    def _bootstrap_errors(self, function: Function) -> Floats:
        frames = len(self._frames)
        # Minus the value itself, so that equal replicates have a spread of exactly 0.
        spread = (function(self.replicates) - function(self.means)).std(axis=0, ddof=1)
        # The bootstrap variance is that of a sample of n, (n - 1) / n of the true variance.
        return (
            spread * np.sqrt(frames / (frames - 1)) if frames > 1 else np.full_like(spread, np.nan)
        )

    def _gradient(self, function: Function) -> Floats:
        """Return d output / d mean, shape (outputs, k), by differences of one naive error.

        The step is Wolff's choice: it includes curvature as far as the data resolve it. A primary
        that never varies has derivative 0, which is exact for this purpose.
        """
        steps = np.diag(self._frames.std(axis=0) / np.sqrt(len(self._frames)))
        with np.errstate(invalid="ignore"):  # infinite values at T = 0
            rise = function(self.means + steps) - function(self.means - steps)
        width = 2 * np.diag(steps)[:, None]
        return np.divide(rise, width, out=np.zeros_like(rise), where=width > 0).T
