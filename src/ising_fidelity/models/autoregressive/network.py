r"""A multiscale autoregressive network: frames of which it says how likely each is.

Sites are drawn in groups, coarse before fine, and

.. math:: q(s) = \prod_g \prod_{i \in g} q_i(s_i \mid s \text{ of all groups before } g)

is a normalised distribution whatever the network says, known exactly for every frame: the spins of
one group are independent of each other. First come the sites of a coarse square lattice, one by
one. Then every square lattice of spacing 2c gets the centers of its squares and, with them, the
sites in the middle of its edges, which makes it a lattice of spacing c; each of both is split into
groups of sites that are far apart.

For the Ising model independence within the last two groups is not an assumption but exact, by its
Markov property. The last one is the odd checkerboard: given all even sites, which are all of its
neighbors, its spins do not know of each other. The one before is every other center: each odd
site has only one of those among its four neighbors, so that a sum over odd sites couples none of
them with another. These are 5/8 of all sites, and the reason for this order.

What a refinement is told lives on the lattice of spacing c, and there the network works: most
groups are drawn on small lattices. One network serves all of them, as it does all lattice sizes.
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
"""Sites along a cell, whose spins the network sees together: the smallest period of a group."""


class MultiscaleNetwork(nn.Module):
    """The field of every new site, as a function of the known ones, the spacing and T.

    Blocks of the continuous-noise models' network, on cells of 2 x 2 sites; with every known site
    around, sites far away say little, and no lower resolution is needed. Spins enter in units of
    the sign of their sum (of the first one where that is 0), and so does the field leave: a frame
    and the one with all signs turned are as likely, and the first site is up in half of all frames.
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
        """Return the field h of every site; the spins of new ones have the mean tanh h.

        All are on the lattice of the group, shape (batch, 1, L / spacing, L / spacing); ``known``
        and ``new`` are 0 or 1, see :class:`Group`, or a single frame for all. Spins that are not
        known do not matter. T is in J/k_B, shape (batch,).
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
