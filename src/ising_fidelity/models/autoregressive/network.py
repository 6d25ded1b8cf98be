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

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.layers import Convolution
from ising_fidelity.models.patchnet import Blocks, SiteNorm
from ising_fidelity.models.settings import MultiscaleNetworkSettings

CELL = 2
"""Sites along a cell, whose spins the network sees together: the smallest period of a group."""


@dataclass(frozen=True)
class Group:
    """Sites that are drawn at a time, on the lattice of all that is needed for them.

    Attributes
    ----------
    spacing
        Of that lattice's sites, in sites of the whole one.
    known, new
        Which of its sites were drawn before and which are now, shape (L / spacing, L / spacing).
    """

    spacing: int
    known: NDArray[np.bool_]
    new: NDArray[np.bool_]


def order(lattice_size: int, colors: int) -> list[Group]:
    """Return the groups in the order in which they are drawn.

    Parameters
    ----------
    lattice_size
        L, a multiple of 4.
    colors
        Groups of centers, and of both kinds of edges, in each refinement but the last: a power of
        two up to 16. Sites of one color are closest where a period of the colors does not fit into
        the lattice.
    """
    spacing = lattice_size & -lattice_size
    if spacing == lattice_size:
        spacing //= 2
    rank = np.full((lattice_size, lattice_size), -1)
    spacings: list[int] = []

    def add(y: NDArray[np.intp], x: NDArray[np.intp]) -> None:
        if y.size:
            rank[y, x] = len(spacings)
            spacings.append(half)

    half = spacing // 2
    for y, x in np.ndindex(lattice_size // spacing, lattice_size // spacing):
        add(np.array([spacing * y]), np.array([spacing * x]))
    while half:
        v, u = np.indices(2 * (lattice_size // (2 * half),))
        color = _color(u, v, colors)
        y, x = 2 * half * v, 2 * half * u
        if half == 1:
            # The second half of the centers and all edges: independent in the Ising model.
            color = np.minimum(color, colors // 2)
        for one in range(colors):
            add(y[color == one] + half, x[color == one] + half)
        if half == 1:
            add(np.concatenate([y, y + 1], axis=None), np.concatenate([x + 1, x], axis=None))
            break
        for down, right in ((0, half), (half, 0)):
            for one in range(colors):
                add(y[color == one] + down, x[color == one] + right)
        half //= 2
    grids = [(spacing, rank[::spacing, ::spacing]) for spacing in spacings]
    return [Group(c, grid < number, grid == number) for number, (c, grid) in enumerate(grids)]


def _color(u: NDArray[np.intp], v: NDArray[np.intp], colors: int) -> NDArray[np.intp]:
    """Return the color of each site of a square lattice: every bit splits it by the root of 2."""
    bits = ((u + v) % 2, u % 2, (u // 2 + v // 2) % 2, u // 2 % 2)
    color = np.zeros_like(u)
    for bit in bits[: colors.bit_length() - 1]:
        color = 2 * color + bit
    return color


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

        Parameters
        ----------
        spins
            On the lattice of the group, shape (batch, 1, L / spacing, L / spacing); those that are
            not known do not matter.
        known, new
            0 or 1, see :class:`Group`, shape (batch, 1, L / spacing, L / spacing) or with a single
            frame for all.
        spacing
            Of that lattice's sites.
        temperature
            Units of J/k_B, shape (batch,).

        Returns
        -------
        Tensor
            Shape (batch, 1, L / spacing, L / spacing).
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
        in_units_of_T: Tensor = sign * field / T[:, None, None, None]
        return in_units_of_T


@dataclass(frozen=True)
class Level:
    """The groups that are drawn on one lattice, as a network takes them.

    Attributes
    ----------
    spacing
        Of the lattice's sites.
    known, new
        Shape (groups, 1, L / spacing, L / spacing), 0 or 1.
    chance
        How often each is trained on, shape (groups,), sum 1.
    """

    spacing: int
    known: Tensor
    new: Tensor
    chance: Tensor


def levels(groups: Sequence[Group], device: torch.device) -> list[Level]:
    """Return the lattices that groups are drawn on, coarse before fine.

    Groups are trained on in proportion to the root of the number of their sites: of a sum whose
    terms are estimated from single ones, the variance is least if each is drawn as often as it
    varies, and that of a sum over a group's sites goes with their number.
    """
    made = []
    for spacing, members in groupby(groups, key=lambda group: group.spacing):
        masks = [(group.known, group.new) for group in members]
        known, new = (
            torch.from_numpy(np.stack(part)[:, None]).to(device, torch.float32)
            for part in zip(*masks, strict=True)
        )
        root = new.sum(dim=(1, 2, 3)).sqrt()
        made.append(Level(spacing, known, new, root / root.sum()))
    return made


def surprise(
    network: nn.Module,
    on: Sequence[Level],
    spins: Tensor,
    temperature: Tensor,
    generator: torch.Generator,
) -> Tensor:
    """Return an unbiased estimate of -ln q of each frame, from one random group of every level.

    Parameters
    ----------
    spins
        Frames of -1 and +1, shape (batch, 1, L, L).
    temperature
        Units of J/k_B, shape (batch,).

    Returns
    -------
    Tensor
        In nats, shape (batch,).
    """
    total = torch.zeros_like(temperature)
    for level in on:
        which = level.chance.multinomial(len(spins), True, generator=generator)
        new, s = level.new[which], spins[..., :: level.spacing, :: level.spacing]
        field = network(s, level.known[which], new, level.spacing, temperature)
        of_group = (new * functional.softplus(-2 * s * field)).sum(dim=(1, 2, 3))
        total = total + of_group / level.chance[which]
    return total


def log_probability(
    network: nn.Module, on: Sequence[Level], spins: Tensor, temperature: Tensor
) -> Tensor:
    """Return ln q of each frame, in nats and double precision, shape (batch,).

    Parameters are those of :func:`surprise`.
    """
    total = torch.zeros(len(spins), dtype=torch.float64, device=spins.device)
    for level in on:
        s = spins[..., :: level.spacing, :: level.spacing]
        for known, new in zip(level.known, level.new, strict=True):
            field = network(s, known[None], new[None], level.spacing, temperature)
            total += _log_odds_of(s, field, new).sum(dim=1)
    return total


def draw(
    network: nn.Module,
    on: Sequence[Level],
    lattice_size: int,
    temperature: Tensor,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Return frames and ln q of each.

    Parameters
    ----------
    on
        All levels of :func:`order`.
    lattice_size
        L.
    temperature
        Units of J/k_B, of every frame, shape (batch,).

    Returns
    -------
    spins
        -1 and +1, shape (batch, 1, L, L).
    log_probability
        In nats and double precision, shape (batch,).
    """
    frames, device = len(temperature), temperature.device
    spins = torch.zeros(frames, 1, lattice_size, lattice_size, device=device)
    total = torch.zeros(frames, dtype=torch.float64, device=device)
    for level in on:
        s = spins[..., :: level.spacing, :: level.spacing]
        for known, new in zip(level.known, level.new, strict=True):
            field = network(s, known[None], new[None], level.spacing, temperature)
            sites = new[0] > 0
            chance = torch.sigmoid(2 * field[:, 0, sites].double())
            random = torch.rand(
                chance.shape, generator=generator, device=device, dtype=torch.float64
            )
            s[:, 0, sites] = torch.where(random < chance, 1.0, -1.0)
            total += _log_odds_of(s, field, new).sum(dim=1)
    return spins, total


def _log_odds_of(s: Tensor, field: Tensor, new: Tensor) -> Tensor:
    """Return ln of the probability of every new spin, shape (batch, sites of the group)."""
    sites = new[0] > 0
    return functional.logsigmoid(2 * (s * field)[:, 0, sites].double())
