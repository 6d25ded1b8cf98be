"""Chains of frames, held against enumeration and Kaufman's exact results.

Seeds are fixed. Deviations are in standard errors, from the spread of the means of independent
chains. With 40 chains or more, the limit of 5 gives a false alarm for one number in 80 000
(Student's t), so for the few hundred numbers of this file in less than 1 % of all choices of seeds.
"""

import numpy as np
import pytest

from ising_fidelity import exact, lattice, montecarlo
from ising_fidelity.exceptions import InputError
from ising_fidelity.montecarlo import engine

LIMIT = 5.0


def simulate(**changed):
    arguments = {
        "lattice_size": 8,
        "temperature": 2.3,
        "sampler": "cluster",
        "frames": 20,
        "chains": 2,
        "thermalization": 20,
        "spacing": 2,
        "seed": 1,
    }
    return montecarlo.run_chains(**(arguments | changed))


def in_errors(per_chain, expected):
    """Return the deviation of the mean of independent chains in standard errors."""
    error = per_chain.std(ddof=1) / np.sqrt(len(per_chain))
    return abs(per_chain.mean() - expected) / error


@pytest.mark.parametrize("sampler", ["metropolis", "cluster"])
@pytest.mark.parametrize("lattice_size", [3, 4])
@pytest.mark.parametrize("temperature", [1.5, 2.3, 4.0])
def test_small_lattices_agree_with_enumeration(sampler, lattice_size, temperature):
    states = lattice.all_configurations(lattice_size)
    u, m = lattice.energy(states), np.abs(lattice.magnetization(states))
    weights = np.exp(-(u - u.min()) * lattice_size**2 / temperature)
    weights /= weights.sum()
    spins = simulate(
        lattice_size=lattice_size,
        temperature=temperature,
        sampler=sampler,
        frames=64 * 500,
        chains=64,
        thermalization=200,
        spacing=5,
        seed=lattice_size,
    ).spins
    energies, magnetizations = lattice.energy(spins), np.abs(lattice.magnetization(spins))
    for sampled, of_states in ((energies, u), (energies**2, u**2), (magnetizations, m)):
        assert in_errors(sampled.mean(axis=1), weights @ of_states) < LIMIT
    for sampled, of_states in ((energies, u), (magnetizations, m)):
        for level in np.unique(of_states):
            chance = weights[of_states == level].sum()
            # The means of rarer levels are too far from normally distributed.
            if chance > 0.01:
                assert in_errors((sampled == level).mean(axis=1), chance) < LIMIT


@pytest.mark.parametrize(("lattice_size", "frames"), [(16, 400), (64, 100)], ids=["L=16", "L=64"])
@pytest.mark.parametrize("temperature", [1.5, 2.0, 2.269185, 2.6, 4.0])
def test_energy_and_specific_heat_agree_with_kaufman(lattice_size, frames, temperature):
    """Chains are pooled for C, whose bias of a single chain's mean would show; jackknife errors."""
    chains = 40
    spins = simulate(
        lattice_size=lattice_size,
        temperature=temperature,
        frames=chains * frames,
        chains=chains,
        thermalization=100,
        spacing=2,
        seed=7,
    ).spins
    known = exact.kaufman(lattice_size, temperature)
    u = lattice.energy(spins)
    assert in_errors(u.mean(axis=1), known.energy) < LIMIT

    def specific_heat(kept):
        return lattice_size**2 * kept.var() / temperature**2

    left_out = np.array([specific_heat(np.delete(u, chain, axis=0)) for chain in range(chains)])
    error = np.sqrt((chains - 1) * left_out.var())
    assert abs(specific_heat(u) - known.specific_heat) < LIMIT * error


@pytest.mark.parametrize("sampler", ["metropolis", "checkerboard"])
@pytest.mark.parametrize("temperature", [2.0, 2.6, 4.0])
def test_local_samplers_agree_with_kaufman(sampler, temperature):
    spins = simulate(
        lattice_size=16,
        temperature=temperature,
        sampler=sampler,
        frames=40 * 200,
        chains=40,
        thermalization=1000,
        spacing=10,
    ).spins
    expected = exact.kaufman(16, temperature).energy
    assert in_errors(lattice.energy(spins).mean(axis=1), expected) < LIMIT


@pytest.mark.parametrize("sampler", ["metropolis", "checkerboard", "cluster"])
def test_frames_follow_from_the_seed_and_chains_differ(sampler):
    one, same, other = (simulate(sampler=sampler, seed=seed).spins for seed in (1, 1, 2))
    assert one.shape == (2, 10, 8, 8)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one[0], one[1])


def test_a_chain_does_not_depend_on_how_many_there_are():
    one, three = (simulate(frames=10 * chains, chains=chains).spins for chains in (1, 3))
    assert np.array_equal(one[0], three[0])


def test_signs_of_cluster_frames_are_fair_and_independent():
    """400 coins: mean and neighbors' product within 5 errors, false alarms below 2e-6."""
    spins = simulate(temperature=1.0, frames=400, chains=1).spins
    signs = np.sign(lattice.magnetization(spins))[0]
    assert abs(signs.mean()) < LIMIT / np.sqrt(400)
    assert abs((signs[1:] * signs[:-1]).mean()) < LIMIT / np.sqrt(399)


@pytest.mark.parametrize("temperature", [1.0, 2.3, 4.0])
def test_a_sweep_of_clusters_flips_each_spin_once_on_average(temperature):
    """The number is rounded, and measured to some per cent: within half an update and 10 %."""
    chain, _ = engine._thermalized(16, temperature, "cluster", 200, np.random.SeedSequence(1))
    flipped = chain.sweep(500) / (500 * 16**2)
    assert abs(flipped - 1) < 0.1 + 0.5 / chain.updates_per_sweep


def test_stripes_are_restarted_and_counted():
    """At T = 0.5 about a third of all random starts freeze: they are counted, and none is left.

    The chance that none of 60 starts freezes is below 1e-9.
    """
    result = simulate(
        lattice_size=16,
        temperature=0.5,
        sampler="metropolis",
        frames=60,
        chains=60,
        thermalization=2000,
    )
    assert result.restarts > 0
    assert float(np.abs(lattice.magnetization(result.spins)).min()) > 0.9


def test_without_thermalization_the_first_frame_is_the_random_start():
    """The mean energy of 100 random frames of 1024 sites has standard error 0.0044."""
    result = simulate(
        lattice_size=32,
        temperature=0.5,
        sampler="metropolis",
        frames=100,
        chains=100,
        thermalization=0,
    )
    assert result.restarts == 0
    assert abs(lattice.energy(result.spins).mean()) < LIMIT * 0.0044


def test_a_chain_that_stays_frozen_is_an_input_error():
    with pytest.raises(InputError, match=r"--thermalization: .* frozen stripes"):
        simulate(lattice_size=32, temperature=0.5, sampler="metropolis", thermalization=1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sampler": "heatbath"}, "--sampler: heatbath"),
        ({"lattice_size": 1}, "--lattice-size: 1"),
        ({"lattice_size": 4, "sampler": "checkerboard"}, "--lattice-size: 4 with checkerboard"),
        ({"lattice_size": 7, "sampler": "checkerboard"}, "--lattice-size: 7 with checkerboard"),
        ({"frames": 21}, "--frames: 21; allowed are multiples of --chains"),
        ({"frames": 0}, "--frames: 0"),
        ({"chains": 0}, "--chains: 0"),
        ({"thermalization": -1}, "--thermalization: -1"),
        ({"spacing": 0}, "--spacing: 0"),
        ({"temperature": -1.0}, "--temperature: -1.0"),
    ],
)
def test_what_is_out_of_range_is_named(changed, message):
    with pytest.raises(InputError, match=message):
        simulate(**changed)


def test_walks_begin_at_random_and_relax():
    energy, magnetization = montecarlo.trajectories(8, 4.0, starts=50, sweeps=20, seed=1)
    assert energy.shape == magnetization.shape == (50, 21)
    assert in_errors(energy[:, 0], 0.0) < LIMIT
    assert in_errors(energy[:, -1], exact.kaufman(8, 4.0).energy) < LIMIT


@pytest.mark.parametrize(
    ("starts", "sweeps", "sampler", "message"),
    [
        (0, 1, "metropolis", "--starts: 0"),
        (1, -1, "metropolis", "--sweeps: -1"),
        (1, 1, "cluster", "--sampler: cluster"),
    ],
)
def test_walks_name_what_is_out_of_range(starts, sweeps, sampler, message):
    with pytest.raises(InputError, match=message):
        montecarlo.trajectories(8, 4.0, starts, sweeps, 1, sampler)
