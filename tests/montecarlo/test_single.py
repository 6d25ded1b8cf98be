"""Chains updated one after another: the length of a sweep of clusters."""

import numpy as np
import pytest

from ising_fidelity.montecarlo import chains, single
from ising_fidelity.montecarlo.kernels import single_spin

from .simulations import simulate


@pytest.mark.parametrize("temperature", [1.0, 2.3, 4.0])
def test_a_sweep_of_clusters_flips_each_spin_once_on_average(temperature):
    """The number is rounded, and measured to some per cent: within half an update and 10 %."""
    start = np.ones((1, 16, 16), np.int8)
    walk = single.SingleChains(start, temperature, True, [np.random.SeedSequence(1)])
    walk.settle(200)
    flips = 0
    for _ in range(500):
        walk.sweep(1)
        flips += walk.flipped[0]
    flipped = flips / (500 * 16**2)
    assert abs(flipped - 1) < 0.1 + 0.5 / walk.updates_per_sweep[0]


def test_the_number_of_clusters_between_frames_is_fixed(monkeypatch):
    """Stopping once enough spins are flipped would favor frames that follow large clusters."""
    counts = []
    move = single_spin.wolff

    def counted(spins, state, updates, lattice_size, bond, most_flips):
        counts.append((updates, most_flips))
        return move(spins, state, updates, lattice_size, bond, most_flips)

    monkeypatch.setattr(single_spin, "wolff", counted)
    simulate(lattice_size=16, frames=50, chains=1, thermalization=40, spacing=4)
    burn_in, between = counts[:40], counts[40:]
    assert len(between) == 49
    ((updates, most_flips),) = set(between)
    assert updates % 4 == 0
    assert most_flips == chains.UNBOUNDED
    # Each spin once in the first half, a fixed number in the second.
    assert {bound for _, bound in burn_in[:20]} == {16**2}
    assert len(set(burn_in[20:])) == 1


@pytest.mark.parametrize("temperature", [0.5, 2.269185])
def test_clusters_that_grow_in_burn_in_do_not_prolong_it(temperature):
    """From a random start clusters grow from a few spins to most of the lattice.

    Counted in spins, ten sweeps of burn-in stay near ten, where a fixed number of clusters from
    the first ones' size would take hundreds.
    """
    start = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (1, 64, 64))
    walk = single.SingleChains(start, temperature, True, [np.random.SeedSequence(1)])
    walk.settle(10)
    assert walk.updates_per_sweep[0] < 40
