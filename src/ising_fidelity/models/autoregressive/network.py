r"""A multiscale autoregressive network, which samples frames with exact likelihood.

Sites are sampled in groups, coarse before fine, and

.. math:: q(s) = \prod_g \prod_{i \in g} q_i(s_i \mid s \text{ of all groups before } g)

is a normalised distribution for any network output, known exactly for every frame: given the
previous groups, the spins of one group are independent. First come the sites of a coarse square
lattice, one by one. Then every square lattice of spacing 2c is refined to spacing c by the centers
of its squares and the midpoints of its edges. Each of both is split into groups of distant sites.

For the Ising model, independence within the last two groups is exact, by its Markov property. The
last group is the odd checkerboard: given all even sites, which include all of its neighbors, its
spins are independent. The group before is every other center: each odd site has only one of those
among its four neighbors, so that a sum over odd sites does not couple them. These are 5/8 of all
sites, which is the reason for this order.

The inputs of a refinement are on the lattice of spacing c, and so is the network: most groups are
sampled on small lattices. One network serves all groups and all lattice sizes.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.autoregressive.settings import (
    AutoregressiveSettings,
    MultiscaleNetworkSettings,
)
from ising_fidelity.models.common.blocks import Blocks, SiteNorm
from ising_fidelity.models.common.layers import Convolution

CELL = 2
"""Sites along a cell, the smallest period of a group; the network sees its spins together."""


class MultiscaleNetwork(nn.Module):
    """The field of every new site, as a function of the known sites, the spacing and T.

    It consists of the blocks of the continuous-noise models on cells of 2 x 2 sites. As all known
    sites around are given, distant sites have little influence, and no lower resolution is needed.
    Spins are multiplied by the sign of their sum (of the first spin where the sum is 0), and so is
    the output field: a frame and its global flip are equally likely, and the first site is up in
    half of all frames.
    """

    def __init__(self, settings: MultiscaleNetworkSettings) -> None:
        super().__init__()
        width = settings.width
        self.condition = nn.Sequential(
            nn.Linear(5, settings.condition),
            nn.SiLU(),
            nn.Linear(settings.condition, settings.condition),
            nn.SiLU(),
        )
        self.stem = Convolution(3 * CELL**2, width, "circular")
        self.blocks = Blocks(width, settings.condition, settings.blocks)
        self.norm = SiteNorm()
        self.output = nn.Conv2d(width, CELL**2, 1)
        nn.init.zeros_(self.output.weight)
        assert self.output.bias is not None
        nn.init.zeros_(self.output.bias)

    def forward(
        self, spins: Tensor, known: Tensor, new: Tensor, spacing: int, temperature: Tensor
    ) -> Tensor:
        """Return the field h of every site; new spins have the mean tanh h.

        All are on the lattice of the group, shape (batch, 1, L / spacing, L / spacing); ``known``
        and ``new`` are 0 or 1, see :class:`Group`, or one mask for all frames. Values of unknown
        spins have no effect. T is in J/k_B, shape (batch,).
        """
        seen = spins * known
        sign = torch.sign(2 * seen.sum(dim=(2, 3), keepdim=True) + seen[..., :1, :1])
        T = temperature.float()
        scale = torch.full_like(T, spacing)
        numbers = torch.stack([T - 2.3, 1 / T, T.log(), scale.log2() / 4, 1 / scale], dim=1)
        condition = self.condition(numbers)
        inputs = torch.cat([sign * seen, known.expand_as(seen), new.expand_as(seen)], dim=1)
        y = self.stem(functional.pixel_unshuffle(inputs, CELL))
        y = self.blocks(y, condition)
        field = functional.pixel_shuffle(self.output(self.norm(y)), CELL)
        return sign * field / T[:, None, None, None]


def build(settings: AutoregressiveSettings, lattice_size: int) -> MultiscaleNetwork:
    """Return the untrained network; it does not depend on L."""
    return MultiscaleNetwork(settings.network)
