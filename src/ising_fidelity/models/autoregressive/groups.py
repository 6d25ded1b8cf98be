"""The order in which sites are sampled: groups of sites, coarse to fine."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Group:
    """Sites that are sampled together, on the lattice of all sites that they depend on.

    ``spacing`` is that of this lattice, in sites of the full lattice. ``known`` are the sites
    sampled before, ``new`` those sampled now, shape (L / spacing, L / spacing).
    """

    spacing: int
    known: NDArray[np.bool_]
    new: NDArray[np.bool_]


def order(lattice_size: int, colors: int) -> list[Group]:
    """Return the groups in sampling order; L is a multiple of 4.

    In each refinement but the last, centers and both kinds of edges are split into ``colors``
    groups, a power of two up to 16. Sites of one color are closest where the period of the colors
    does not fit into the lattice.
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
            # The second half of the centers, and all edges: independent in the Ising model.
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
    """Return the color of each site of a square lattice; each bit increases distances by root 2."""
    bits = ((u + v) % 2, u % 2, (u // 2 + v // 2) % 2, u // 2 % 2)
    color = np.zeros_like(u)
    for bit in bits[: colors.bit_length() - 1]:
        color = 2 * color + bit
    return color


@dataclass(frozen=True)
class Level:
    """The groups on one lattice, in the form that a network takes.

    ``known`` and ``new`` are 0 or 1, shape (groups, 1, L / spacing, L / spacing); ``chance`` is the
    probability of each group in training, shape (groups,), sum 1.
    """

    spacing: int
    known: Tensor
    new: Tensor
    chance: Tensor


def levels(lattice_size: int, colors: int, device: torch.device, finest: int = 1) -> list[Level]:
    """Return the lattices of all groups in sampling order, down to the spacing ``finest``.

    The probability of a group in training is proportional to the square root of its number of
    sites. The loss is a sum estimated from single terms. Its variance is least if the probability
    of a term is proportional to the term's standard deviation. The variance of a sum over a group's
    sites is proportional to their number.
    """
    made = []
    groups = [group for group in order(lattice_size, colors) if group.spacing >= finest]
    for spacing, members in groupby(groups, key=lambda group: group.spacing):
        masks = [(group.known, group.new) for group in members]
        known, new = (
            torch.from_numpy(np.stack(part)[:, None]).to(device, torch.float32)
            for part in zip(*masks, strict=True)
        )
        root = new.sum(dim=(1, 2, 3)).sqrt()
        made.append(Level(spacing, known, new, root / root.sum()))
    return made
