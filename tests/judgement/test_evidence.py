"""Tests of frames: right p-values in equilibrium, small ones for what each test is for."""

import warnings

import numpy as np
import pytest

import ising_fidelity as ising
from ising_fidelity.judgement.evidence import TESTS, evidence

L, T, FRAMES = 16, 2.2, 200


def simulated(temperature, frames, seed):
    """Return independent frames in random order, shape (frames, L, L)."""
    made = ising.simulate(
        L=L, T=temperature, frames=frames, seed=seed, sampler="cluster", spacing=5
    ).spins.reshape(frames, L, L)
    return made[np.random.default_rng(seed).permutation(frames)]


def dataset(spins, temperature=T, sampling="independent"):
    return ising.Frames(spins.reshape(-1, *spins.shape[-3:]), temperature, sampling).dataset()


@pytest.fixture(scope="module")
def pool():
    return simulated(T, 10_000, seed=1)


@pytest.fixture(scope="module")
def equilibrium(pool):
    """Return the evidence of 48 sets of frames, each beside its own reference."""
    sets = pool[:9600].reshape(48, FRAMES, L, L)
    pairs = zip(sets, np.roll(sets, 1, axis=0), strict=True)
    return [evidence(dataset(one), dataset(other)) for one, other in pairs]


@pytest.mark.parametrize("name", TESTS)
def test_p_values_are_not_too_small_in_equilibrium(equilibrium, name):
    p_values = np.array([float(one[f"{name}_p_value"]) for one in equilibrium])
    assert not np.isnan(p_values).any()
    assert (p_values < 0.1).sum() <= 11  # 4.8 are expected; 12 have a chance of 0.2 %
    assert p_values.min() > 1e-4


def test_few_flips_at_low_temperature_are_no_wrong_couplings():
    frames = simulated(1.0, 9000, seed=2).reshape(-1, 300, L, L)
    found = [evidence(dataset(one, 1.0), dataset(frames[0], 1.0)) for one in frames[1:]]
    p_values = np.array([float(one["couplings_p_value"]) for one in found])
    known = p_values[~np.isnan(p_values)]
    assert known.size == 0 or known.min() > 1e-4


def flipped(spins, generator):
    return np.where(generator.random(spins.shape) < 0.01, -spins, spins).astype(np.int8)


def corrupt(spins, generator):
    spins = spins.copy()
    spins[:, 3, 4] = generator.choice([-1, 1], len(spins))
    return spins


def hotter(spins, generator):
    return simulated(1.05 * T, len(spins), seed=3)


def twice(spins, generator):
    return np.concatenate([spins[::2], spins[::2]])


def moved(spins, generator):
    return np.concatenate([spins[::2], -np.roll(spins[::2], (3, 5), (1, 2)).swapaxes(1, 2)])


def striped(spins, generator):
    band = np.where(np.arange(L) < L // 2, 1, -1).astype(np.int8)[:, None]
    chosen = np.arange(len(spins))[:, None, None] % 3 == 0
    return np.where(chosen, np.abs(spins) * band, spins).astype(np.int8)


def smoothed(spins, generator):
    from ising_fidelity import lattice

    return np.where(spins + lattice.neighbor_sum(spins) > 0, 1, -1).astype(np.int8)


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (hotter, ("couplings", "answers")),
        (flipped, ("couplings", "answers")),
        (smoothed, ("couplings", "answers", "waves")),
        (corrupt, ("homogeneity",)),
        (twice, ("repeated_frames", "repeated_shapes")),
        (moved, ("repeated_shapes",)),
        (striped, ("unordered_share", "waves")),
    ],
)
def test_what_is_wrong_is_seen_by_the_test_for_it(pool, damage, names):
    spins = damage(pool[:600], np.random.default_rng(4))
    found = evidence(dataset(spins), dataset(pool[600:1600]))
    for name in names:
        assert float(found[f"{name}_p_value"]) < 1e-4, name


def test_frames_that_are_moved_are_no_copies_of_the_frame(pool):
    spins = moved(pool[:600], None)
    found = evidence(dataset(spins), dataset(pool[600:1600]))
    assert float(found["repeated_frames_p_value"]) > 0.01


def test_correlated_frames_are_judged_by_what_they_are_worth(pool):
    """Every frame ten times in a row: a chain, of which a tenth counts."""
    spins = pool[:200].repeat(10, axis=0).reshape(10, 200, L, L)
    wrong, right = (
        evidence(dataset(spins, T, sampling), dataset(pool[200:1200]))
        for sampling in ("independent", "chain")
    )
    assert float(right["couplings_p_value"]) > 1e-3
    assert float(right["waves_p_value"]) > 1e-3
    assert np.isnan(float(right["repeated_frames_p_value"]))
    assert float(wrong["repeated_frames_p_value"]) < 1e-10


def test_a_single_frame_and_the_smallest_lattices_are_not_refused():
    for size in (2, 3, 4):
        generator = np.random.default_rng(size)
        spins = generator.choice(np.array([-1, 1], np.int8), (50, size, size))
        for frames in (spins, spins[:1], np.abs(spins)):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = evidence(dataset(frames), dataset(spins))
            assert {f"{name}_p_value" for name in TESTS} <= {*found.data_vars}
