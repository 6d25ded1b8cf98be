"""Copies of training frames and numbers of modes, compared with brute force and known spectra."""

import numpy as np
import pytest

from ising_fidelity.comparison import copies, diversity, noise_floor

from .samples import frames, with_a_mode


def images(frame):
    """Return all 16 L^2 images of a frame, one by one."""
    found = []
    for mirrored in (frame, frame[:, ::-1]):
        for turns in range(4):
            turned = np.rot90(mirrored, turns)
            for dy in range(len(frame)):
                for dx in range(len(frame)):
                    moved = np.roll(turned, (dy, dx), (0, 1))
                    found += [moved, -moved]
    return found


@pytest.mark.parametrize("size", [3, 4])
def test_the_nearest_frame_is_that_of_brute_force(size):
    spins, training = frames(12, size, seed=1), frames(5, size, seed=2)
    expected = [
        min(np.mean(image != known) for image in images(frame) for known in training)
        for frame in spins
    ]
    np.testing.assert_allclose(copies.nearest_symmetric(spins, training), expected, atol=1e-12)


def test_nearest_frames_do_not_depend_on_chunks(monkeypatch):
    spins, training = frames(4, 8, seed=1), frames(50, 8, seed=2)
    whole = copies.nearest_symmetric(spins, training)
    monkeypatch.setattr(copies, "FOURIER_CHUNK", 7)
    np.testing.assert_array_equal(copies.nearest_symmetric(spins, training), whole)


def test_copies_are_told_from_held_out_frames():
    """Every image of a training frame is one, exactly; new frames are no nearer than held-out."""
    training = frames(40, 16, seed=1)
    reference = frames(60, 16, seed=2)
    images_of_training = np.stack(
        [np.roll(-np.rot90(frame).T, (3, 5), (0, 1)) for frame in training[:20]]
    )
    name = "nearest_training_symmetric"
    learnt = copies.memory(images_of_training, reference, training, 20)
    assert (learnt[name].value, learnt[name].error) == (0, 0)
    assert learnt[name].z < -4
    assert learnt[name].p_value == 1 / (1 + copies.PERMUTATIONS)
    fresh = copies.memory(frames(30, 16, seed=3), reference, training, 20)
    # False alarms: one choice of seeds in a hundred.
    assert fresh[name].p_value > 0.01
    heldout = copies.nearest_symmetric(diversity.evenly_spaced(reference, 20), training)
    assert fresh[f"{name}_heldout"].value == pytest.approx(heldout.mean())
    assert fresh[f"{name}_heldout"].error == pytest.approx(heldout.std(ddof=1) / np.sqrt(20))


def test_frames_are_taken_from_the_whole_length():
    spins = frames(10)
    np.testing.assert_array_equal(diversity.evenly_spaced(spins, 3), spins[[0, 3, 6]])
    np.testing.assert_array_equal(diversity.evenly_spaced(spins, 50), spins)


def test_the_vendi_score_counts_modes():
    """Orthogonal frames with multiplicities: the exponential of the entropy of their shares."""
    patterns = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]], np.int8).reshape(3, 2, 2)
    signs = np.where(np.arange(12) % 2, 1, -1).astype(np.int8)[:, None, None]
    spins = signs * np.repeat(patterns, [6, 3, 3], axis=0)
    score = diversity.vendi_score(diversity.overlap_kernel(spins))
    assert score == pytest.approx(np.exp(0.5 * np.log(2) + 0.5 * np.log(4)))
    assert diversity.vendi_score(diversity.overlap_kernel(spins[:6])) == pytest.approx(1)


def test_collapsed_frames_have_a_small_ratio():
    """Twenty frames again and again, and frames of the reference's kind."""
    reference = frames(400, 8, seed=1)
    few = frames(20, 8, seed=2)[np.arange(100) % 20]
    found = diversity.diversity(few, reference)
    assert found["vendi_score"].value == pytest.approx(20, rel=0.2)
    ratio = found["vendi_ratio"]
    assert ratio.value == found["vendi_score"].value / found["vendi_score_reference"].value
    assert ratio.z < -10
    # Four subsets of the reference at a time, in 25 permutations.
    assert ratio.p_value == 1 / (1 + 25 * 4 * 3)
    assert ratio.floor == pytest.approx(1, abs=0.01)


def test_ratios_of_equal_distributions_are_calibrated(monkeypatch):
    """200 pairs of samples of one distribution, of frames that share a mode of random strength.

    z has mean 0 and spread 1, known to 0.07 and 0.05; bounds of five: one false alarm in a million.
    """
    monkeypatch.setattr(diversity, "VENDI_SUBSETS", 60)
    found = []
    for seed in range(200):
        spins = with_a_mode(120, [0.5, 0.7, 0.95], seed)
        found.append(diversity.diversity(spins[:30], spins[30:], seed=seed)["vendi_ratio"].z)
    assert abs(np.mean(found)) < 0.35
    assert 0.75 < np.std(found) < 1.25


def test_vendi_errors_are_the_spread_over_repetitions():
    """Jackknives of ten groups know an error to a quarter, the mean of 60 of them to 4 %."""
    scores, errors = [], []
    for seed in range(60):
        spins = with_a_mode(80, [0.5, 0.95], seed)
        own = diversity.diversity(spins[:40], spins)["vendi_score"]
        scores.append(own.value)
        errors.append(own.error)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(scores), rel=0.35)


@pytest.mark.parametrize(("frames_there", "reference_there"), [(1, 10), (10, 1), (1, 1)])
def test_single_frames_have_no_errors(frames_there, reference_there):
    sides = frames(frames_there), frames(reference_there, seed=1)
    for estimate in diversity.diversity(*sides).values():
        assert np.isnan(estimate.error)
    for estimate in copies.memory(*sides, frames(3, seed=2), 1).values():
        assert estimate.value >= 0
        assert np.isnan(estimate.error)


def test_correlated_frames_are_thinned():
    reference = frames(200, 8, seed=1)
    repeated = np.repeat(frames(30, 8, seed=2), 5, axis=0)
    once = diversity.diversity(repeated[::5], reference)
    assert diversity.diversity(repeated, reference, (5, 1)) == once
    assert isinstance(once["vendi_ratio"], noise_floor.Estimate)
