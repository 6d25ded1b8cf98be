"""Heat-bath sweeps in a field are those of Boltzmann's law, compared with enumeration."""

import numpy as np
import pytest

from ising_fidelity import lattice, montecarlo

from ..enumeration import boltzmann


def exact_means(field, temperature):
    """Return the mean of every spin and the mean energy of a 3 x 3 lattice in a field."""
    states = lattice.all_configurations(3)
    energy = 9 * lattice.energy(states)
    weight = np.exp(-energy / temperature + (states * field).sum(axis=(1, 2)))
    weight /= weight.sum()
    return np.tensordot(weight, states, 1), weight @ energy / 9


@pytest.mark.parametrize("temperature", [2.0, 2.269185, 5.0])
def test_means_in_a_field_are_those_of_enumeration(temperature):
    """Ten numbers within 4.5 of their errors: false alarms below 1e-4."""
    generator = np.random.default_rng(2)
    field = generator.normal(0, 0.7, (3, 3))
    start = generator.choice(np.array([-1, 1], np.int8), (20_000, 3, 3))
    drawn = montecarlo.gibbs(start, np.broadcast_to(field, start.shape), temperature, 100, 1)
    spins, energy = exact_means(field, temperature)
    error = np.sqrt((1 - spins**2) / len(drawn))
    assert (np.abs(drawn.mean(axis=0) - spins) < 4.5 * error).all()
    energies = lattice.energy(drawn)
    assert abs(energies.mean() - energy) < 4.5 * energies.std() / np.sqrt(len(drawn))


def test_what_is_left_of_an_equilibrium_frame_in_noise_is_drawn_exactly():
    """Frames with noise, then Gibbs sweeps given the noisy ones, are equilibrium frames again.

    Energy within 4.5 errors of exact: false alarms below 1e-5.
    """
    temperature, sigma = 2.0, 1.2
    states, u, weights = boltzmann(3, temperature)
    generator = np.random.default_rng(3)
    spins = states[generator.choice(len(states), 20_000, p=weights)]
    noisy = spins + sigma * generator.normal(size=spins.shape)
    drawn = montecarlo.gibbs(spins, noisy / sigma**2, temperature, 2, 4)
    assert not np.array_equal(drawn, spins)
    energies = lattice.energy(drawn)
    assert abs(energies.mean() - weights @ u) < 4.5 * energies.std() / np.sqrt(len(drawn))


def test_strong_fields_fix_spins_and_streams_belong_to_frames():
    generator = np.random.default_rng(1)
    start = generator.choice(np.array([-1, 1], np.int8), (4, 8, 8))
    field = generator.choice([-40.0, 40.0], start.shape)
    assert np.array_equal(montecarlo.gibbs(start, field, 2.0, 1, 1), np.sign(field))
    weak = 0.01 * field
    drawn = montecarlo.gibbs(start, weak, 2.0, 2, 1)
    assert np.array_equal(montecarlo.gibbs(start[:2], weak[:2], 2.0, 2, 1), drawn[:2])
    assert not np.array_equal(montecarlo.gibbs(start, weak, 2.0, 2, 2), drawn)
    assert np.array_equal(montecarlo.gibbs(start, weak, 2.0, 0, 1), start)
