"""What is measured on one set of frames, every number with its standard error."""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.observables import correlation, diversity, local, structure, thermodynamics
from ising_fidelity.observables.errors import (
    Floats,
    Function,
    Primaries,
    autocorrelation_time,
)

Estimates = dict[str, tuple[Floats, Floats]]
SCALARS = (*thermodynamics.QUANTITIES, *local.QUANTITIES, "second_moment_correlation_length")


def measure(spins: NDArray[np.int8], temperature: float, sampling: str, seed: int = 0) -> Estimates:
    """Measure every observable of one set of frames.

    Parameters
    ----------
    spins
        Shape (chain, draw, L, L), values -1 and +1.
    temperature
        In units of J/k_B.
    sampling
        ``chain`` where draws of one chain are correlated (errors by the Gamma method), else
        ``independent`` (bootstrap).
    seed
        Of the bootstrap.

    Returns
    -------
    dict
        Name to (value, standard error): scalars as 0-d arrays, ``correlation_raw`` and
        ``correlation_connected`` and ``structure_factor`` of shape (L//2 + 1,), fitted parameters
        of shape (2,), one for each of :data:`correlation.KINDS`. Errors are NaN where the frames cannot tell.
    """
    size = spins.shape[-1]
    sites = size**2
    powers = thermodynamics.primaries(
        np.rint(lattice.energy(spins) * sites), np.rint(lattice.magnetization(spins) * sites)
    )
    parts = [
        powers,
        local.alignment_counts(spins),
        correlation.along_axes(spins),
        structure.along_axes(spins),
    ]
    ends = np.cumsum([part.shape[-1] for part in parts])[:-1]
    sample = Primaries(np.concatenate(parts, axis=-1), sampling, seed)

    def everything(means: Floats) -> Floats:
        moments, counts, products, spectrum = np.split(means, ends, axis=-1)
        quantities = thermodynamics.from_moments(moments, sites, temperature)
        raw = products / (2 * sites)
        connected = raw - quantities[..., 2:3] ** 2
        S = spectrum / sites
        length = structure.second_moment_length(S, size)[..., None]
        return np.concatenate(
            [quantities, local.from_counts(counts), length, raw, connected, S], axis=-1
        )

    value, error = everything(sample.means), sample.errors(everything)
    estimates: Estimates = {
        name: (value[index], error[index]) for index, name in enumerate(SCALARS)
    }
    # The absolute value has no derivative at 0, where its own spread would be too small.
    estimates["trajectory_magnetization"] = (
        estimates["trajectory_magnetization"][0],
        estimates["magnetization"][1],
    )
    distance, distance_error = diversity.hamming_distance(spins, sampling)
    estimates["hamming_distance"] = (np.asarray(distance), np.asarray(distance_error))

    fits = []
    *of_correlation, of_structure = np.split(np.arange(len(SCALARS), len(value)), 3)
    estimates["structure_factor"] = (value[of_structure], error[of_structure])
    for kind, part in zip(correlation.KINDS, of_correlation, strict=True):
        estimates[f"correlation_{kind}"] = (value[part], error[part])
        fits.append(_fit(sample, everything, part, value[part], error[part]))
    for name in fits[0]:
        pair = np.array([fit[name] for fit in fits]).T
        estimates[name] = (pair[0], pair[1])
    return {
        name: (one, np.where(np.isfinite(one), its_error, np.nan))
        for name, (one, its_error) in estimates.items()
    }


def _fit(
    sample: Primaries, everything: Function, part: NDArray[np.intp], G: Floats, dG: Floats
) -> dict[str, tuple[float, float]]:
    """Return each fitted parameter and its error from one correlation function.

    ``part`` says where ``everything`` has it. Errors to first order in the fluctuations of G,
    whose correlations between distances they contain.
    """
    matrix = correlation.fit_matrix(G, dG)
    parameters = matrix @ np.log(G, out=np.zeros_like(G), where=G > 0)
    slope = np.divide(matrix, G, out=matrix.copy(), where=G > 0)
    errors = sample.errors(lambda means: (everything(means)[..., part] - G) @ slope.T)
    pairs = zip(parameters.tolist(), errors.tolist(), strict=True)
    fit = dict(zip(correlation.PARAMETERS, pairs, strict=True))
    for name in ("amplitude", "amplitude_power_law"):
        logarithm, its_error = fit.pop(f"log_{name}")
        fit[name] = (float(np.exp(logarithm)), float(np.exp(logarithm)) * its_error)
    inverse = fit.pop("inverse_correlation_length")
    return {**fit, "correlation_length": correlation.correlation_length(*inverse)}


def autocorrelation(spins: NDArray[np.int8], sampling: str) -> dict[str, float]:
    """Return tau_int (in draws) and effective sample size of the energy and of abs(m).

    Independent frames have tau_int = 0.5 and as many effective frames as frames.
    """
    series = {
        "energy": lattice.energy(spins),
        "abs_magnetization": np.abs(lattice.magnetization(spins)),
    }
    times: dict[str, float] = {}
    for name, values in series.items():
        tau_int, size = 0.5, float(values.size)
        if sampling == "chain":
            tau_int, size = autocorrelation_time(values)
        times |= {f"{name}_tau_int": tau_int, f"{name}_effective_sample_size": size}
    return times
