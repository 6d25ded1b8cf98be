"""The local Boltzmann test, compared with enumeration and with frames that break it."""

import numpy as np
import pytest

from ising_fidelity import montecarlo
from ising_fidelity.observables import local

from ..enumeration import boltzmann


def of_frames(spins):
    found = local.from_counts(local.alignment_counts(spins).mean(axis=0))
    return dict(zip(local.QUANTITIES, found.tolist(), strict=True))


@pytest.fixture(scope="module")
def frames():
    """Return frames at T = 2: errors of the temperatures are some 0.004."""
    return montecarlo.run_chains(32, 2.0, "cluster", 500, 10, 50, 5, 1).spins.reshape(-1, 32, 32)


@pytest.mark.parametrize("lattice_size", [3, 4])
@pytest.mark.parametrize("temperature", [0.5, 1.5, 2.3, 10.0])
def test_all_configurations_with_their_weights_have_one_temperature(lattice_size, temperature):
    states, _, weights = boltzmann(lattice_size, temperature)
    *temperatures, spurious = local.from_counts(weights @ local.alignment_counts(states))
    np.testing.assert_allclose(temperatures, temperature, rtol=1e-8)
    assert abs(spurious) < 1e-12


def test_counts_are_those_of_every_site():
    spins = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (3, 5, 5))
    counts = np.zeros((3, 5))
    for frame, y, x in np.ndindex(3, 5, 5):
        around = [((y + 1) % 5, x), ((y - 1) % 5, x), (y, (x + 1) % 5), (y, (x - 1) % 5)]
        field = sum(int(spins[(frame, *site)]) for site in around)
        counts[frame, local.ALIGNMENTS.index(int(spins[frame, y, x]) * field)] += 1
    assert np.array_equal(local.alignment_counts(spins), counts)


def test_monte_carlo_has_its_own_temperature(frames):
    found = of_frames(frames)
    for name in local.QUANTITIES[:3]:
        assert found[name] == pytest.approx(2.0, abs=0.03)
    assert abs(found["spurious_flips"]) < 5e-4


def test_spurious_flips_are_found_and_are_not_taken_for_heat(frames):
    """One spin in a hundred turned: most are at abs(h) = 4.

    Their like neighbors go from field 4 to 2 and make that look colder, so that more than one in a
    hundred is found beyond it.
    """
    turned = np.where(np.random.default_rng(2).random(frames.shape) < 0.01, -frames, frames)
    found = of_frames(turned)
    assert 0.009 < found["spurious_flips"] < 0.015
    assert found["temperature_at_field_4"] > found["temperature_at_field_2"] + 0.1


def test_nothing_is_said_where_a_class_of_sites_is_empty():
    ground_state = local.from_counts(np.array([0.0, 0, 0, 0, 64]))
    np.testing.assert_array_equal(ground_state, [np.nan, 0, 0, np.nan])
    assert np.isnan(local.from_counts(np.array([0.0, 0, 64, 0, 0]))).all()
