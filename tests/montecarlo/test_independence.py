"""The independence Metropolis chain: exact frequencies, whatever the proposals."""

import numpy as np
import pytest

from ising_fidelity import lattice
from ising_fidelity.montecarlo.independence import BURN_IN, independence_chain
from ising_fidelity.observables.errors import gamma_method


def test_states_are_as_frequent_as_their_weight():
    """Three states, proposed with other probabilities; 5 errors are one false alarm in 10^6."""
    target, proposed = np.array([0.1, 0.3, 0.6]), np.array([0.5, 0.4, 0.1])
    drawn = np.random.default_rng(1).choice(3, 200_000, p=proposed)
    states, rate = independence_chain(np.log(target / proposed)[drawn], seed=2)
    for state, probability in enumerate(target):
        series = (drawn[states] == state).astype(float)[None]
        assert abs(series.mean() - probability) < 5 * gamma_method(series)[1]
    flow = proposed * target[:, None]
    moved = np.minimum(flow, flow.T).sum()  # the chance that a proposal is accepted
    assert rate == pytest.approx(moved, abs=0.01)


def test_energies_of_a_small_lattice_become_exact():
    """Random configurations of 2 x 2 spins at T = 2; the enumeration has the mean energy."""
    T, every = 2.0, lattice.all_configurations(2)
    u = lattice.energy(every)
    weight = np.exp(-4 * u / T)
    drawn = np.random.default_rng(3).integers(16, size=100_000)
    states, _ = independence_chain(-4 * u[drawn] / T, seed=4)
    series = u[drawn[states]][None]
    assert abs(series.mean() - weight @ u / weight.sum()) < 5 * gamma_method(series)[1]


def test_equal_weights_are_all_accepted_and_the_beginning_is_left_out():
    states, rate = independence_chain(np.zeros(50), seed=1)
    assert rate == 1
    assert states.tolist() == list(range(50 // BURN_IN, 50))
    assert independence_chain(np.zeros(1), seed=1)[0].tolist() == [0]


def test_a_worse_state_is_kept_until_a_better_one_comes():
    states, rate = independence_chain(np.array([0.0, -800, -900, 5]), seed=1)
    assert states.tolist() == [0, 0, 0, 3]
    assert rate == pytest.approx(1 / 3)
