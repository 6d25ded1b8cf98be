"""Walks from random starts and relaxation of given frames, compared with enumeration."""

import numpy as np
import pytest
from scipy import stats

from ising_fidelity import lattice, montecarlo
from ising_fidelity.exact import finite
from ising_fidelity.exceptions import InputError
from ising_fidelity.montecarlo import acceptance, chains
from ising_fidelity.montecarlo.kernels import single_spin

from ..enumeration import boltzmann
from .simulations import LIMIT, in_errors


def test_walks_begin_at_random_and_relax():
    data = montecarlo.trajectories(8, 4.0, starts=50, sweeps=20, seed=1)
    energy, magnetization = data["energy"].values, data["magnetization"].values
    assert energy.shape == magnetization.shape == (50, 21)
    assert in_errors(energy[:, 0], 0.0) < LIMIT
    assert in_errors(energy[:, -1], finite.kaufman(8, 4.0).energy) < LIMIT


@pytest.mark.parametrize(
    ("starts", "sweeps", "sampler", "message"),
    [
        (0, 1, "metropolis", "^starts: 0"),
        (1, -1, "metropolis", "^sweeps: -1"),
        (1, 1, "cluster", "^sampler: cluster"),
    ],
)
def test_walks_name_what_is_out_of_range(starts, sweeps, sampler, message):
    with pytest.raises(InputError, match=message):
        montecarlo.trajectories(8, 4.0, starts, sweeps, 1, sampler)


def state_numbers(spins):
    """Return the indices of frames in the list of all configurations."""
    bits = (spins.reshape(len(spins), -1) > 0).astype(np.int64)
    return bits @ 2 ** np.arange(bits.shape[1])


@pytest.mark.parametrize("sweeps", [1, 4])
def test_relaxation_leaves_exact_frames_exact(sweeps):
    """By chi-squared over all 512 states of 3 x 3; a false alarm for one seed in 10 000."""
    states, _, weights = boltzmann(3, 4.0)
    drawn = np.random.default_rng(1).choice(len(states), 40_000, p=weights)
    (relaxed,) = montecarlo.relax(states[drawn], 4.0, [sweeps], 2)
    assert (state_numbers(relaxed) != drawn).mean() > 0.5
    counts = np.bincount(state_numbers(relaxed), minlength=len(states))
    assert stats.chisquare(counts, weights * len(drawn)).pvalue > 1e-4


@pytest.mark.parametrize("temperature", [2.3, 4.0])
@pytest.mark.parametrize("clusters", [1, 3])
def test_fixed_numbers_of_clusters_leave_exact_frames_exact(clusters, temperature):
    """By chi-squared over (u, |m|) of 4 x 4 enumerated; a false alarm for one seed in 10 000.

    To stop when 16 spins or more are flipped does not keep it, and 20 000 frames are enough to see.
    """
    states, _, weights = boltzmann(4, temperature)
    drawn = np.random.default_rng(1).choice(len(states), 20_000, p=weights)
    (relaxed,) = montecarlo.relax(states[drawn], temperature, [clusters], 2, "cluster")
    assert (relaxed != states[drawn]).any(axis=(1, 2)).mean() > 0.9
    assert energy_and_order_p_value(relaxed, states, weights) > 1e-4
    biased = states[drawn].copy()
    bond = acceptance.bond_threshold(temperature)
    for frame, stream in zip(biased, np.random.SeedSequence(2).spawn(len(biased)), strict=True):
        state = chains.generator_state(stream)
        single_spin.wolff(frame.reshape(-1), state, chains.UNBOUNDED, 4, bond, 16)
    assert energy_and_order_p_value(biased, states, weights) < 1e-6


def energy_and_order_p_value(spins, states, weights):
    """Return the p-value of the (u, |m|) of frames, given the weighted states."""

    def numbered(frames):
        return np.stack([lattice.energy(frames), np.abs(lattice.magnetization(frames))], axis=1)

    levels, level = np.unique(numbered(states), axis=0, return_inverse=True)
    places = {tuple(row): place for place, row in enumerate(levels)}
    found = [places[tuple(row)] for row in numbered(spins)]
    counts = np.bincount(found, minlength=len(levels))
    return p_value(counts, np.bincount(level.ravel(), weights) * len(spins))


def p_value(counts, expected):
    """Return the p-value of chi-squared, with levels of less than 5 frames merged."""
    rare = expected < 5
    observed, wanted = ([*one[~rare], one[rare].sum()] for one in (counts, expected))
    return stats.chisquare(observed, wanted).pvalue


def test_relaxation_leads_to_equilibrium_from_anywhere():
    """By chi-squared over the energies of 4 x 4; a false alarm for one seed in 10 000."""
    states, u, weights = boltzmann(4, 3.0)
    levels, level = np.unique(u, return_inverse=True)
    expected = np.bincount(level, weights)
    for start in (states[-1], np.where(np.indices((4, 4)).sum(0) % 2, 1, -1).astype(np.int8)):
        (relaxed,) = montecarlo.relax(np.tile(start, (4000, 1, 1)), 3.0, [60], 3)
        counts = (lattice.energy(relaxed)[:, None] == levels).sum(axis=0)
        assert p_value(counts, expected * len(relaxed)) > 1e-4


@pytest.mark.parametrize("sampler", ["metropolis", "cluster"])
def test_each_frame_is_relaxed_on_its_own_and_step_by_step(sampler):
    starts = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (20, 5, 5))
    walk = montecarlo.relax(starts, 2.3, [0, 2, 7], 1, sampler)
    assert walk.shape == (3, 20, 5, 5)
    np.testing.assert_array_equal(walk[0], starts)
    (longer,) = montecarlo.relax(starts[:4], 2.3, [7], 1, sampler)
    np.testing.assert_array_equal(longer, walk[2, :4])


def test_one_cluster_turns_like_spins_that_are_joined():
    """All of an ordered frame at T = 0, a single spin at infinite temperature."""
    frames = np.ones((50, 6, 6), np.int8)
    for temperature, turned in ((0.0, 36), (np.inf, 1)):
        (moved,) = montecarlo.relax(frames, temperature, [1], 1, "cluster")
        assert ((moved < 0).sum(axis=(1, 2)) == turned).all()


def test_frames_are_relaxed_with_random_numbers_of_their_own():
    starts = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (20, 5, 5))
    (same,) = montecarlo.relax(np.repeat(starts[:1], 20, axis=0), 10.0, [7], 1)
    assert len(np.unique(same, axis=0)) == 20
    # Other random numbers than those of a simulation with the same seed.
    first = montecarlo.run_chains(5, 2.3, "metropolis", 1, 1, 0, 1, 1).spins[0]
    later = montecarlo.run_chains(5, 2.3, "metropolis", 2, 1, 0, 7, 1).spins[0, 1]
    (again,) = montecarlo.relax(first, 2.3, [7], 1)
    assert not np.array_equal(again[0], later)


def test_unknown_samplers_of_relaxation_are_named():
    with pytest.raises(InputError, match=r"^sampler: checkerboard; allowed are metropolis, clust"):
        montecarlo.relax(np.ones((1, 8, 8), np.int8), 2.3, [1], 1, "checkerboard")
