"""Tests that show why frames are wrong, by comparison with reference frames of the same T and L.

The p-values of :data:`TESTS` are valid for independent equilibrium frames, and count in the
verdict. All other numbers only help to choose between causes.
"""

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.judgement import repeats
from ising_fidelity.montecarlo.stripes import stripe_weight
from ising_fidelity.observables import couplings, homogeneity
from ising_fidelity.observables.couplings import SURROUNDINGS
from ising_fidelity.observables.independence import either
from ising_fidelity.observables.pieces import by_pieces

WAVES = ((0.5, 1.1), (1.1, 3.5), (3.5, 8.5), (8.5, np.inf))
"""Bands of wave numbers, in units of 2 pi / L, whose mean structure factors are compared."""
TESTS = (
    "couplings",
    "answers",
    "homogeneity",
    "waves",
    "repeated_frames",
    "repeated_shapes",
    "unordered_share",
)
PLACES = (homogeneity.SEAM, homogeneity.SITE, homogeneity.LINE, homogeneity.MANY)
CANDIDATES: dict[str, NDArray[np.int64]] = {
    "temperature": np.array([[1, 1, 0, 0]]).T,
    "anisotropy": np.array([[1, 0, 0, 0], [0, 1, 0, 0]]).T,
    "diagonal": np.array([[0, 0, 1, 0]]).T,
    "field": np.array([[0, 0, 0, 1]]).T,
}
"""Possible explanations of wrong couplings, as combinations of the four fitted parameters."""
ENOUGH_FOR_WAVES = 10
"""Smallest number of effective frames minus one for which structure factors have normal means."""
RARE = 0.3
"""Largest Boltzmann weight of a stripe at which the test for stripes is done."""
MOST_FLIPS = 0.5


def evidence(frames: xr.Dataset, reference: xr.Dataset) -> xr.Dataset:
    """Return the tests of a sampler's frames at one temperature.

    Parameters
    ----------
    frames, reference
        By the contract of frames, at one temperature and of one lattice size.

    Returns
    -------
    Dataset
        Scalars ``<test>``, ``<test>_expected`` and ``<test>_p_value``, where they are defined.
    """
    spins, others = _flat(frames), _flat(reference)
    T = float(frames["temperature"])
    correlated = correlation_of(frames)
    independent = correlated == 1
    found: dict[str, Any] = {
        **_couplings(spins, T, correlated),
        **_homogeneity(spins, correlated),
        **_independent_sites(spins, others),
        **_self_similar(spins, others),
        **_waves(spins, others, (correlated, correlation_of(reference))),
    }
    for name, classes in (("frames", repeats.frames), ("shapes", repeats.shapes)):
        seen, known = classes(spins), classes(others)
        test = repeats.repeated(seen, known)
        high, low = repeats.shares_again(seen, lattice.energy(spins))
        # A chain may stay in the same state; then repeated frames are no error.
        p_value = test.p_value if independent else np.nan
        found |= {
            f"repeated_{name}": test.share,
            f"repeated_{name}_expected": test.expected,
            f"repeated_{name}_p_value": p_value,
            f"repeated_{name}_disordered": high,
            f"repeated_{name}_ordered": low,
        }
    found |= _unordered(spins, others, T, independent)
    return xr.Dataset(found, coords={"temperature": frames["temperature"].values[()]})


def correlation_of(data: xr.Dataset) -> float:
    """Return the number of frames per effective sample, 2 tau_int of u or abs(m)."""
    if data.attrs["sampling"] == "independent":
        return 1.0
    from ising_fidelity.observables.errors import autocorrelation_time

    spins = data["spin"].values
    series = lattice.energy(spins), np.abs(lattice.magnetization(spins))
    return max(1.0, 2 * max(autocorrelation_time(one)[0] for one in series))


def _flat(data: xr.Dataset) -> NDArray[np.int8]:
    flat: NDArray[np.int8] = data["spin"].values.reshape(-1, data.sizes["y"], data.sizes["x"])
    return flat


def _couplings(spins: NDArray[np.int8], T: float, correlated: float) -> dict[str, float]:
    """Return fitted couplings, their test against (1/T, 1/T, 0, 0), and gains of explanations."""
    from scipy.optimize import minimize_scalar

    found = couplings.counts(spins)
    known = couplings.of_temperature(T)
    expected = np.array([1 / T, 1 / T, 0, 0])
    names = [f"{name}{suffix}" for name in couplings.NAMES for suffix in ("", "_error")]
    result = {
        f"{name}_p_value": either(list(test(found, T, correlated)))
        for name, test in (
            ("couplings", couplings.score_p_values),
            ("answers", couplings.answer_p_values),
        )
    }
    fitted = couplings.fit(found, correlation=correlated)
    frames = len(spins) / correlated
    if fitted is None or frames <= len(expected) + 1:
        return result | dict.fromkeys([*names, "couplings", "flips", *_gains()], np.nan)
    apart = fitted.values - expected
    errors = np.sqrt(np.maximum(0, np.diag(fitted.covariance)))
    result |= dict(zip(names, np.column_stack([fitted.values, errors]).ravel(), strict=True))
    in_errors = np.divide(apart, errors, out=np.zeros_like(apart), where=errors > 0)
    result["couplings"] = float(np.abs(in_errors).max())
    # Gains of log-likelihood over equilibrium, scaled so that twice a gain is a chi squared.
    unit = max(1.0, fitted.dispersion)
    base = couplings.log_likelihood(found, couplings.share_up(known))
    for name, combination in CANDIDATES.items():
        one = couplings.fit(found, SURROUNDINGS @ combination, known, correlated)
        result[f"gain_{name}"] = np.nan if one is None else (one.log_likelihood - base) / unit
    share = couplings.share_up(known)

    def worse(flips: float) -> float:
        return -couplings.log_likelihood(found, flips + (1 - 2 * flips) * share)

    best = minimize_scalar(worse, bounds=(0, MOST_FLIPS), method="bounded")
    result |= {"flips": float(best.x), "gain_flips": (-float(best.fun) - base) / unit}
    total = found.sum(axis=0)
    often = total[:, 1] / np.maximum(1, total.sum(axis=-1))
    result["gain_any"] = (couplings.log_likelihood(found, often) - base) / unit
    return result


def _gains() -> list[str]:
    return [f"gain_{name}" for name in (*CANDIDATES, "flips", "any")]


def _homogeneity(spins: NDArray[np.int8], correlated: float) -> dict[str, float]:
    tested = homogeneity.homogeneity(spins, correlated)
    where = PLACES.index(tested.where) if tested.where in PLACES else np.nan
    y, x = tested.place
    return {
        "homogeneity_p_value": tested.p_value,
        "homogeneity_where": float(where),
        "homogeneity_row": float(y),
        "homogeneity_column": float(x),
    }


def _independent_sites(spins: NDArray[np.int8], others: NDArray[np.int8]) -> dict[str, float]:
    """Return the nearest-neighbor correlation beyond that implied by each frame's m."""
    means = []
    for one in (spins, others):
        sites = one.shape[-1] ** 2
        m = lattice.magnetization(one)
        values = -lattice.energy(one) / 2 - (sites * m**2 - 1) / (sites - 1)
        error = values.std(ddof=1) / np.sqrt(values.size) if values.size > 1 else np.nan
        means.append((float(values.mean()), float(error)))
    (found, error), (expected, _) = means
    return {
        "neighbor_likeness": found,
        "neighbor_likeness_error": error,
        "neighbor_likeness_expected": expected,
    }


def _waves(
    spins: NDArray[np.int8], others: NDArray[np.int8], correlated: tuple[float, float]
) -> dict[str, float]:
    """Return Welch's t test of the structure factor in bands of nonzero wave numbers."""
    from scipy import fft
    from scipy.special import stdtr

    size = spins.shape[-1]
    n = np.hypot(np.fft.fftfreq(size, 1 / size)[:, None], np.fft.rfftfreq(size, 1 / size))
    weight = np.ones_like(n)
    weight[:, 1 : (size + 1) // 2] = 2  # the half that rfft2 leaves out is equal by symmetry
    bands = [weight * ((n > least) & (n <= most)) for least, most in WAVES]
    shares = np.stack([band.ravel() / band.sum() for band in bands if band.any()], axis=-1)

    def in_bands(some: NDArray[np.int8]) -> NDArray[np.float64]:
        waves = fft.rfft2(some.astype(np.float32)).reshape(len(some), -1)
        return np.asarray((waves.real**2 + waves.imag**2) / size**2 @ shares)

    means, squares, free = [], [], []
    for one, times in zip((spins, others), correlated, strict=True):
        S = by_pieces(in_bands, one)
        frames = len(one) / times
        means.append(S.mean(axis=0))
        squares.append(S.var(axis=0) / max(frames - 1, 1e-9))
        free.append(max(frames - 1, 1.0))
    variance = squares[0] + squares[1]
    known = (variance > 0) & (min(free) >= ENOUGH_FOR_WAVES)
    t = (means[0] - means[1])[known] / np.sqrt(variance[known])
    degrees = variance**2 / np.maximum(
        squares[0] ** 2 / free[0] + squares[1] ** 2 / free[1], 1e-300
    )
    return {"waves_p_value": either(list(2 * stdtr(degrees[known], -np.abs(t))))}


def _self_similar(spins: NDArray[np.int8], others: NDArray[np.int8]) -> dict[str, float]:
    """Return the shares of frames that are unchanged when translated by L/2, or mirrored."""
    shares: dict[str, float] = {}
    for suffix, one in (("", spins), ("_expected", others)):
        tiled, mirrored = by_pieces(_which_are_similar, one).T
        shares |= {f"tiled_share{suffix}": float(tiled.mean())}
        shares |= {f"mirrored_share{suffix}": float(mirrored.mean())}
    return shares


def _which_are_similar(spins: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return which frames, not all of one sign, are tiled and which are mirrored, shape (n, 2)."""

    def equal(other: NDArray[np.int8]) -> NDArray[np.bool_]:
        return (spins == other).all(axis=(1, 2))

    half = spins.shape[-1] // 2
    tiled = equal(np.roll(spins, half, -1)) | equal(np.roll(spins, half, -2))
    mirrored = equal(spins[:, :, ::-1]) | equal(spins[:, ::-1])
    varied = ~equal(spins[:, :1, :1])
    return np.stack([tiled & varied, mirrored & varied], axis=1)


def _unordered(
    spins: NDArray[np.int8], others: NDArray[np.int8], T: float, independent: bool
) -> dict[str, float]:
    """Return the share of striped frames, where equilibrium has few of them."""
    names = ("unordered_share", "unordered_share_expected", "unordered_share_p_value")
    if stripe_weight(spins.shape[-1], T) > RARE:
        return dict.fromkeys(names, np.nan)
    from scipy.stats import fisher_exact

    counts = [sum(map(repeats.is_striped, one)) for one in (spins, others)]
    table = [[counts[0], len(spins) - counts[0]], [counts[1], len(others) - counts[1]]]
    p_value = float(fisher_exact(table).pvalue) if independent else np.nan
    return dict(zip(names, (counts[0] / len(spins), counts[1] / len(others), p_value), strict=True))
