"""All observables of one set of frames, held against double loops and exact enumeration."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ising_fidelity import exact, lattice, montecarlo, observables
from ising_fidelity.observables import correlation


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
    }


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_everything_is_what_double_loops_give(size, sampling):
    spins = random_frames(2, 6, size)
    measured = observables.measure(spins, 1.7, sampling)
    for name, expected in brute_force(spins, 1.7).items():
        np.testing.assert_allclose(
            measured[name][0], expected, rtol=1e-12, atol=1e-14, err_msg=name
        )


frames = hnp.arrays(np.int8, (1, 5, 4, 4), elements=st.sampled_from([-1, 1]))


def assert_same(first, second, but=()):
    for name, pair in first.items():
        if name not in but:
            for one, other in zip(pair, second[name], strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12, err_msg=name)


@given(frames)
def test_a_flip_of_all_spins_changes_the_sign_of_m_alone(spins):
    before = observables.measure(spins, 2.0, "independent")
    after = observables.measure(-spins, 2.0, "independent")
    assert_same(before, after, but=("magnetization",))
    assert after["magnetization"][0] == -before["magnetization"][0]


@given(frames, st.integers(0, 3), st.integers(0, 3))
def test_translations_change_nothing(spins, down, right):
    moved = np.roll(spins, (down, right), axis=(-2, -1))
    assert_same(
        observables.measure(spins, 2.0, "independent"),
        observables.measure(moved, 2.0, "independent"),
    )


@given(frames)
def test_symmetries_of_the_square_change_nothing(spins):
    before = observables.measure(spins, 2.0, "independent")
    for image in lattice.symmetries(spins):
        assert_same(before, observables.measure(image, 2.0, "independent"))


@pytest.mark.parametrize("sampling", ["chain", "independent"])
@pytest.mark.parametrize("size", [3, 6, 8, 16])
def test_frames_that_are_all_the_same_have_no_fluctuations_and_no_errors(sampling, size):
    frame = random_frames(1, 1, size, seed=3)
    measured = observables.measure(np.repeat(frame, 20, axis=1), 1.0, sampling)
    for name in ("specific_heat", "susceptibility", "trajectory_susceptibility"):
        assert measured[name] == (0, 0)
    assert measured["hamming_distance"] == (0, 0)
    for name in ("energy", "abs_magnetization", "correlation_raw", "correlation_connected"):
        assert not measured[name][1].any()


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_perfect_order(sampling):
    measured = observables.measure(np.ones((1, 20, 16, 16), np.int8), 1.0, sampling)
    assert measured["energy"] == (-2, 0)
    assert measured["binder_cumulant"][0] == pytest.approx(2 / 3)
    assert measured["correlation_length"][0][0] == np.inf
    assert np.isnan(measured["correlation_length"][1][0])
    assert measured["eta"][0][0] == pytest.approx(0, abs=1e-12)
    assert np.isnan(measured["eta"][0][1])


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_a_single_frame_has_values_but_no_errors(sampling):
    measured = observables.measure(random_frames(1, 1, 16), 2.0, sampling)
    assert np.isfinite(measured["energy"][0])
    assert all(np.isnan(error).all() for _, error in measured.values())
    assert np.isnan(measured["hamming_distance"][0])


def test_fluctuations_over_zero_temperature_are_not_defined():
    measured = observables.measure(np.ones((1, 5, 8, 8), np.int8), 0.0, "independent")
    assert measured["energy"] == (-2, 0)
    assert np.isnan(measured["specific_heat"]).all()


def boltzmann(size, temperature, count, generator):
    """Return independent frames, drawn exactly from all configurations."""
    configurations = lattice.all_configurations(size)
    energies = lattice.energy(configurations) * size**2
    weights = np.exp(-(energies - energies.min()) / temperature)
    chosen = generator.choice(len(configurations), count, p=weights / weights.sum())
    return configurations[chosen]


def exact_values(size, temperature):
    configurations = lattice.all_configurations(size)
    u, m = lattice.energy(configurations), lattice.magnetization(configurations)
    weights = np.exp(-(u - u.min()) * size**2 / temperature)
    p = weights / weights.sum()
    site_means = p @ configurations.reshape(len(p), -1)
    abs_m, m2 = p @ np.abs(m), p @ m**2
    raw = p @ correlation.along_axes(configurations) / (2 * size**2)
    return {
        "energy": p @ u,
        "abs_magnetization": abs_m,
        "specific_heat": exact.kaufman(size, temperature).specific_heat,
        "susceptibility": size**2 * (m2 - abs_m**2) / temperature,
        "binder_cumulant": 1 - p @ m**4 / (3 * m2**2),
        "hamming_distance": (1 - np.mean(site_means**2)) / 2,
        "correlation_raw": raw,
        "correlation_connected": raw - abs_m**2,
    }


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_errors_cover_the_truth(sampling):
    """Frames from exact Boltzmann weights: 68 % of 200 experiments lie within one error.

    Binomial spread 3.3 %; bounds of three spreads and 3 % for small samples' skewness, seven
    observables: false alarms below 2 %, with a fixed seed. Hamming's error is an upper bound where
    frames have nothing in common, as here by symmetry.
    """
    generator = np.random.default_rng(5)
    expected = exact_values(3, 3.0)
    hits = {name: [] for name in expected}
    for experiment in range(200):
        spins = boltzmann(3, 3.0, 400, generator).reshape(2, 200, 3, 3)
        measured = observables.measure(spins, 3.0, sampling, experiment)
        for name, truth in expected.items():
            value, error = (np.atleast_1d(one)[-1] for one in measured[name])
            hits[name].append(abs(value - np.atleast_1d(truth)[-1]) < error)
    shares = {name: float(np.mean(hit)) for name, hit in hits.items()}
    assert shares.pop("hamming_distance") > 0.68
    assert all(0.55 < share < 0.81 for share in shares.values()), shares


def test_hamming_error_covers_the_truth_where_frames_have_something_in_common():
    """Biased independent spins; 68 % of 300, binomial spread 2.7 %, three of them and 2 %."""
    generator = np.random.default_rng(6)
    hits = []
    for _ in range(300):
        spins = np.where(generator.random((1, 100, 4, 4)) < 0.8, 1, -1).astype(np.int8)
        value, error = observables.diversity.hamming_distance(spins, "independent")
        hits.append(abs(value - 2 * 0.8 * 0.2) < error)
    assert 0.58 < np.mean(hits) < 0.78


def test_fits_find_a_known_correlation_function():
    r = np.arange(17.0)
    G = 0.7 * np.maximum(r, 0.5) ** -0.25 * np.exp(-r / 5)
    parameters = correlation.fit_matrix(G, 0.01 * G) @ np.log(G)
    assert parameters[:3] == pytest.approx([np.log(0.7), 0.25, 1 / 5])
    power_law = 0.7 * np.maximum(r, 0.5) ** -0.25
    parameters = correlation.fit_matrix(power_law, 0.01 * r + 0.01) @ np.log(power_law)
    assert parameters == pytest.approx([np.log(0.7), 0.25, 0, np.log(0.7), 0.25], abs=1e-12)


def test_fits_are_those_of_weighted_least_squares():
    generator = np.random.default_rng(7)
    G, dG = generator.uniform(0.1, 1, 17), generator.uniform(0.01, 0.02, 17)
    r = np.arange(1, 9)
    slope, intercept = np.polyfit(np.log(r), np.log(G[1:9]), 1, w=G[1:9] / dG[1:9])
    parameters = correlation.fit_matrix(G, dG) @ np.log(G)
    assert parameters[3:] == pytest.approx([intercept, -slope])


@pytest.mark.parametrize(
    ("points", "three", "two"), [(17, True, True), (5, False, True), (3, False, False)]
)
def test_a_window_too_short_for_the_model_gives_nan(points, three, two):
    matrix = correlation.fit_matrix(np.full(points, 0.5), np.full(points, 0.1))
    assert np.isfinite(matrix[:3]).all() == three
    assert np.isfinite(matrix[3:]).all() == two


def test_correlations_below_zero_cannot_be_fitted():
    G = np.full(17, 0.5)
    G[8] = -0.01
    assert np.isnan(correlation.fit_matrix(G, np.full(17, 0.1))).all()


@pytest.mark.parametrize(
    ("inverse", "expected"), [(0.5, 2), (0.0, np.inf), (-0.1, np.inf), (np.nan, np.nan)]
)
def test_correlation_length(inverse, expected):
    length, error = correlation.correlation_length(inverse, 0.1)
    assert length == pytest.approx(expected, nan_ok=True)
    assert error == pytest.approx(0.4 if expected == 2 else np.nan, nan_ok=True)


def test_fit_errors_cover_the_spread_of_fits():
    """Errors that ignored correlations between distances would be far too small.

    The mean error of eta is held against the spread over 60 independent runs, known to 9 %:
    bounds of three times that and 10 % for the weights' noise; false alarms below 1 %.
    """
    values, errors = [], []
    for seed in range(60):
        spins = montecarlo.run_chains(16, 2.4, "cluster", 200, 200, 30, 1, seed).spins
        measured = observables.measure(spins, 2.4, "independent", seed)
        values.append(measured["eta_power_law"][0][0])
        errors.append(measured["eta_power_law"][1][0])
    assert np.mean(errors) == pytest.approx(np.std(values, ddof=1), rel=0.35)


def test_monte_carlo_agrees_with_kaufman():
    """Energy and specific heat at L = 16 within four errors: false alarms below 1e-3."""
    spins = montecarlo.run_chains(16, 2.3, "cluster", 4000, 2, 100, 2, 1).spins
    measured, solved = observables.measure(spins, 2.3, "chain"), exact.kaufman(16, 2.3)
    for name in ("energy", "specific_heat"):
        value, error = measured[name]
        assert abs(value - getattr(solved, name)) < 4 * error
        assert 0 < error < 0.1


def test_independent_frames_need_no_autocorrelation():
    spins = random_frames(1, 30, 4)
    assert set(observables.autocorrelation(spins, "independent").values()) == {0.5, 30.0}
    assert observables.autocorrelation(spins, "chain")["energy_tau_int"] >= 0.5
