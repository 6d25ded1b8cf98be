"""Boltzmann's law on small lattices, from all of their configurations."""

from functools import cache

import numpy as np

from ising_fidelity import lattice


@cache
def boltzmann(lattice_size, temperature):
    """Return all configurations, their energies per spin and their probabilities."""
    states = lattice.all_configurations(lattice_size)
    u = lattice.energy(states)
    weights = np.exp(-(u - u.min()) * lattice_size**2 / temperature)
    return states, u, weights / weights.sum()
