r"""The correlation function along the axes and its fits.

Two models, both straight lines in ln G and therefore solved in closed form:

.. math:: G(r) = A\, r^{-\eta} e^{-r/\xi} \quad\text{and}\quad G(r) = A\, r^{-\eta}.

The amplitude A is free: with A = 1 the exponent would have to make up for G(1), which is 0.707
at T_c, where G(r) = 0.703 r^(-1/4) at large r on the infinite lattice.
"""

import numpy as np
from numpy.typing import NDArray

KINDS = ("raw", "connected")
PARAMETERS = (
    "log_amplitude",
    "eta",
    "inverse_correlation_length",
    "log_amplitude_power_law",
    "eta_power_law",
)
"""Rows of :func:`fit_matrix`."""


def fit_window(lattice_size: int) -> tuple[int, int]:
    """Return the first and the last distance that fits use.

    Beyond L/4 the other way round the periodic lattice counts.
    """
    return 1, lattice_size // 4


def along_axes(spins: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return sum over sites and both axes of s_i s_(i+r) for each frame.

    Parameters
    ----------
    spins
        Shape (..., L, L).

    Returns
    -------
    ndarray
        Shape (..., L//2 + 1) for r = 0 .. L//2: whole numbers; divided by 2 L^2 they are G(r).
    """
    size = spins.shape[-1]
    total = np.zeros((*spins.shape[:-2], size // 2 + 1))
    for turned in (spins, spins.swapaxes(-2, -1)):
        spectrum = np.fft.rfft(turned, axis=-1)
        power = (spectrum.real**2 + spectrum.imag**2).sum(axis=-2)
        total += np.fft.irfft(power, n=size, axis=-1)[..., : size // 2 + 1]
    return np.rint(total)


def fit_matrix(correlation: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrix that takes ln G(r) to the fitted :data:`PARAMETERS`.

    Least squares in :func:`fit_window`, each distance weighted by the inverse square of the error
    of ln G; by 1 where errors are missing or 0. Correlations between distances do not enter the
    weights but do enter the parameters' errors, which the matrix propagates.

    Parameters
    ----------
    correlation, error
        G(r) and its standard error for r = 0 .. L//2.

    Returns
    -------
    ndarray
        Shape (5, L//2 + 1), zero outside the window. Rows are NaN where G <= 0 in the window or
        where it holds fewer distances than the model has parameters.
    """
    first, last = fit_window(2 * (len(correlation) - 1))
    r = np.arange(first, last + 1)
    G, dG = correlation[first : last + 1], error[first : last + 1]
    weighted = np.isfinite(dG).all() and bool((dG > 0).all())
    weight = np.abs(G) / dG if weighted else np.ones(r.shape)
    design = np.stack([np.ones(r.shape), -np.log(r), -r.astype(float)], axis=-1)
    matrix = np.zeros((len(PARAMETERS), len(correlation)))
    for parameters, rows in ((3, slice(0, 3)), (2, slice(3, 5))):
        if len(r) < parameters or not (G > 0).all():
            matrix[rows] = np.nan
        else:
            inverse = np.linalg.pinv(design[:, :parameters] * weight[:, None])
            matrix[rows, first : last + 1] = inverse * weight
    return matrix


def correlation_length(inverse: float, inverse_error: float) -> tuple[float, float]:
    """Return xi and its error from 1/xi: no decay, 1/xi <= 0, is xi = inf without an error."""
    if np.isnan(inverse):
        return np.nan, np.nan
    if inverse < 1e-12:
        return np.inf, np.nan
    return 1 / inverse, inverse_error / inverse**2
