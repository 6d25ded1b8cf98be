"""All observables of one set of frames, each with its standard error."""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.observables import (
    clusters,
    correlation,
    hamming,
    independence,
    local,
    signs,
    structure,
    thermodynamics,
)
from ising_fidelity.observables.errors import Floats, Function, Primaries, autocorrelation_time
from ising_fidelity.observables.pieces import by_pieces

Estimates = dict[str, tuple[Floats, Floats]]


def measure(spins: NDArray[np.int8], temperature: float, sampling: str, seed: int = 0) -> Estimates:
    """Measure every observable of one set of frames.

    Parameters
    ----------
    spins
        Shape (chain, draw, L, L), values -1 and +1.
    temperature
        In units of J/k_B.
    sampling
        ``chain`` if draws of one chain are correlated (errors by the Gamma method), else
        ``independent`` (bootstrap).
    seed
        Seed of the bootstrap.

    Returns
    -------
    dict
        Name to (value, standard error): scalars as 0-d arrays; functions of distance or
        wave number of shape (L//2 + 1,); the distribution of cluster sizes with one number for each
        of :func:`clusters.size_bins`; fitted parameters with one for each of
        :data:`correlation.KINDS` and, in windows, also for each of
        :func:`correlation.last_distances`. Errors are NaN where they cannot be estimated.
    """
    size = spins.shape[-1]
    sample = Primaries(per_frame(spins), sampling, seed)
    names = of_means(sample.means, size, temperature)

    def everything(means: Floats) -> Floats:
        return np.concatenate(list(of_means(means, size, temperature).values()), axis=-1)

    error = sample.errors(everything)
    ends = np.cumsum([part.size for part in names.values()])
    places = dict(zip(names, np.split(np.arange(error.size), ends[:-1]), strict=True))
    estimates: Estimates = {
        name: (value, error[places[name]])
        if name in FUNCTIONS
        else (value[0], error[places[name][0]])
        for name, value in names.items()
    }
    # The absolute value has no derivative at 0, where its own spread would be too small.
    estimates["trajectory_magnetization"] = (
        estimates["trajectory_magnetization"][0],
        estimates["magnetization"][1],
    )
    distance, distance_error = hamming.hamming_distance(spins, sampling)
    estimates["hamming_distance"] = (np.asarray(distance), np.asarray(distance_error))
    fits = []
    for kind in correlation.KINDS:
        G, dG = estimates[f"correlation_{kind}"]
        matrix = correlation.fit_matrix(G, dG, size)
        fits.append(_fit(sample, everything, places[f"correlation_{kind}"], G, matrix))
    for name in fits[0]:
        value, error_of_fit = zip(*(fit[name] for fit in fits), strict=True)
        estimates[name] = (np.array(value), np.array(error_of_fit))
    return {
        name: (one, np.where(np.isfinite(one), its_error, np.nan))
        for name, (one, its_error) in estimates.items()
    }


def per_frame(spins: NDArray[np.int8]) -> Floats:
    """Return the numbers per frame (..., L, L) that :func:`of_means` needs, shape (..., k)."""
    found = by_pieces(_per_frame, spins.reshape(-1, *spins.shape[-2:]))
    return found.reshape(*spins.shape[:-2], -1)


def _per_frame(spins: NDArray[np.int8]) -> Floats:
    sites = spins.shape[-1] ** 2
    energy, magnetization = lattice.energy(spins) * sites, lattice.magnetization(spins) * sites
    parts = [
        thermodynamics.primaries(np.rint(energy), np.rint(magnetization)),
        local.alignment_counts(spins),
        signs.positive(magnetization)[..., None],
        correlation.along_axes(spins),
        structure.along_axes(spins),
        clusters.primaries(spins),
    ]
    return np.concatenate(parts, axis=-1)


def of_means(means: Floats, lattice_size: int, temperature: float) -> dict[str, Floats]:
    """Return all observables that are functions of means of :func:`per_frame`, by name.

    The means have shape (..., k), T is in J/k_B; observables have shape (..., 1), or (..., n) for
    those of :data:`FUNCTIONS`.
    """
    sites, distances = lattice_size**2, lattice_size // 2 + 1
    widths = [thermodynamics.MOMENTS, len(local.ALIGNMENTS), 1, distances, distances]
    moments, counts, share, products, spectrum, of_clusters = np.split(
        means, np.cumsum(widths), axis=-1
    )
    scalars = (
        (thermodynamics.QUANTITIES, thermodynamics.from_moments(moments, sites, temperature)),
        (local.QUANTITIES, local.from_counts(counts)),
        (clusters.QUANTITIES, clusters.from_means(of_clusters, sites)),
    )
    found = {
        name: values[..., place, None]
        for names, values in scalars
        for place, name in enumerate(names)
    }
    raw, S = products / (2 * sites), spectrum / sites
    length = structure.second_moment_length(S, lattice_size)
    return {
        **found,
        "positive_share": share,
        "second_moment_correlation_length": length[..., None],
        "correlation_raw": raw,
        "correlation_connected": raw - found["abs_magnetization"] ** 2,
        "correlation_trajectory": raw - found["magnetization"] ** 2,
        "structure_factor": S,
        "cluster_size_distribution": clusters.size_distribution(of_clusters, sites),
    }


FUNCTIONS = (
    *(f"correlation_{kind}" for kind in correlation.KINDS),
    "structure_factor",
    "cluster_size_distribution",
)
"""Observables with one number for each distance, wave number or size."""


def _fit(
    sample: Primaries, everything: Function, part: NDArray[np.intp], G: Floats, matrix: Floats
) -> dict[str, tuple[Floats, Floats]]:
    """Return the parameters of :func:`correlation.fit_matrix` for one G(r), with errors.

    ``part`` is the place of G in ``everything``. Errors are to first order in the fluctuations of
    G and include the correlations between distances.
    """
    parameters = matrix @ np.log(G, out=np.zeros_like(G), where=G > 0)
    slope = np.divide(matrix, G, out=matrix.copy(), where=G > 0)
    errors = sample.errors(lambda means: (everything(means)[..., part] - G) @ slope.T)
    first = len(correlation.PARAMETERS)
    fit = {
        name: (parameters[index], errors[index])
        for index, name in enumerate(correlation.PARAMETERS)
    }
    windows = zip(np.split(parameters[first:], 2), np.split(errors[first:], 2), strict=True)
    fit |= dict(zip(correlation.WINDOWED, windows, strict=True))
    for name in ("amplitude", "amplitude_power_law", "amplitude_stable"):
        logarithm, its_error = fit.pop(f"log_{name}")
        fit[name] = (np.exp(logarithm), np.exp(logarithm) * its_error)
    inverse, inverse_error = map(float, fit.pop("inverse_correlation_length"))
    length = correlation.correlation_length(inverse, inverse_error)
    return {**fit, "correlation_length": (np.float64(length[0]), np.float64(length[1]))}


def autocorrelation(spins: NDArray[np.int8], sampling: str) -> dict[str, float]:
    """Return tau_int (in draws) and effective sample size of the energy and of abs(m).

    Independent frames have tau_int = 0.5, and their effective number equals their number. The
    declared independence is tested by :func:`.lag_one`; if the test fails, tau_int and effective
    size are those of a chain.
    """
    series = {
        "energy": lattice.energy(spins),
        "abs_magnetization": np.abs(lattice.magnetization(spins)),
    }
    found: dict[str, float] = {}
    believed = sampling == "independent"
    if believed:
        tests = {name: independence.lag_one(values) for name, values in series.items()}
        found = {f"{name}_lag_1_autocorrelation": r_1 for name, (r_1, _) in tests.items()}
        p_value = independence.either([p for _, p in tests.values()])
        found["independence_p_value"] = p_value
        believed = not p_value < independence.CONTRADICTED
    for name, values in series.items():
        tau_int, size = 0.5, float(values.size)
        if not believed:
            in_order = values.reshape(1, -1) if values.shape[1] == 1 else values
            tau_int, size = autocorrelation_time(in_order)
        found |= {f"{name}_tau_int": tau_int, f"{name}_effective_sample_size": size}
    return found
