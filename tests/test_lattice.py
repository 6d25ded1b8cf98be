"""The spin conventions, compared with sums over bonds written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ising_fidelity import lattice


def frames(lattice_size, seed):
    random = np.random.default_rng(seed)
    return random.choice(np.array([-1, 1], np.int8), (3, lattice_size, lattice_size))


@given(st.integers(2, 9), st.integers(0, 1000))
def test_energy_counts_each_bond_once(size, seed):
    spins = frames(size, seed)
    for frame, value in zip(spins, lattice.energy(spins), strict=True):
        sites = {place: int(spin) for place, spin in np.ndenumerate(frame)}
        after = {(y, x): (((y + 1) % size, x), (y, (x + 1) % size)) for y, x in sites}
        bonds = sum(sites[one] * sites[other] for one in sites for other in after[one])
        assert value == -bonds / size**2


@given(st.integers(2, 9), st.integers(0, 1000), st.integers(0, 8), st.integers(0, 8))
def test_energy_and_magnetization_keep_their_symmetries(size, seed, down, right):
    spins = frames(size, seed)
    moved = np.roll(spins, (down, right), axis=(-2, -1))
    assert np.array_equal(lattice.magnetization(-spins), -lattice.magnetization(spins))
    images = lattice.symmetries(spins)
    assert len(images) == 8
    for image in (moved, -spins, *images):
        assert np.array_equal(lattice.energy(image), lattice.energy(spins))


def test_ground_states():
    up = np.ones((1, 5, 5), np.int8)
    assert lattice.energy(up) == lattice.energy(-up) == -2
    assert lattice.magnetization(up) == -lattice.magnetization(-up) == 1


def test_the_sum_of_neighbors_gives_the_energy():
    spins = frames(6, 1)
    by_sites = -(spins * lattice.neighbor_sum(spins)).sum(axis=(-2, -1)) / 2 / 36
    np.testing.assert_array_equal(by_sites, lattice.energy(spins))


def test_all_configurations_are_there_once():
    states = lattice.all_configurations(3)
    assert len({state.tobytes() for state in states}) == len(states) == 2**9
    with pytest.raises(ValueError, match="lattice_size <= 4"):
        lattice.all_configurations(5)
