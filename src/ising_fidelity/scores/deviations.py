"""Deviations of a source from exact results and from the reference, in units of their errors."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity.io.temperatures import as_written
from ising_fidelity.io.variables import ERROR_SUFFIX

Floats = NDArray[np.float64]

EXACT = "exact"
"""Name of the exact results among sources and references."""

AGAINST_EXACT = ("energy", "specific_heat")
AGAINST_REFERENCE = ("energy", "abs_magnetization", "specific_heat", "susceptibility")
"""Quantities compared with exact finite-lattice results, and those compared with Monte Carlo."""
REWEIGHTED_AGAINST_EXACT = {
    "free_energy": "free_energy",
    "entropy": "entropy",
    "energy_reweighted": "energy",
    "specific_heat_reweighted": "specific_heat",
}
"""Reweighted averages, and the exact quantity that each is compared with."""
MORE_AGAINST_REFERENCE = (
    "temperature_at_field_2",
    "temperature_at_field_4",
    "effective_temperature",
    "spurious_flips",
    "second_moment_correlation_length",
    "binder_cumulant",
    "positive_share",
    "largest_cluster",
    "mean_cluster_size",
)
"""Further quantities that the table of scores compares with Monte Carlo."""
SLOPE = "energy_slope_excess"
"""du/dT minus the specific heat, see :func:`with_energy_slopes`."""
SIGNIFICANT = 0.05
"""Level of adjusted p-values: the accepted false discovery rate among temperatures."""
ENOUGH_SEEDS = 3
"""Training seeds of both models that are needed to call one of them better."""


def too_few_seeds(count: int) -> str:
    """Return the number of training seeds in words, as a reason."""
    return "one training seed" if count == 1 else f"{count} training seeds"


def with_error(value: float, error: float, digits: int = 4) -> str:
    """Return a number rounded to two digits of its error, or to ``digits`` without an error."""
    if np.isnan(value):
        return "not known"
    if not (np.isfinite(value) and np.isfinite(error) and error > 0):
        return f"{value:.{digits}g}"
    decimals = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{decimals}f} ± {error:.{decimals}f}"


def at_common_temperatures(*datasets: xr.Dataset) -> tuple[xr.Dataset, ...]:
    """Return datasets at their common temperatures, which :func:`.as_written` identifies."""
    return xr.align(*map(_written, datasets), join="inner")


def at_temperatures_of(data: xr.Dataset, other: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Return both at the temperatures of the first; NaN where the second lacks one."""
    data, other = map(_written, (data, other))
    return data, other.reindex(temperature=data["temperature"])


def _written(data: xr.Dataset) -> xr.Dataset:
    return data.assign_coords(temperature=[as_written(T) for T in data["temperature"].values])


def value_and_error(data: xr.Dataset, name: str) -> tuple[Floats, Floats]:
    """Return a variable and its error, which is 0 for exact numbers."""
    error = data.get(f"{name}{ERROR_SUFFIX}", xr.zeros_like(data[name]))
    return data[name].values, error.values


def deviation_in_errors(deviation: Floats, error: Floats, expected_error: Floats) -> Floats:
    """Return deviations in units of both sides' errors, added in quadrature.

    Without errors, a deviation of 0 gives 0 and any other gives an infinity. NaN gives NaN.
    """
    combined = np.hypot(error, expected_error)
    exact = np.where(deviation == 0, 0.0, np.copysign(np.inf, deviation))
    exact[np.isnan(deviation)] = np.nan
    return np.divide(deviation, combined, out=exact, where=combined != 0)


def p_values(in_errors: Floats) -> Floats:
    """Return two-sided p-values of standard normal deviates."""
    from scipy.special import ndtr  # slow to import

    return 2 * ndtr(-np.abs(in_errors))


def adjusted(p_values: Floats) -> Floats:
    """Return p-values, shape (n,), adjusted for their number; NaN does not count.

    Among those that are at most q, the expected share of false discoveries is at most q
    (Y. Benjamini and Y. Hochberg, J. R. Stat. Soc. B 57, 289, 1995).
    """
    result = np.full(p_values.shape, np.nan)
    order = np.argsort(p_values)[: np.count_nonzero(~np.isnan(p_values))]
    scaled = p_values[order] * order.size / np.arange(1, order.size + 1)
    result[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return result


def together(p_values: Floats) -> float:
    """Return the combined p-value, NaN without any (R. J. Simes, Biometrika 73, 751, 1986)."""
    known = adjusted(p_values[~np.isnan(p_values)])
    return float(known.min()) if known.size else np.nan


def difference_between_seeds(first: Floats, second: Floats) -> tuple[float, float]:
    """Return the difference of two models' means over training seeds, and its spread.

    Each model has one number per seed, shapes (n,) and (m,); the spread is NaN unless both have
    :data:`ENOUGH_SEEDS`. It is the spread between single networks, not the error of the means. For
    equal normal spreads and three seeds each, a difference above twice the spread occurs by chance
    once in 39 cases.
    """
    difference = float(first.mean() - second.mean())
    if min(first.size, second.size) < ENOUGH_SEEDS:
        return difference, np.nan
    return difference, float(np.hypot(first.std(ddof=1), second.std(ddof=1)))


@dataclass(frozen=True)
class Summary:
    """Deviations summarized over temperatures; NaN where there are none."""

    rms_deviation: float
    rms_deviation_in_errors: float
    within_2_errors: float
    within_3_errors: float


def summarize(deviation: Floats, in_errors: Floats) -> Summary:
    """Return root mean squares, and shares within 2 and 3 errors; NaN does not count."""
    known = [values[~np.isnan(values)] for values in (deviation, in_errors)]
    rms = [float(np.sqrt(np.mean(one**2))) if one.size else np.nan for one in known]
    sizes = np.abs(known[1])
    within = [float(np.mean(sizes <= most)) if sizes.size else np.nan for most in (2, 3)]
    return Summary(*rms, *within)


def energy_spread(
    specific_heat: float, error: float, temperature: float, lattice_size: float
) -> tuple[float, float]:
    """Return the standard deviation of u of single frames, T sqrt(C) / L, and its error."""
    spread = temperature * np.sqrt(specific_heat) / lattice_size
    return float(spread), float(spread * error / (2 * specific_heat)) if specific_heat else np.nan


def slope_ratio(temperatures: Floats, values: Floats, errors: Floats) -> tuple[float, float]:
    """Return the ratio of the second to the first slope of three points; 1 on a straight line.

    The three errors count as independent.
    """
    (first, second), steps = np.diff(values), np.diff(temperatures)
    scale = steps[0] / steps[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = scale * second / first
        slopes = np.array([ratio, -scale - ratio, scale]) / first
    return float(ratio), float(np.sqrt(np.sum((slopes * errors) ** 2)))


def energy_slope_excess(
    temperatures: Floats, energy: Floats, specific_heat: Floats
) -> tuple[Floats, Floats]:
    """Return du/dT - C, which is 0 in equilibrium up to the discretization error of the slope.

    The slope is that of the parabola through three neighboring temperatures.

    Parameters
    ----------
    temperatures
        Shape (n,) with n of at least 3, in increasing order.
    energy, specific_heat
        Values and errors, shape (2, n).

    Returns
    -------
    excess, error
        Shape (n,), NaN at both ends. Errors of different temperatures, and of u and C, count as
        independent; with equal steps, u at that temperature does not contribute.
    """
    before, after = np.diff(temperatures)[:-1], np.diff(temperatures)[1:]
    weights = np.stack(
        [
            -after / (before * (before + after)),
            (after - before) / (before * after),
            before / (after * (before + after)),
        ]
    )
    three = np.stack([energy[:, :-2], energy[:, 1:-1], energy[:, 2:]], axis=1)
    excess, error = np.full((2, temperatures.size), np.nan)
    excess[1:-1] = (weights * three[0]).sum(axis=0) - specific_heat[0, 1:-1]
    of_slope = np.sum((weights * three[1]) ** 2, axis=0)
    error[1:-1] = np.sqrt(of_slope + specific_heat[1, 1:-1] ** 2)
    return excess, error


def with_energy_slopes(data: xr.Dataset, solved: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Return a source and exact results at their common temperatures, with :data:`SLOPE` added.

    With the same steps, the discretization error of the slope is the same in both.
    """
    pair = []
    for one in at_common_temperatures(data, solved):
        columns = [np.stack(value_and_error(one, name)) for name in AGAINST_EXACT]
        excess, error = energy_slope_excess(one["temperature"].values, *columns)
        added = {SLOPE: ("temperature", excess), f"{SLOPE}{ERROR_SUFFIX}": ("temperature", error)}
        pair.append(one.assign(added))
    return pair[0], pair[1]
