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


@given(samples, samples)
def test_distances_are_scipys(first, second):
    # SciPy's p-value divides by zero for two single numbers.
    assume(first.size + second.size > 2)
    assert comparison.wasserstein(first, second) == pytest.approx(
        stats.wasserstein_distance(first, second), abs=1e-12
    )
    assert comparison.kolmogorov_smirnov(first, second) == pytest.approx(
        stats.ks_2samp(first, second, method="asymp").statistic, abs=1e-12
    )


@given(samples, st.floats(-5, 5))
def test_a_shift_is_its_own_wasserstein_distance(sample, shift):
    assert comparison.wasserstein(sample, sample + shift) == pytest.approx(abs(shift), abs=1e-12)


@given(samples, samples)
def test_distances_are_symmetric_and_zero_to_oneself(first, second):
    for distance in (comparison.wasserstein, comparison.kolmogorov_smirnov):
        assert distance(first, second) == pytest.approx(distance(second, first), abs=1e-12)
        assert distance(first, first) == 0


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
    assert len(estimates) == 7
    assert all(value > 0 and error > 0 for value, error in estimates.values())
    assert estimates == comparison.compare(frames(40, seed=1), frames(50, seed=2))


def test_a_single_frame_has_no_error():
    estimates = comparison.compare(frames(1), frames(50, seed=2))
    assert all(np.isnan(error) for _, error in estimates.values())


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
    for name, (value, error) in single.items():
        assert repeated[name][0] == pytest.approx(value)
        assert repeated[name][1] == pytest.approx(error, rel=0.5)
