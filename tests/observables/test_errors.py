"""Error bars, compared with series whose autocorrelation is known."""

import numpy as np
import pytest

from ising_fidelity.observables.errors import (
    Primaries,
    autocorrelation_time,
    gamma_method,
    mean_error,
)


def autoregressive(rho, chains, draws, generator):
    """Return stationary AR(1) series of unit variance: tau_int = (1 + rho) / (1 - rho) / 2."""
    series = np.empty((chains, draws))
    series[:, 0] = generator.standard_normal(chains)
    noise = np.sqrt(1 - rho**2) * generator.standard_normal((chains, draws))
    for draw in range(1, draws):
        series[:, draw] = rho * series[:, draw - 1] + noise[:, draw]
    return series


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_known_autocorrelation_time(rho):
    """Mean of 40 estimates within 10 %.

    One estimate has a relative spread of at most 0.12 here (rho = 0.9: window of some 80 draws in
    4000), the mean of 40 one of 0.02: at 10 %, less the windowing bias of some 3 %, false alarms
    are below 1e-3.
    """
    generator = np.random.default_rng(1)
    times = [autocorrelation_time(autoregressive(rho, 4, 1000, generator))[0] for _ in range(40)]
    assert np.mean(times) == pytest.approx((1 + rho) / (1 - rho) / 2, rel=0.1)


def test_effective_sample_size():
    series = autoregressive(0.5, 2, 500, np.random.default_rng(1))
    tau_int, size = autocorrelation_time(series)
    assert size == 1000 / (2 * tau_int)


@pytest.mark.parametrize("rho", [0.0, 0.8])
def test_errors_of_chains_cover_the_truth(rho):
    """The true mean lies within one error in 68 % of 300 series.

    Binomial spread 2.7 %; the bounds are three of them plus 2 % for the errors' own noise:
    false alarms below 0.3 %.
    """
    generator = np.random.default_rng(2)
    series = [autoregressive(rho, 2, 500, generator) for _ in range(300)]
    inside = [abs(one.mean()) < gamma_method(one)[1] for one in series]
    assert 0.58 < np.mean(inside) < 0.78


def test_chains_that_disagree_enlarge_the_error():
    """Two frozen chains of opposite sign only show that the mean is uncertain."""
    generator = np.random.default_rng(3)
    series = np.array([[1.0], [-1.0]]) + 1e-3 * generator.standard_normal((2, 200))
    tau_int, error = gamma_method(series)
    assert error > 0.3
    assert tau_int > 20


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (1, 5), (1, 100), (3, 2), (100, 1)])
@pytest.mark.parametrize("value", [0.0, -2.0, 0.1])
def test_a_constant_series_counts_every_frame(shape, value):
    assert autocorrelation_time(np.full(shape, value)) == (0.5, shape[0] * shape[1])


def test_one_short_chain_has_no_error():
    series = np.random.default_rng(1).standard_normal((1, 4))
    assert np.isnan(gamma_method(series)[1])
    assert autocorrelation_time(series) == (0.5, 4)


def test_many_short_chains_are_independent_numbers():
    series = np.random.default_rng(1).standard_normal((200, 1))
    assert gamma_method(series)[1] == pytest.approx(mean_error(series, "independent"))
    # Draws that repeat within a chain add nothing.
    repeated = np.repeat(series, 3, axis=1)
    assert gamma_method(repeated)[1] == pytest.approx(gamma_method(series)[1])
    assert autocorrelation_time(repeated)[0] == pytest.approx(1.5, rel=0.01)


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_errors_of_functions_of_means(sampling):
    """For independent rows both methods give the delta method's error.

    The relative noise is 5 % (200 resamples) or 4 % (Gamma window): five times that, so false
    alarms are below 1e-5.
    """
    generator = np.random.default_rng(4)
    x = 2 + generator.standard_normal((1, 2000))
    sample = Primaries(np.stack([x, x**2], axis=-1), sampling, seed=1)
    error = sample.errors(
        lambda means: np.stack([means[..., 0], means[..., 1] - means[..., 0] ** 2], -1)
    )
    assert error == pytest.approx(np.array([1, np.sqrt(2)]) / np.sqrt(2000), rel=0.25)


def test_bootstrap_replicates_depend_on_the_seed_alone():
    values = np.random.default_rng(1).standard_normal((1, 30, 2))
    first, again, other = (Primaries(values, "independent", seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.replicates, again.replicates)
    assert not np.array_equal(first.replicates, other.replicates)


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_identical_frames_have_no_error_and_a_single_one_has_none_that_is_known(sampling):
    def square(means):
        return means**2

    assert Primaries(np.full((1, 10, 1), 3.0), sampling).errors(square) == [0.0]
    assert np.isnan(Primaries(np.full((1, 1, 1), 3.0), sampling).errors(square)).all()
