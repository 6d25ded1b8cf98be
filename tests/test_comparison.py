"""Distances between sets of frames, held against SciPy and double loops."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from ising_fidelity import comparison

samples = st.lists(st.sampled_from([-2.0, -1.5, 0.0, 0.25, 1.0, 7.0]), min_size=1, max_size=30).map(
    np.array
)


def frames(count, size=4, share=0.7, seed=0):
    generator = np.random.default_rng(seed)
    return np.where(generator.random((count, size, size)) < share, 1, -1).astype(np.int8)


def between(distance, first, second):
    """Return a distance of two samples."""
    weights = np.zeros((2, len(first) + len(second)))
    weights[0, : len(first)] = 1 / len(first)
    weights[1, len(first) :] = 1 / len(second)
    return float(distance(np.concatenate([first, second]), *weights))


@given(samples, samples)
def test_distances_are_scipys(first, second):
    # SciPy's p-value divides by zero for two single numbers.
    assume(first.size + second.size > 2)
    assert between(comparison.wasserstein, first, second) == pytest.approx(
        stats.wasserstein_distance(first, second), abs=1e-12
    )
    assert between(comparison.kolmogorov_smirnov, first, second) == pytest.approx(
        stats.ks_2samp(first, second, method="asymp").statistic, abs=1e-12
    )
    spread = np.concatenate([first, second]).std() or 1
    assert between(comparison.energy_distance, first[:, None], second[:, None]) == pytest.approx(
        stats.energy_distance(first / spread, second / spread) ** 2, abs=1e-12
    )


@given(samples, st.floats(-5, 5))
def test_a_shift_is_its_own_wasserstein_distance(sample, shift):
    found = between(comparison.wasserstein, sample, sample + shift)
    assert found == pytest.approx(abs(shift), abs=1e-12)


@given(samples, samples)
def test_distances_are_symmetric_and_zero_to_oneself(first, second):
    for distance in (comparison.wasserstein, comparison.kolmogorov_smirnov):
        there, back = (between(distance, *pair) for pair in ((first, second), (second, first)))
        assert there == pytest.approx(back, abs=1e-12)
        assert between(distance, first, first) == pytest.approx(0, abs=1e-12)


def test_weights_of_sides_sum_to_one_and_keep_their_places():
    sides = comparison.Sides.of((30, 50), (1, 4), 0)
    for weights in (sides.found, sides.resampled, sides.permuted):
        np.testing.assert_allclose(weights.sum(axis=-1), 1)
    assert not sides.resampled[0, :, 30:].any()
    assert not sides.resampled[1, :, :30].any()
    assert (np.count_nonzero(sides.permuted[0], axis=-1) == 30).all()
    assert not (sides.permuted[0] * sides.permuted[1]).any()


@pytest.mark.parametrize("block", [1, 5])
def test_p_values_of_equal_distributions_are_even(block):
    """200 pairs of samples of one distribution, correlated within blocks: KS against even values.

    The p-value of that is above 1e-4 but in one choice of seeds of ten thousand.
    """
    found = []
    for seed in range(200):
        generator = np.random.default_rng((block, seed))
        values = np.repeat(generator.normal(size=120), block)
        sides = comparison.Sides.of((40 * block, 80 * block), (block, block), seed)
        found.append(sides.estimate(comparison.wasserstein, values).p_value)
    assert stats.kstest(found, "uniform").pvalue > 1e-4


def test_different_distributions_are_far_above_the_noise_floor():
    generator = np.random.default_rng(1)
    values = np.concatenate([generator.normal(size=200), generator.normal(1, 1, size=300)])
    sides = comparison.Sides.of((200, 300), (1, 1), 0)
    for distance in (comparison.wasserstein, comparison.kolmogorov_smirnov):
        estimate = sides.estimate(distance, values)
        assert estimate.z > 10
        assert estimate.p_value == 1 / (1 + comparison.PERMUTATIONS)
    points = np.stack([values, np.zeros(500)], axis=-1)
    assert sides.estimate(comparison.energy_distance, points).z > 10


def test_energy_and_magnetization_together_tell_what_neither_does_alone():
    """Two signs of correlation between u and m, with the same distributions of either."""
    generator = np.random.default_rng(1)
    u = generator.normal(size=600)
    m = np.where(np.arange(600) < 300, u, -u)
    sides = comparison.Sides.of((300, 300), (1, 1), 0)
    assert sides.estimate(comparison.kolmogorov_smirnov, u).p_value > 1e-3
    assert sides.estimate(comparison.kolmogorov_smirnov, m).p_value > 1e-3
    assert sides.estimate(comparison.energy_distance, np.stack([u, m], axis=-1)).z > 10


def test_hamming_distances_are_those_of_double_loops():
    first, second = frames(7, seed=1), frames(5, seed=2)
    table = np.array([[np.mean(a != b) for b in second] for a in first])
    assert comparison.hamming_cross(first, second)[0] == pytest.approx(table.mean())
    value, error = comparison.nearest_hamming(first, second)
    assert value == pytest.approx(table.min(axis=1).mean())
    assert error == pytest.approx(table.min(axis=1).std(ddof=1) / np.sqrt(7))


def test_nearest_distances_do_not_depend_on_chunks(monkeypatch):
    first, second = frames(7, seed=1), frames(5, seed=2)
    whole = comparison.nearest_hamming(first, second)
    monkeypatch.setattr(comparison, "CHUNK", 3)
    assert comparison.nearest_hamming(first, second) == whole


def test_a_copy_of_a_training_frame_is_at_distance_zero():
    known = frames(20)
    assert comparison.nearest_hamming(known[3:6], known) == (0, 0)


def test_every_distance_has_an_error():
    estimates = comparison.compare(frames(40, seed=1), frames(50, seed=2))
    assert len(estimates) == 8
    assert all(one.value > 0 and one.error > 0 for one in estimates.values())
    assert estimates == comparison.compare(frames(40, seed=1), frames(50, seed=2))


def test_a_single_frame_has_no_error():
    estimates = comparison.compare(frames(1), frames(50, seed=2))
    assert all(np.isnan(one.error) for one in estimates.values())


def test_cross_hamming_error_covers_the_truth():
    """68 % of 300 within one error; binomial spread 2.7 %, bounds of three: false alarms 0.3 %."""
    hits = []
    for seed in range(300):
        value, error = comparison.hamming_cross(
            frames(40, share=0.8, seed=(1, seed)), frames(60, share=0.6, seed=(2, seed))
        )
        hits.append(abs(value - (0.8 * 0.4 + 0.2 * 0.6)) < error)
    assert 0.6 < np.mean(hits) < 0.76


def test_frames_that_hang_together_have_larger_errors():
    """Every frame four times over: errors grow by 2, known to 15 % by 100 resamples of each."""
    first, second = frames(50, seed=1), frames(2000, seed=2)
    single = comparison.compare(first, second)
    repeated = comparison.compare(np.repeat(first, 4, axis=0), second, blocks=(4, 1))
    for name, one in single.items():
        assert repeated[name].value == pytest.approx(one.value)
        assert repeated[name].error == pytest.approx(one.error, rel=0.5)
