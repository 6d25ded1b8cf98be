"""Chains of frames, held against enumeration and Kaufman's exact results.

Seeds are fixed. Deviations are in standard errors of the means of independent chains, and the
limit of 4.5 gives a false alarm in 7e-6 of the cases per number.
"""

import numpy as np
import pytest

from ising_fidelity import exact, lattice, montecarlo
from ising_fidelity.exceptions import InputError
from ising_fidelity.montecarlo import stripes

LIMIT = 4.5


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
    for level in np.unique(u):
        chance = weights[u == level].sum()
        if chance > 0.01:
            assert in_errors((energies == level).mean(axis=1), chance) < LIMIT


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


def test_checkerboard_agrees_with_kaufman():
    spins = simulate(
        lattice_size=16,
        temperature=2.6,
        sampler="checkerboard",
        frames=40 * 200,
        chains=40,
        thermalization=500,
        spacing=10,
    ).spins
    expected = exact.kaufman(16, 2.6).energy
    assert in_errors(lattice.energy(spins).mean(axis=1), expected) < LIMIT


@pytest.mark.parametrize("sampler", ["metropolis", "checkerboard", "cluster"])
def test_frames_follow_from_the_seed_and_chains_differ(sampler):
    one, same, other = (simulate(sampler=sampler, seed=seed).spins for seed in (1, 1, 2))
    assert one.shape == (2, 10, 8, 8)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one[0], one[1])


def test_signs_of_cluster_frames_are_independent():
    """400 fair coins: mean and neighbours' product within 4.5 errors, false alarms below 2e-5."""
    spins = simulate(temperature=1.0, frames=400, chains=1).spins
    signs = np.sign(lattice.magnetization(spins))[0]
    assert abs(signs.mean()) < LIMIT / np.sqrt(400)
    assert abs((signs[1:] * signs[:-1]).mean()) < LIMIT / np.sqrt(399)


def test_stripes_are_restarted_and_counted():
    """At T = 0.5 about a third of all random starts freeze: they are counted, and none is left.

    The chance that none of 60 starts freezes is below 1e-9.
    """
    result = simulate(
        lattice_size=16, temperature=0.5, sampler="metropolis", frames=60, chains=60,
        thermalization=2000,
    )  # fmt: skip
    assert result.restarts > 0
    assert float(np.abs(lattice.magnetization(result.spins)).min()) > 0.9


def test_a_stripe_is_frozen_where_equilibrium_is_ordered_and_only_there():
    stripe = np.ones((32, 32), np.int8)
    stripe[:16] = -1
    diagonal = np.where((np.indices((32, 32)).sum(axis=0) // 16) % 2, 1, -1).astype(np.int8)
    narrow = np.ones((32, 32), np.int8)
    narrow[3:7] = -1
    for frame in (stripe, stripe.T, diagonal, narrow, -narrow):
        assert stripes.is_frozen(frame, 1.0)
        assert stripes.is_frozen(frame, 0.0)
        assert not stripes.is_frozen(frame, 2.2)
        assert not stripes.is_frozen(frame, 3.0)
    droplet = np.ones((32, 32), np.int8)
    droplet[4:16, 4:20] = -1
    for frame in (droplet, -droplet, np.ones((32, 32), np.int8)):
        assert not stripes.is_frozen(frame, 1.0)


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
    with pytest.raises(InputError, match="--sampler: cluster"):
        montecarlo.trajectories(8, 4.0, 1, 1, 1, "cluster")
