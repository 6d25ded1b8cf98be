"""A small network, and all states of a 4 x 4 lattice."""

import torch

from ising_fidelity import lattice
from ising_fidelity.models.autoregressive import groups
from ising_fidelity.models.autoregressive.network import MultiscaleNetwork
from ising_fidelity.models.autoregressive.settings import MultiscaleNetworkSettings

from ..small import CPU

STATES = lattice.all_configurations(4)


def levels(size, colors=4, finest=1):
    return groups.levels(size, colors, CPU, finest)


def random_network(seed=1):
    """Return a network whose fields are of the order of 1."""
    torch.manual_seed(seed)
    built = MultiscaleNetwork(MultiscaleNetworkSettings(width=4, blocks=1, condition=8))
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return built
