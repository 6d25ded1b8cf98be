"""Finite-size scaling of made-up numbers with known exponents, and of Monte Carlo."""

import numpy as np
import pytest

from ising_fidelity import lattice, montecarlo
from ising_fidelity.analysis import scaling

KNOWN = {
    "critical_temperature": 1.7,
    "inverse_nu": 0.8,
    "eta": 0.4,
    **dict(zip(scaling.POLYNOMIALS, [0.6, -0.07, -0.04, 0.002, 0.003], strict=False)),
    **dict(zip(scaling.POLYNOMIALS[5:], [0.1, -0.5, -0.1, 0.01, 0.01], strict=True)),
    "amplitude_slope": 0.5,
    "binder_correction": 0.15,
    "magnetization_correction": -0.1,
}
PARAMETERS = np.array([KNOWN[name] for name in scaling.PARAMETERS])
SIZES, TEMPERATURES = (8, 16, 32, 64), np.linspace(1.6, 1.8, 9)
HALF_A_PERCENT = 0.005**2 * np.array([[0.1, 0.2], [0.2, 1.0]])
PLACES = np.array([(size, T) for size in SIZES for T in TEMPERATURES], float).T


def noisy(generator, covariance=HALF_A_PERCENT, values=None):
    """Return numbers whose errors are correlated within a pair."""
    sizes, temperatures = PLACES
    if values is None:
        values = scaling.predicted(PARAMETERS, temperatures, sizes)
    values = values + generator.multivariate_normal([0, 0], covariance, sizes.size)
    return scaling.Moments(*PLACES, values, np.broadcast_to(covariance, (sizes.size, 2, 2)))


def some(data, chosen):
    """Return the numbers of some pairs of lattice size and temperature."""
    parts = (data.lattice_size, data.temperature, data.values, data.covariance)
    return scaling.Moments(*(part[chosen] for part in parts))


def test_errors_cover_known_exponents():
    """68 % of 200 fits, binomial spread 3.3 %: one of three is out by chance in 5 runs of 100."""
    generator = np.random.default_rng(3)
    expected = {"critical_temperature": 1.7, "nu": 1.25, "eta": 0.4}
    hits, p_values = {name: [] for name in expected}, []
    for _ in range(200):
        fit = scaling.fit(noisy(generator))
        p_values.append(fit.p_value)
        for name, (value, error) in fit.exponents.items():
            # Errors are enlarged where chi^2 is large: taken back, they are those of the data.
            scale = max(1.0, np.sqrt(fit.chi_squared / fit.degrees_of_freedom))
            hits[name].append(abs(value - expected[name]) < error / scale)
    for name, hit in hits.items():
        assert 0.6 <= np.mean(hit) <= 0.76, name
    # p-values are uniform: their mean of 200 spreads by 0.02.
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.08)


def test_numbers_without_noise_collapse_on_their_curves():
    sizes, temperatures = PLACES
    values = scaling.predicted(PARAMETERS, temperatures, sizes)
    data = scaling.Moments(*PLACES, values, np.full((sizes.size, 2, 2), np.nan))
    x, on_curve = scaling.collapsed(PARAMETERS, data)
    assert x == pytest.approx((temperatures - 1.7) / 1.7 * sizes**0.8)
    assert on_curve == pytest.approx(scaling.curves(PARAMETERS, x))
    at_critical = scaling.predicted(PARAMETERS, np.array([1.7]), np.array([16.0]))[0]
    correction = 16**-1.75
    assert at_critical == pytest.approx(
        [0.6 + 0.15 * correction, 0.1 - 0.4 * np.log(16) - 0.1 * correction]
    )


def test_monte_carlo_finds_the_exact_values():
    """Three numbers within three errors: false alarms below 1 %; the fit's p-value above 0.001."""
    found = []
    for size in (8, 16, 32):
        for T in (2.19, 2.22, 2.25, 2.269185, 2.29, 2.32, 2.35):
            spins = montecarlo.run_chains(size, T, "cluster", 4000, 50, 100, 5, 10 * size).spins
            values, covariance = scaling.moments(lattice.magnetization(spins), "chain")
            found.append((size, T, values, covariance))
    fit = scaling.fit(scaling.Moments(*map(np.array, zip(*found, strict=True))))
    exact = {"critical_temperature": 2.269185, "nu": 1, "eta": 0.25}
    largest = {"critical_temperature": 0.01, "nu": 0.1, "eta": 0.05}
    for name, (value, error) in fit.exponents.items():
        assert abs(value - exact[name]) < 3 * error
        assert error < largest[name]
    assert fit.p_value > 0.001


def test_moments_and_their_covariance():
    """Compared with the spread of 200 sets of frames, which is known to 5 %."""
    generator = np.random.default_rng(5)
    frames = generator.normal(0.2, 0.3, (200, 1, 2000))
    values, covariances = zip(*(scaling.moments(one, "independent") for one in frames), strict=True)
    spread = np.cov(np.array(values).T)
    found = np.mean(covariances, axis=0)
    assert np.diag(found) == pytest.approx(np.diag(spread), rel=0.25)
    scale = np.sqrt(spread[0, 0] * spread[1, 1])
    assert found[0, 1] / scale == pytest.approx(spread[0, 1] / scale, abs=0.15)
    m = frames[0]
    binder = 1 - np.mean(m**4) / (3 * np.mean(m**2) ** 2)
    assert values[0] == pytest.approx([binder, np.log(np.mean(m**2))])


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_frames_that_are_all_alike_leave_nothing_to_fit(level):
    values, covariance = scaling.moments(np.full((1, 20), level), "independent")
    count = len(PLACES[0])
    several = np.tile(values, (count, 1)), np.tile(covariance, (count, 1, 1))
    fit = scaling.fit(scaling.Moments(*PLACES, *several))
    assert np.isnan(list(fit.exponents.values())).all()
    assert np.isnan(fit.p_value)


def test_numbers_without_a_crossing_between_the_temperatures_do_not_fit():
    data = noisy(np.random.default_rng(1))
    assert scaling.fit(data).p_value > 0.01
    assert scaling.fit(some(data, data.temperature > 1.72)).p_value < 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_spins_that_know_nothing_of_each_other_leave_the_temperature_open(seed):
    """Their <m^2> is L^-2 at every temperature; four errors: false alarms below 1e-3."""
    sizes, _ = PLACES
    covariance = 0.02**2 * np.array([[1.0, 0.3], [0.3, 1.0]])
    values = np.stack([0 * sizes, -2 * np.log(sizes)], axis=1)
    found = scaling.fit(noisy(np.random.default_rng(seed), covariance, values)).exponents
    eta, error = found["eta"]
    if np.isfinite(eta):
        assert abs(eta - 2) < 4 * error
        assert error < 0.1
        assert found["critical_temperature"][1] > 0.005


@pytest.mark.parametrize(
    ("sizes", "temperatures", "message"),
    [
        ((8, 16), 9, "^2 lattice sizes and 18 pairs .*; allowed are 3 or more"),
        ((8, 16, 32), 2, "^3 lattice sizes and 6 pairs .* 9 or more$"),
    ],
)
def test_too_few_numbers(sizes, temperatures, message):
    data = noisy(np.random.default_rng(1))
    low = data.temperature < TEMPERATURES[temperatures - 1] + 1e-9
    with pytest.raises(ValueError, match=message):
        scaling.fit(some(data, low & np.isin(data.lattice_size, sizes)))
