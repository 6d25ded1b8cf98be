"""The exact network of 3 x 3 frames, by enumeration."""

import torch

from ising_fidelity import lattice

TEMPERATURE = 2.0
STATES = torch.from_numpy(lattice.all_configurations(3)).reshape(-1, 9).double()
LOG_WEIGHT = torch.from_numpy(
    -9 * lattice.energy(lattice.all_configurations(3)) / TEMPERATURE
).double()


def probabilities(x, sigma):
    """Return how likely each state s is given x = s + sigma z, shape (batch, states)."""
    sites = x.reshape(len(x), 9).double()
    return torch.softmax(LOG_WEIGHT + sites @ STATES.T / sigma[:, None].double() ** 2, dim=1)


def exact_mean(x, sigma):
    """Return the mean of s given x = s + sigma z."""
    return (probabilities(x, sigma) @ STATES).reshape(x.shape).float()


def exact_network(x, sigma, temperature):
    """Return the exact cavity field."""
    p = probabilities(x, sigma)
    up, down = (p @ (sign * STATES > 0).double() for sign in (1, -1))
    total = (up.log() - down.log()).reshape(x.shape) / 2
    return (total - x.double() / sigma[:, None, None, None].double() ** 2).float()
