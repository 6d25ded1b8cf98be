r"""The correlation function along the axes and its fits.

The two models are straight lines in ln G and are therefore fitted in closed form:

.. math:: G(r) = A\, r^{-\eta} e^{-r/\xi} \quad\text{and}\quad G(r) = A\, r^{-\eta}.

The amplitude A is free: with A = 1 the exponent would have to compensate for G(1), which is 0.707
at T_c, where G(r) = 0.703 r^(-1/4) at large r on the infinite lattice.

A periodic lattice of finite size has no pure power law at any distance. From L/8 on, correlations
around the torus contribute to G. The fitted eta at T_c is therefore 0.17 to 0.23, and smaller for
wider windows. Conformal invariance gives the correct form, :func:`torus_logarithm`. Fitted to it,
eta is 1/4 within 2 % in every window at L = 16 and above.
"""

import numpy as np
from numpy.typing import NDArray

KINDS = ("raw", "connected", "trajectory")
"""Subtracted from G(r): nothing; the square of the mean of abs(m); the square of the mean of m."""

PARAMETERS = (
    "log_amplitude",
    "eta",
    "inverse_correlation_length",
    "log_amplitude_power_law",
    "eta_power_law",
    "log_amplitude_stable",
    "eta_stable",
)
"""The first rows of :func:`fit_matrix`."""

WINDOWED = ("eta_power_law_window", "eta_stable_window")
"""The following rows, one for each of :func:`last_distances`."""


def fit_window(lattice_size: int) -> tuple[int, int]:
    """Return the first and the last distance that fits use.

    Beyond L/4, correlations around the periodic lattice contribute.
    """
    return 1, lattice_size // 4


def along_axes(spins: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the sum over sites and both axes of s_i s_(i+r) for each frame (..., L, L).

    Shape (..., L//2 + 1) for r = 0 .. L//2, whole numbers; divided by 2 L^2 they are G(r).
    """
    size = spins.shape[-1]
    total = np.zeros((*spins.shape[:-2], size // 2 + 1))
    for turned in (spins, spins.swapaxes(-2, -1)):
        spectrum = np.fft.rfft(turned, axis=-1)
        power = (spectrum.real**2 + spectrum.imag**2).sum(axis=-2)
        total += np.fft.irfft(power, n=size, axis=-1)[..., : size // 2 + 1]
    return np.rint(total)


def last_distances(lattice_size: int) -> NDArray[np.intp]:
    """Return the last distances of windows from 1: 3 and more, one more than a line needs."""
    return np.arange(3, lattice_size // 2 + 1)


def torus_logarithm(lattice_size: int) -> NDArray[np.float64]:
    r"""Return -4 ln of the critical correlation on the square torus, up to a constant.

    .. math:: G(r) \propto \left| \theta_1(r/L) \right|^{-1/4}
              \sum_{\nu=1}^{4} \left| \theta_\nu(r / 2L) \right|

    (P. Di Francesco, H. Saleur and J. Zuber, Nucl. Phys. B 290, 527, 1987). It replaces ln r in
    fits of eta, and equals ln r for r much smaller than L. Shape (L//2 + 1,) for r = 0 .. L//2,
    -inf at 0.
    """
    r = np.arange(lattice_size // 2 + 1) / lattice_size
    with np.errstate(divide="ignore"):
        first = np.log(_theta(r)[0])
    return np.asarray(first - 4 * np.log(_theta(r / 2).sum(axis=0)))


def _theta(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the absolute four Jacobi theta functions of real z at modulus i, shape (4, ...)."""
    # Powers of q = exp(-pi): terms beyond the sixth are below double precision.
    n = np.arange(6)
    half = np.exp(-np.pi * (n + 0.5) ** 2)
    whole = np.exp(-np.pi * (n + 1.0) ** 2)
    odd, even = np.pi * np.multiply.outer(z, 2 * n + 1), np.pi * np.multiply.outer(z, 2 * n + 2)
    signs = (-1.0) ** n
    return np.abs(
        [
            2 * np.sin(odd) @ (signs * half),
            2 * np.cos(odd) @ half,
            1 + 2 * np.cos(even) @ whole,
            1 - 2 * np.cos(even) @ (signs * whole),
        ]
    )


def fit_matrix(
    correlation: NDArray[np.float64], error: NDArray[np.float64], lattice_size: int
) -> NDArray[np.float64]:
    """Return the matrix that maps ln G(r) to the fitted parameters.

    Weighted least squares: the weight of a distance is the inverse square of the error of ln G, or
    1 if errors are missing or 0. Correlations between distances do not enter the weights, but do
    enter the errors of the parameters, which the matrix propagates. G(r) and its standard error are
    given for r = 0 .. L//2.

    Returns
    -------
    ndarray
        One row for each of :data:`PARAMETERS`, fitted in :func:`fit_window`, or at all distances on
        the torus. Then, for windows from 1 to each of :func:`last_distances`, the exponent of a
        pure power law, and finally the exponent on the torus. Shape (7 + 2 windows, L//2 + 1), zero
        outside the window. Rows are NaN if G <= 0 in their window, or if the window has fewer
        distances than the model has parameters.
    """
    r = np.arange(len(correlation))
    known = bool(np.isfinite(error[1:]).all() and (error[1:] > 0).all())
    weight = np.ones(r.shape)
    if known:
        weight[1:] = np.abs(correlation[1:]) / error[1:]
    with np.errstate(divide="ignore"):
        power_law = np.stack([np.ones(r.shape), -np.log(r)], axis=-1)
    torus = np.stack([np.ones(r.shape), -torus_logarithm(lattice_size)], axis=-1)
    decay = np.column_stack([power_law, -r.astype(float)])

    def solved(design: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
        window = slice(first, last + 1)
        parameters = design.shape[1]
        rows = np.zeros((parameters, len(r)))
        if last - first + 1 < parameters or not (correlation[window] > 0).all():
            rows[:] = np.nan
        else:
            inverse = np.linalg.pinv(design[window] * weight[window, None])
            rows[:, window] = inverse * weight[window]
        return rows

    window = fit_window(lattice_size)
    fitted = [solved(decay, *window), solved(power_law, *window), solved(torus, 1, len(r) - 1)]
    windows = [
        solved(design, 1, last)[1:]
        for design in (power_law, torus)
        for last in last_distances(lattice_size)
    ]
    return np.concatenate([*fitted, *windows])


def correlation_length(inverse: float, inverse_error: float) -> tuple[float, float]:
    """Return xi and its error from 1/xi; no decay, 1/xi <= 0, gives xi = inf without an error."""
    if np.isnan(inverse):
        return np.nan, np.nan
    if inverse < 1e-12:
        return np.inf, np.nan
    return 1 / inverse, inverse_error / inverse**2
