r"""Critical temperature and exponents from lattices of several sizes.

Close to T_c the Binder cumulant and the squared magnetization depend on one scaling variable, up to
corrections that vanish on large lattices:

.. math:: U = f(x) + c_1 L^{-7/4}, \quad
          \ln\langle m^2\rangle = -\eta \ln L + g(x) + c_2 t + c_3 L^{-7/4}, \quad
          t = \frac{T - T_c}{T_c}, \quad x = t L^{1/\nu}

(M. E. Fisher and M. N. Barber, Phys. Rev. Lett. 28, 1516, 1972; K. Binder, Z. Phys. B 43, 119,
1981; corrections: A. M. Ferrenberg and D. P. Landau, Phys. Rev. B 44, 5081, 1991). The regular part
of the susceptibility enters <m^2> as a constant over L^2, which is L^(-7/4) relative to the
singular part; c_2 is the temperature dependence of the amplitude. f and g are polynomials of degree
4, fitted jointly with T_c, nu and eta to all sizes and temperatures. The p-value of the fit shows
whether x is small enough for the polynomials, and L large enough for the corrections.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ising_fidelity.observables.errors import Floats, Primaries

DEGREE = 4
CORRECTION = -7 / 4
POLYNOMIALS = tuple(f"{name}_{power}" for name in "fg" for power in range(DEGREE + 1))
PARAMETERS = (
    "critical_temperature",
    "inverse_nu",
    "eta",
    *POLYNOMIALS,
    "amplitude_slope",
    "binder_correction",
    "magnetization_correction",
)
"""Parameters of a fit; each lattice and temperature gives two values."""
FEWEST_SIZES = 3
"""Two sizes cannot separate corrections from the scaling law."""
INVERSE_NU = (0.25, 4.0)
"""Search interval of 1/nu."""
STARTS = 21
"""Number of temperatures, and of values of 1/nu, in the grid of starting points."""


@dataclass(frozen=True)
class Moments:
    """Data of the fit: the Binder cumulant and ln <m^2> of each lattice size and temperature.

    Attributes
    ----------
    lattice_size, temperature
        Shape (n,).
    values
        U and ln <m^2>, shape (n, 2).
    covariance
        Covariance of both, shape (n, 2, 2).
    """

    lattice_size: Floats
    temperature: Floats
    values: Floats
    covariance: Floats


@dataclass(frozen=True)
class Fit:
    """Result of the fit; all NaN if no temperature between those of the data fits best.

    Attributes
    ----------
    parameters, errors
        Values and standard errors of :data:`PARAMETERS`. Errors are multiplied by the square root
        of chi^2 per degree of freedom where that is above 1.
    chi_squared, degrees_of_freedom, p_value
        Goodness of the fit.
    """

    parameters: Floats
    errors: Floats
    chi_squared: float
    degrees_of_freedom: int
    p_value: float

    @property
    def exponents(self) -> dict[str, tuple[float, float]]:
        """Critical temperature, nu and eta with their errors."""
        (critical_temperature, inverse, eta), errors = self.parameters[:3], self.errors[:3]
        return {
            "critical_temperature": (float(critical_temperature), float(errors[0])),
            "nu": (float(1 / inverse), float(errors[1] / inverse**2)),
            "eta": (float(eta), float(errors[2])),
        }


def moments(magnetization: Floats, sampling: str, seed: int = 0) -> tuple[Floats, Floats]:
    """Return U and ln <m^2> of one set of frames, and their covariance, shapes (2,) and (2, 2).

    ``magnetization`` is per spin and frame, shape (chain, draw). Errors are those of the Gamma
    method (``sampling`` is ``chain``) or of the bootstrap (``independent``). Their correlation is
    estimated from single frames, as both quantities follow the same slow magnetization. NaN where
    the frames do not determine them.
    """
    squares = np.square(magnetization)
    sample = Primaries(np.stack([squares, squares**2], axis=-1), sampling, seed)

    def both(means: Floats) -> Floats:
        second, fourth = means[..., 0], means[..., 1]
        return np.stack([1 - fourth / (3 * second**2), np.log(second)], axis=-1)

    second, fourth = sample.means
    if second == 0:
        return np.full(2, np.nan), np.full((2, 2), np.nan)
    errors = sample.errors(both)
    of_square, of_fourth = squares - second, squares**2 - fourth
    cumulant = 2 * fourth * of_square / (3 * second**3) - of_fourth / (3 * second**2)
    spread = np.sqrt(np.mean(cumulant**2) * np.mean(of_square**2))
    correlation = np.mean(cumulant * of_square) / spread if spread > 0 else 0.0
    covariance = np.outer(errors, errors) * [[1, correlation], [correlation, 1]]
    return both(sample.means), covariance


def fit(data: Moments) -> Fit:
    """Fit all :data:`PARAMETERS` by generalized least squares.

    Given T_c and nu, the fit is linear in all other parameters. Only these two are searched for,
    from the best point of a grid between the lowest and the highest temperature.

    Raises
    ------
    ValueError
        If there are fewer than :data:`FEWEST_SIZES` lattice sizes, or no more values than
        parameters.
    """
    from scipy.optimize import least_squares
    from scipy.special import gammaincc

    sizes, files = np.unique(data.lattice_size).size, len(data.values)
    if sizes < FEWEST_SIZES or 2 * files <= len(PARAMETERS):
        raise ValueError(
            f"{sizes} lattice sizes and {files} pairs of size and temperature; allowed are "
            f"{FEWEST_SIZES} or more, and {len(PARAMETERS) // 2 + 1} or more"
        )
    freedom = 2 * files - len(PARAMETERS)
    unknown = np.full(len(PARAMETERS), np.nan)
    nothing = Fit(unknown, unknown, np.nan, freedom, np.nan)
    if not (np.isfinite(data.covariance).all() and np.isfinite(data.values).all()):
        return nothing
    try:
        whitening = np.linalg.inv(np.linalg.cholesky(data.covariance))
    except np.linalg.LinAlgError:
        return nothing
    target = (whitening @ data.values[..., None]).ravel()

    def white_design(place: Floats) -> Floats:
        design = _design(data.temperature, data.lattice_size, *place[:2])
        return np.asarray(whitening @ design).reshape(2 * files, -1)

    def linear(place: Floats) -> tuple[Floats, Floats]:
        design = white_design(place)
        solution = np.linalg.lstsq(design, target)[0]
        return np.asarray(solution), np.asarray(design @ solution - target)

    low = np.array([data.temperature.min(), INVERSE_NU[0]])
    high = np.array([data.temperature.max(), INVERSE_NU[1]])
    inside = np.linspace(low, high, STARTS + 2)[1:-1]
    places = np.stack(np.meshgrid(*inside.T), axis=-1).reshape(-1, 2)
    start = min(places, key=lambda place: float(np.sum(linear(place)[1] ** 2)))
    found = least_squares(
        lambda place: linear(place)[1], start, bounds=(low, high), x_scale=high - low, xtol=1e-12
    )
    if found.active_mask.any() or not found.success:
        return nothing
    parameters = np.concatenate([found.x, linear(found.x)[0]])
    jacobian = _derivative(lambda p: white_design(p) @ p[2:], parameters)
    chi_squared = float(2 * found.cost)
    scale = max(1.0, np.sqrt(chi_squared / freedom))
    # Columns are scaled to unit norm: powers of x differ by many orders of magnitude.
    unit = 1 / np.linalg.norm(jacobian, axis=0)
    inverse = np.linalg.pinv(jacobian * unit)
    errors = scale * unit * np.linalg.norm(inverse, axis=1)
    p_value = float(gammaincc(freedom / 2, chi_squared / 2))
    return Fit(parameters, errors, chi_squared, freedom, p_value)


def predicted(parameters: Floats, temperature: Floats, lattice_size: Floats) -> Floats:
    """Return U and ln <m^2> of a fit, shape (n, 2), at temperatures and sizes of shape (n,)."""
    return _design(temperature, lattice_size, *parameters[:2]) @ parameters[2:]


def collapsed(parameters: Floats, data: Moments) -> tuple[Floats, Floats]:
    """Return x, and U and ln <m^2> without size dependence and corrections, (n,) and (n, 2).

    They fall on f and g if the scaling law holds.
    """
    design = _design(data.temperature, data.lattice_size, *parameters[:2])
    on_curve = np.array([name in POLYNOMIALS for name in PARAMETERS[2:]])
    rest = design[..., ~on_curve] @ parameters[2:][~on_curve]
    return _variable(data.temperature, data.lattice_size, *parameters[:2])[1], data.values - rest


def curves(parameters: Floats, x: Floats) -> Floats:
    """Return f and g at x of shape (n,), shape (n, 2)."""
    coefficients = parameters[3 : 3 + len(POLYNOMIALS)].reshape(2, DEGREE + 1)
    return np.asarray(x[:, None] ** np.arange(DEGREE + 1) @ coefficients.T)


def _variable(
    temperature: Floats, lattice_size: Floats, critical_temperature: float, inverse_nu: float
) -> tuple[Floats, Floats]:
    """Return t and x."""
    t = (temperature - critical_temperature) / critical_temperature
    return t, t * lattice_size**inverse_nu


def _design(
    temperature: Floats, lattice_size: Floats, critical_temperature: float, inverse_nu: float
) -> Floats:
    """Return the design matrix of all parameters except the first two, shape (n, 2, p)."""
    t, x = _variable(temperature, lattice_size, critical_temperature, inverse_nu)
    powers = x[:, None] ** np.arange(DEGREE + 1)
    none, zeros = np.zeros_like(powers), np.zeros_like(t)[:, None]
    shrinking = lattice_size[:, None] ** CORRECTION
    of_binder = np.hstack([zeros, powers, none, zeros, shrinking, zeros])
    of_square = np.hstack(
        [-np.log(lattice_size)[:, None], none, powers, t[:, None], zeros, shrinking]
    )
    return np.stack([of_binder, of_square], axis=1)


def _derivative(function: Callable[[Floats], Floats], place: Floats) -> Floats:
    """Return derivatives by central differences, shape (outputs, len(place))."""
    steps = np.diag(1e-5 * np.maximum(np.abs(place), 1e-2))
    sides = [(function(place + step) - function(place - step)) / 2 for step in steps]
    return np.array(sides).T / np.diag(steps)
