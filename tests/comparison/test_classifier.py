"""The classifier two-sample test: its power, its false alarms, and reproducibility."""

import numpy as np
import pytest
import torch
from scipy import stats

from ising_fidelity.comparison import classifier
from ising_fidelity.montecarlo.simulate import run_chains

from . import samples


@pytest.fixture(scope="module")
def frames():
    """Give 240 independent frames near the critical temperature, shape (240, 16, 16)."""
    spins = run_chains(16, 2.27, "cluster", 240, 24, 50, 10, 1).spins
    return spins.reshape(-1, 16, 16)


def test_random_flips_are_found(frames, monkeypatch):
    """3 % of spins turned: ten seeds gave z from 5.7 to 6.5."""
    monkeypatch.setattr(classifier, "STEPS", 150)
    turned = np.random.default_rng(1).random(frames[::2].shape) < 0.03
    flipped = np.where(turned, -frames[::2], frames[::2])
    found = classifier.two_sample_test(flipped, frames[1::2], seed=1)
    assert found.value > 0.65
    assert found.z > 3
    assert found.p_value == pytest.approx(stats.norm.sf(found.z))


def test_frames_of_one_distribution_are_not_told_apart(monkeypatch):
    """Eight pairs: sum of z^2 and mean of z within bounds passed in one choice of seeds of 1000."""
    monkeypatch.setattr(classifier, "STEPS", 40)
    found = []
    for seed in range(8):
        spins = samples.frames(80, 6, share=0.6, seed=seed)
        found.append(classifier.two_sample_test(spins[:40], spins[40:], seed=seed).z)
    assert np.sum(np.square(found)) < stats.chi2.isf(1e-3, 8)
    assert abs(np.mean(found)) < stats.norm.isf(0.5e-3) / np.sqrt(8)


def test_one_sign_is_told_from_both(monkeypatch):
    """Half of the reference is unlike any frame of one sign: the best AUC is 0.75."""
    monkeypatch.setattr(classifier, "STEPS", 60)
    up = np.ones((60, 4, 4), np.int8)
    both = up * np.where(np.arange(60) % 2, 1, -1).astype(np.int8)[:, None, None]
    assert classifier.two_sample_test(up, both).value == pytest.approx(0.75)


def test_the_same_frames_give_the_same_numbers_whatever_the_state_of_the_library(monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 10)
    spins = samples.frames(40, 6, share=0.6, seed=1)
    first = classifier.two_sample_test(spins[:20], spins[20:], seed=2**48 - 1)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    assert classifier.two_sample_test(spins[:20], spins[20:], seed=2**48 - 1) == first
    assert torch.equal(torch.get_rng_state(), state)
    assert classifier.two_sample_test(spins[:20], spins[20:], seed=3) != first


def test_few_frames_say_nothing():
    spins = np.ones((9, 4, 4), np.int8)
    found = classifier.two_sample_test(spins, np.ones((50, 4, 4), np.int8))
    assert np.isnan([found.value, found.error, found.z, found.p_value]).all()


def test_the_area_is_the_share_of_pairs_and_its_error_the_spread_over_repetitions():
    """400 repetitions estimate a spread to 4 %; bounds are three times that."""
    pairs = []
    for seed in range(400):
        generator = np.random.default_rng(seed)
        pairs.append((generator.normal(0.8, 1, 40), generator.normal(size=60)))
    found = np.array([classifier.area_under_curve(*pair) for pair in pairs])
    first, second = pairs[0]
    statistic = stats.mannwhitneyu(first, second).statistic
    assert found[0, 0] == pytest.approx(statistic / (40 * 60))
    assert np.sqrt(np.mean(found[:, 1] ** 2)) == pytest.approx(found[:, 0].std(), rel=0.12)
    assert classifier.area_under_curve(np.ones(3), np.ones(4)) == (0.5, 0)
