"""Packed replicas: kernels against their plain twins, and what replicas must not share.

Seeds are fixed; each stochastic test states its rate of false alarms.
"""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ising_fidelity import lattice
from ising_fidelity.montecarlo import acceptance, chains, packed
from ising_fidelity.montecarlo.kernels import multispin, reference, single_spin

SEEDS = st.integers(0, 2**32)
TEMPERATURES = st.sampled_from([0.0, 0.5, 1.0, 2.269185, 4.0, 100.0, np.inf])
LANES = st.sampled_from(multispin.LANES)


def sequence(*key):
    return np.random.SeedSequence(0, spawn_key=key)


def start(lattice_size, lanes, seed):
    words = np.random.default_rng(seed).integers(
        0, 2**64, (lattice_size**2, lanes), np.uint64, endpoint=False
    )
    states = np.stack([chains.generator_state(sequence(seed, lane)) for lane in range(lanes)], 1)
    return words, np.ascontiguousarray(states), chains.generator_state(sequence(seed, lanes))


def replicas(count, lattice_size, temperature, *, checkerboard=True, seed=1, **arguments):
    random = np.random.default_rng(seed)
    starts = random.choice(np.array([-1, 1], np.int8), (count, lattice_size, lattice_size))
    streams = [sequence(seed, block) for block in range(-(-count // 64))]
    return packed.Replicas(
        starts, temperature, checkerboard, streams, sequence(seed, 1000), **arguments
    )


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([6, 8]), TEMPERATURES, LANES, SEEDS)
def test_checkerboard_is_its_twin(lattice_size, temperature, lanes, seed):
    results = []
    for module in (multispin, reference):
        words, states, _ = start(lattice_size, lanes, seed)
        chances = acceptance.digit_chances(temperature)
        module.checkerboard_sweeps(words, states, 2, lattice_size, chances)
        results.append((words, states))
    for compiled, plain in zip(*results, strict=True):
        assert np.array_equal(compiled, plain)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 7), TEMPERATURES, LANES, SEEDS)
def test_random_sites_are_their_twin(lattice_size, temperature, lanes, seed):
    results = []
    for module in (multispin, reference):
        words, states, site_state = start(lattice_size, lanes, seed)
        chances = acceptance.digit_chances(temperature)
        module.random_site_attempts(words, states, site_state, 60, lattice_size, chances)
        results.append((words, states, site_state))
    for compiled, plain in zip(*results, strict=True):
        assert np.array_equal(compiled, plain)


@given(st.integers(2, 20), LANES, SEEDS)
def test_unpacking_is_its_twin(lattice_size, lanes, seed):
    words, _, _ = start(lattice_size, lanes, seed)
    assert np.array_equal(multispin.unpack(words), reference.unpack(words))


@given(st.integers(1, 200), st.integers(1, 70), SEEDS)
def test_packing_is_undone_by_unpacking(count, sites, seed):
    spins = np.random.default_rng(seed).choice(np.array([-1, 1], np.int8), (count, sites))
    unpacked = multispin.unpack(packed.packed(spins))
    assert np.array_equal(unpacked[:count], spins)
    assert (unpacked[count:] == -1).all()


@pytest.mark.parametrize("temperature", [0.0, 0.5, 2.269185, 4.0, np.inf])
def test_chances_are_exact_to_what_a_float_holds(temperature):
    for row, cost in zip(acceptance.digit_chances(temperature), (4, 8), strict=True):
        digits = [int(word) & 1 for word in row[:-1]]
        assert all(int(word) in (0, 2**64 - 1) for word in row[:-1])
        value = sum(digit << place for place, digit in enumerate(digits)) * 2**64 + int(row[-1])
        expected = acceptance.acceptance(temperature, cost)
        assert value / 2 ** (64 + multispin.DIGITS) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("checkerboard", [True, False], ids=["checkerboard", "random sites"])
def test_widths_of_vectors_and_numbers_of_threads_give_the_same_frames(checkerboard):
    frames = []
    for lanes, threads in product(multispin.LANES, (1, 2)):
        allowed = tuple(size for size in multispin.LANES if size <= lanes)
        walk = replicas(1000, 6, 2.3, checkerboard=checkerboard, threads=threads, lanes=allowed)
        walk.sweep(10)
        frames.append(walk.frames)
    assert all(np.array_equal(frames[0], other) for other in frames)


def test_a_replica_does_not_depend_on_how_many_there_are():
    few, many = replicas(64, 6, 2.3), replicas(300, 6, 2.3)
    many.replace(range(64), few.frames)
    for walk in (few, many):
        walk.sweep(20)
    assert np.array_equal(few.frames, many.frames[:64])


def test_replaced_chains_are_elsewhere_and_the_others_are_not():
    walk = replicas(70, 6, 2.3)
    expected = walk.frames
    expected[[3, 69]] = 1
    walk.replace([3, 69], expected[[3, 69]])
    assert np.array_equal(walk.frames, expected)


@pytest.mark.parametrize("checkerboard", [True, False], ids=["checkerboard", "random sites"])
@pytest.mark.parametrize("temperature", [1.8, 2.269185])
def test_replicas_stay_independent_over_many_sweeps(checkerboard, temperature):
    """Replicas that share random numbers become one configuration at and below T_c.

    After 10 000 sweeps all 64 differ. In the next 400 draws, 100 sweeps apart, the mean over
    replicas of the energy varies by 1/64 of one replica's variance, if they are independent; the
    ratio of both estimates lies within 1 +- 5 sqrt(2 / 399) but with a chance below 1e-5, taking
    energies 100 sweeps apart as independent.
    """
    walk = replicas(64, 32, temperature, checkerboard=checkerboard)
    walk.sweep(10_000)
    assert len(np.unique(walk.frames.reshape(64, -1), axis=0)) == 64
    energies = np.empty((400, 64))
    for draw in range(400):
        walk.sweep(100)
        energies[draw] = lattice.energy(walk.frames)
    ratio = energies.mean(axis=1).var(ddof=1) / (energies.var(axis=0, ddof=1).mean() / 64)
    assert abs(ratio - 1) < 5 * np.sqrt(2 / 399)


def test_streams_of_blocks_do_not_overlap():
    """Among 200 streams of 50 000 words no word is met twice.

    Were they one sequence of independent words, two of these 10^7 would be alike with a chance of
    10^14 / 2^65 = 3e-6; streams that overlap share many.
    """
    streams = [chains.generator_state(sequence(1, block)) for block in range(200)]
    words = np.sort(np.concatenate([single_spin.random_words(state, 50_000) for state in streams]))
    assert (words[1:] != words[:-1]).all()
