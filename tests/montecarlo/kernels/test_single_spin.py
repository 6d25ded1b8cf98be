"""The compiled kernels do what their plain twins do, bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ising_fidelity import lattice
from ising_fidelity.montecarlo import acceptance, chains
from ising_fidelity.montecarlo.kernels import reference, single_spin

SEEDS = st.integers(0, 2**32)
TEMPERATURES = st.sampled_from([0.0, 0.5, 1.0, 2.269185, 4.0, 100.0, np.inf])


def start(lattice_size, seed):
    random = np.random.default_rng(seed)
    spins = random.choice(np.array([-1, 1], np.int8), lattice_size**2)
    return spins, np.random.SeedSequence(seed).generate_state(4, np.uint64)


def run(module, name, lattice_size, seed, count, **chances):
    spins, state = start(lattice_size, seed)
    result = getattr(module, name)(spins, state, count, lattice_size, **chances)
    return spins, state, result


def assert_twins(name, lattice_size, seed, count, **chances):
    compiled = run(single_spin, name, lattice_size, seed, count, **chances)
    plain = run(reference, name, lattice_size, seed, count, **chances)
    assert np.array_equal(compiled[0], plain[0])
    assert np.array_equal(compiled[1], plain[1])
    assert compiled[2] == plain[2]


@given(SEEDS)
def test_random_words(seed):
    words = [
        module.random_words(np.random.SeedSequence(seed).generate_state(4, np.uint64), 20)
        for module in (single_spin, reference)
    ]
    assert np.array_equal(*words)


def test_the_first_words_are_those_of_the_authors():
    """From state 1, 2, 3, 4: known answers of xoshiro256++ (Blackman and Vigna)."""
    words = single_spin.random_words(np.array([1, 2, 3, 4], np.uint64), 4)
    expected = [41943041, 58720359, 3588806011781223, 3591011842654386]
    assert words.tolist() == expected


@given(st.integers(2, 7), TEMPERATURES, SEEDS)
def test_metropolis(lattice_size, temperature, seed):
    thresholds = acceptance.acceptance_thresholds(temperature)
    assert_twins("metropolis", lattice_size, seed, 300, thresholds=thresholds)


@given(st.integers(2, 7), TEMPERATURES, SEEDS, st.sampled_from([1, 30, chains.UNBOUNDED]))
def test_wolff(lattice_size, temperature, seed, most_flips):
    bond = acceptance.bond_threshold(temperature)
    assert_twins("wolff", lattice_size, seed, 20, bond=bond, most_flips=most_flips)


@pytest.mark.parametrize("temperature", [0.0, 1.0, 2.269185])
def test_metropolis_keeps_detailed_balance(temperature):
    """All transitions of the 2 x 2 lattice, from a grid of random words: no chance is involved.

    A generator whose state is (0, 1, 0, w rotated by 23 to the right) draws w next. With 4 x 500
    evenly spaced words, each chance is met to 1 / 2000.
    """
    words = [(2 * k + 1) * 2**64 // 4000 for k in range(2000)]
    drawing = [np.array([0, 1, 0, w >> 23 | w << 41 & 2**64 - 1], np.uint64) for w in words]
    thresholds = acceptance.acceptance_thresholds(temperature)
    states = lattice.all_configurations(2)
    number = {frame.tobytes(): index for index, frame in enumerate(states)}
    transition = np.zeros((16, 16))
    for index, frame in enumerate(states):
        for state in drawing:
            spins = frame.flatten()
            single_spin.metropolis(spins, state.copy(), 1, 2, thresholds)
            transition[index, number[spins.tobytes()]] += 1 / len(words)
    u = lattice.energy(states)
    weights = np.exp(-(u - u.min()) * 4 / temperature) if temperature else (u == u.min()) * 1.0
    flow = weights[:, None] / weights.sum() * transition
    np.testing.assert_allclose(flow, flow.T, atol=1 / len(words))
    np.testing.assert_allclose(transition.sum(axis=1), 1)
    # Each flip of the ground state costs 8.
    ground = number[np.ones((2, 2), np.int8).tobytes()]
    leaving = np.exp(-8 / temperature) if temperature else 0.0
    assert 1 - transition[ground, ground] == pytest.approx(leaving, abs=4 / len(words))


@pytest.mark.parametrize("lattice_size", [2, 3, 8])
def test_neighbors_are_mutual_and_bonds_count_as_in_the_energy(lattice_size):
    neighbors = np.array(
        [reference.neighbors(site, lattice_size) for site in range(lattice_size**2)]
    )
    spins, _ = start(lattice_size, 1)
    bonds = (spins[:, None] * spins[neighbors]).sum() / 2
    frame = spins.reshape(1, lattice_size, lattice_size)
    assert -bonds / lattice_size**2 == lattice.energy(frame)[0]
    for site, around in enumerate(neighbors):
        assert all(site in neighbors[other] for other in around)


@given(st.integers(2, 7), SEEDS)
def test_heat_bath(lattice_size, seed):
    up = np.random.default_rng(seed).integers(0, 2**64, (lattice_size**2, 5), np.uint64)
    assert_twins("heat_bath", lattice_size, seed, 3, up=up)
