"""All observables of one set of frames, compared with double loops and exact enumeration."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ising_fidelity import lattice, montecarlo
from ising_fidelity.exact import finite
from ising_fidelity.observables import correlation, hamming, measure, thermodynamics

from ..enumeration import boltzmann


def random_frames(chains, draws, size, seed=0):
    """Return frames with some order in them, so that no mean is near 0."""
    generator = np.random.default_rng(seed)
    share = generator.uniform(0.2, 0.95, (chains, draws, 1, 1))
    return np.where(generator.random((chains, draws, size, size)) < share, 1, -1).astype(np.int8)


def brute_force(spins, temperature):
    """Return the observables by loops over frames, sites and pairs."""
    frames = [[[int(s) for s in row] for row in frame] for chain in spins for frame in chain]
    size = len(frames[0])
    sites = size**2
    u, m, G = [], [], []
    for s in frames:
        places = list(itertools.product(range(size), repeat=2))
        bonds = sum(s[y][x] * (s[(y + 1) % size][x] + s[y][(x + 1) % size]) for y, x in places)
        u.append(-bonds / sites)
        m.append(sum(s[y][x] for y, x in places) / sites)
        G.append(
            [
                sum(s[y][x] * (s[(y + r) % size][x] + s[y][(x + r) % size]) for y, x in places)
                / (2 * sites)
                for r in range(size // 2 + 1)
            ]
        )
    distances = [
        sum(a[y][x] != b[y][x] for y in range(size) for x in range(size)) / sites
        for a, b in itertools.combinations(frames, 2)
    ]

    def mean(values):
        return sum(values) / len(values)

    abs_m, m2 = mean([abs(one) for one in m]), mean([one**2 for one in m])
    raw = np.array(G).mean(axis=0)
    return {
        "energy": mean(u),
        "magnetization": mean(m),
        "abs_magnetization": abs_m,
        "trajectory_magnetization": abs(mean(m)),
        "specific_heat": sites * (mean([one**2 for one in u]) - mean(u) ** 2) / temperature**2,
        "susceptibility": sites * (m2 - abs_m**2) / temperature,
        "trajectory_susceptibility": sites * (m2 - mean(m) ** 2) / temperature,
        "binder_cumulant": 1 - mean([one**4 for one in m]) / (3 * m2**2),
        "hamming_distance": mean(distances),
        "correlation_raw": raw,
        "correlation_connected": raw - abs_m**2,
        "correlation_trajectory": raw - mean(m) ** 2,
        "positive_share": mean([(one > 0) + (one == 0) / 2 for one in m]),
    }


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_everything_is_what_double_loops_give(size, sampling):
    spins = random_frames(2, 6, size)
    measured = measure.measure(spins, 1.7, sampling)
    for name, expected in brute_force(spins, 1.7).items():
        np.testing.assert_allclose(
            measured[name][0], expected, rtol=1e-12, atol=1e-14, err_msg=name
        )


frames = hnp.arrays(np.int8, (1, 5, 4, 4), elements=st.sampled_from([-1, 1]))


def measured_at_2(spins):
    return measure.measure(spins, 2.0, "independent")


def assert_same(first, second, but=()):
    for name, pair in first.items():
        if name not in but:
            for one, other in zip(pair, second[name], strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12, err_msg=name)


@given(frames)
def test_a_flip_of_all_spins_changes_the_sign_of_m_alone(spins):
    before, after = measured_at_2(spins), measured_at_2(-spins)
    assert_same(before, after, but=("magnetization", "positive_share"))
    assert after["magnetization"][0] == -before["magnetization"][0]
    assert after["positive_share"][0] == 1 - before["positive_share"][0]


@given(frames, st.integers(0, 3), st.integers(0, 3))
def test_translations_change_nothing(spins, down, right):
    moved = np.roll(spins, (down, right), axis=(-2, -1))
    assert_same(measured_at_2(spins), measured_at_2(moved))


@given(frames)
@settings(max_examples=30)
def test_symmetries_of_the_square_change_nothing(spins):
    before = measured_at_2(spins)
    for image in lattice.symmetries(spins):
        assert_same(before, measured_at_2(image))


@pytest.mark.parametrize("sampling", ["chain", "independent"])
@pytest.mark.parametrize("size", [3, 6, 8, 16])
def test_frames_that_are_all_the_same_have_no_fluctuations_and_no_errors(sampling, size):
    frame = random_frames(1, 1, size, seed=3)
    measured = measure.measure(np.repeat(frame, 20, axis=1), 1.0, sampling)
    for name in ("specific_heat", "susceptibility", "trajectory_susceptibility"):
        assert measured[name] == (0, 0)
    assert measured["hamming_distance"] == (0, 0)
    for name in ("energy", "abs_magnetization", "correlation_raw", "correlation_connected"):
        assert not measured[name][1].any()


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_perfect_order(sampling):
    measured = measure.measure(np.ones((1, 20, 16, 16), np.int8), 1.0, sampling)
    assert measured["energy"] == (-2, 0)
    assert measured["binder_cumulant"][0] == pytest.approx(2 / 3)
    assert measured["correlation_length"][0][0] == np.inf
    assert np.isnan(measured["correlation_length"][1][0])
    assert measured["eta"][0][0] == pytest.approx(0, abs=1e-12)
    assert np.isnan(measured["eta"][0][1])


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_a_single_frame_has_values_but_no_errors(sampling):
    measured = measure.measure(random_frames(1, 1, 16), 2.0, sampling)
    assert np.isfinite(measured["energy"][0])
    assert all(np.isnan(error).all() for _, error in measured.values())
    assert np.isnan(measured["hamming_distance"][0])


def test_fluctuations_over_zero_temperature_are_not_defined():
    measured = measure.measure(np.ones((1, 5, 8, 8), np.int8), 0.0, "independent")
    assert measured["energy"] == (-2, 0)
    assert np.isnan(measured["specific_heat"]).all()


SIZE, TEMPERATURE = 4, 3.0


def one_number(values):
    """Return a scalar itself, or the second value of a function: r = 1, k = 1, 2 or 3 sites."""
    return np.atleast_1d(values)[min(1, np.size(values) - 1)]


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_errors_of_every_observable_cover_the_truth(sampling):
    """68 % of 200 experiments lie within one error: every observable within 60 and 76 %.

    Frames have exact Boltzmann weights; where they are to be correlated, one in three is the one
    before it again. Binomial spread 3.3 %: one of 24 observables that have nothing in common
    would be outside by chance in 3 runs of 10; the seed is fixed. Hamming's error is an upper bound
    where frames have nothing in common, as here by symmetry, and the absolute value of a mean that
    is 0 is never 0.
    """
    configurations, _, p = boltzmann(SIZE, TEMPERATURE)
    expected = measure.of_means(p @ measure.per_frame(configurations), SIZE, TEMPERATURE)
    site_means = p @ configurations.reshape(len(p), -1)
    expected["hamming_distance"] = (1 - np.mean(site_means**2)) / 2
    assert expected["specific_heat"][0] == pytest.approx(
        finite.kaufman(SIZE, TEMPERATURE).specific_heat
    )
    generator = np.random.default_rng(5)
    hits = {name: [] for name in expected}
    for experiment in range(200):
        chosen = generator.choice(len(p), (2, 300), p=p)
        if sampling == "chain":
            again = generator.random(chosen.shape) < 1 / 3
            last_new = np.maximum.accumulate(np.where(again, 0, np.arange(300)), axis=1)
            chosen = np.take_along_axis(chosen, last_new, axis=1)
        measured = measure.measure(configurations[chosen], TEMPERATURE, sampling, experiment)
        for name, truth in expected.items():
            value, error = map(one_number, measured[name])
            hits[name].append(abs(value - one_number(truth)) < error)
    shares = {name: float(np.mean(hit)) for name, hit in hits.items()}
    assert shares.pop("hamming_distance") > 0.6
    del shares["trajectory_magnetization"]
    assert {name: share for name, share in shares.items() if not 0.60 <= share <= 0.76} == {}


def test_hamming_error_covers_the_truth_where_frames_have_something_in_common():
    """Biased independent spins; 68 % of 300, binomial spread 2.7 %, three of them and 2 %."""
    generator = np.random.default_rng(6)
    hits = []
    for _ in range(300):
        spins = np.where(generator.random((1, 100, 4, 4)) < 0.8, 1, -1).astype(np.int8)
        value, error = hamming.hamming_distance(spins, "independent")
        hits.append(abs(value - 2 * 0.8 * 0.2) < error)
    assert 0.58 < np.mean(hits) < 0.78


def test_fits_find_a_known_correlation_function():
    r = np.arange(17.0)
    G = 0.7 * np.maximum(r, 0.5) ** -0.25 * np.exp(-r / 5)
    parameters = correlation.fit_matrix(G, 0.01 * G, 32) @ np.log(G)
    assert parameters[:3] == pytest.approx([np.log(0.7), 0.25, 1 / 5])
    power_law = 0.7 * np.maximum(r, 0.5) ** -0.25
    parameters = correlation.fit_matrix(power_law, 0.01 * r + 0.01, 32) @ np.log(power_law)
    assert parameters[:5] == pytest.approx([np.log(0.7), 0.25, 0, np.log(0.7), 0.25], abs=1e-12)
    windows = len(correlation.last_distances(32))
    assert parameters[7 : 7 + windows] == pytest.approx(0.25)
    torus = correlation.torus_logarithm(32)
    torus[0] = 0
    parameters = correlation.fit_matrix(np.exp(-0.4 * torus), 0.01 * G, 32) @ (-0.4 * torus)
    assert parameters[5:7] == pytest.approx([0, 0.4], abs=1e-12)
    assert parameters[7 + windows :] == pytest.approx(0.4)


def test_fits_are_those_of_weighted_least_squares():
    generator = np.random.default_rng(7)
    G, dG = generator.uniform(0.1, 1, 17), generator.uniform(0.01, 0.02, 17)
    r = np.arange(1, 9)
    slope, intercept = np.polyfit(np.log(r), np.log(G[1:9]), 1, w=G[1:9] / dG[1:9])
    parameters = correlation.fit_matrix(G, dG, 32) @ np.log(G)
    assert parameters[3:5] == pytest.approx([intercept, -slope])


@pytest.mark.parametrize(
    ("points", "three", "two"), [(17, True, True), (5, False, True), (3, False, False)]
)
def test_a_window_too_short_for_the_model_gives_nan(points, three, two):
    size = 2 * (points - 1)
    matrix = correlation.fit_matrix(np.full(points, 0.5), np.full(points, 0.1), size)
    assert np.isfinite(matrix[:3]).all() == three
    assert np.isfinite(matrix[3:5]).all() == two


def test_correlations_below_zero_cannot_be_fitted():
    G = np.full(17, 0.5)
    G[8] = -0.01
    matrix = correlation.fit_matrix(G, np.full(17, 0.1), 32)
    assert np.isnan(matrix[:7]).all()
    # Windows that end before it can.
    assert np.isfinite(matrix[7:]).all(axis=1).tolist() == 2 * (5 * [True] + 9 * [False])


def test_the_critical_correlation_of_the_periodic_lattice_has_the_same_exponent_in_every_window():
    """Within four errors, six windows: false alarms below 4e-4. A pure power law is far off."""
    spins = montecarlo.run_chains(32, 2.269185, "cluster", 4000, 50, 100, 5, 1).spins
    measured = measure.measure(spins, 2.269185, "chain")
    value, error = (one[0] for one in measured["eta_stable_window"])
    assert (np.abs(value - 0.25) < 4 * error + 0.004).all()
    assert (error < 0.01).all()
    assert measured["eta_power_law_window"][0][0][-1] < 0.21


def test_the_critical_correlation_of_the_torus_is_even_around_its_middle():
    """It is ln r at small r, where only the first terms of both fractions remain."""
    for size in (5, 16, 64):
        assert np.isneginf(correlation.torus_logarithm(size)[0])
        assert (np.diff(correlation.torus_logarithm(size)) > 0).all()
    small = correlation.torus_logarithm(4096)[1:5]
    assert small - small[0] == pytest.approx(np.log([1, 2, 3, 4]), abs=1e-2)


@pytest.mark.parametrize(
    ("inverse", "expected"), [(0.5, 2), (0.0, np.inf), (-0.1, np.inf), (np.nan, np.nan)]
)
def test_correlation_length(inverse, expected):
    length, error = correlation.correlation_length(inverse, 0.1)
    assert length == pytest.approx(expected, nan_ok=True)
    assert error == pytest.approx(0.4 if expected == 2 else np.nan, nan_ok=True)


@pytest.mark.long
@pytest.mark.parametrize(
    ("temperature", "names"),
    [
        (2.6, ["eta", "eta_power_law", "correlation_length"]),
        (2.269185, ["eta", "eta_power_law", "eta_stable"]),
    ],
)
def test_fit_errors_cover_the_spread_of_fits(temperature, names):
    """Errors that ignored correlations between distances would be far too small.

    68 % of 200 independent runs lie within one error of the mean of all, which replaces the truth
    that is not known for fits of a model that is not exact: every parameter within 60 and 76 %.
    Binomial spread 3.3 %; six parameters alike are outside by chance in 9 runs of 100; the seed is
    fixed. Where its model is wrong, at 2.6, the error of eta_stable is a quarter too large: weights
    that follow the noise of G matter there.
    """
    fits = {name: [] for name in names}
    for seed in range(200):
        spins = montecarlo.run_chains(16, temperature, "cluster", 200, 200, 30, 1, seed).spins
        measured = measure.measure(spins, temperature, "independent", seed)
        for name, found in fits.items():
            found.append([one[0] for one in measured[name]])
    for name, found in fits.items():
        values, errors = np.array(found).T
        share = np.mean(np.abs(values - values.mean()) < errors)
        assert 0.60 <= share <= 0.76, (name, share)


def test_monte_carlo_agrees_with_kaufman():
    """Energy and specific heat at L = 16 within four errors: false alarms below 1e-3."""
    spins = montecarlo.run_chains(16, 2.3, "cluster", 4000, 2, 100, 2, 1).spins
    measured, solved = measure.measure(spins, 2.3, "chain"), finite.kaufman(16, 2.3)
    for name in ("energy", "specific_heat"):
        value, error = measured[name]
        assert abs(value - getattr(solved, name)) < 4 * error
        assert 0 < error < 0.1


def test_independent_frames_need_no_autocorrelation():
    spins = random_frames(1, 30, 4)
    found = measure.autocorrelation(spins, "independent")
    assert found.pop("independence_p_value") > 1e-4
    believed = {name: value for name, value in found.items() if "lag_1" not in name}
    assert set(believed.values()) == {0.5, 30.0}
    assert measure.autocorrelation(spins, "chain")["energy_tau_int"] >= 0.5


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("temperature", [5e-324, 1e-300, 1e300])
def test_frames_that_are_all_the_same_have_no_fluctuations_at_any_temperature(temperature):
    moments = thermodynamics.primaries(np.array([-128.0]), np.array([64.0])).mean(axis=0)
    found = dict(
        zip(
            thermodynamics.QUANTITIES,
            thermodynamics.from_moments(moments, 64, temperature),
            strict=True,
        )
    )
    assert (found["energy"], found["specific_heat"], found["susceptibility"]) == (-2, 0, 0)
