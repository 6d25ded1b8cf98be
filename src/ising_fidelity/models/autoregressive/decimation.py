r"""The finest lattice in closed form: centers and edges, given the corners.

The *corners* are the sites of the lattice of spacing 2. Between them are the *centers* of their
squares and the *edges*, all other sites. With the known couplings of the Ising model, these 3/4 of
all sites need no network.

Every edge has two corners and two centers as neighbors. Its sum over both signs is a coupling K
and fields h of its two centers c and d,

.. math::
    2 \cosh(\beta (a + c + d)) \propto e^{K c d + h (c + d)}, \qquad
    K = \tfrac12 \ln \cosh 2\beta, \; h = 0 \quad (a = 0), \\
    K = \tfrac14 \ln \frac{\cosh 4\beta}{\cosh^2 2\beta}, \;
    h = \pm \tfrac14 \ln \cosh 4\beta \quad (a = \pm 2),

where a is the sum of its corners. Centers are thus an Ising model of weak couplings in fields, on
the square lattice of spacing 2. They are sampled in five groups. The last, every other center, is
independent given the others, and has no other unknown neighbor. For the first four, all others of
these, belief propagation (H. Bethe, Proc. R. Soc. A 150, 552, 1935) sums over unknown centers. It
neglects closed loops of couplings, and the sites of one group are far apart. All of this costs less
than 1e-7 nats per site, by the spread of weights in the tests, which are at L = 8 and 32 and eight
temperatures from 0.5 to 6. Last come the edges, independent given corners and centers.

The probability of a frame is that of its groups, exactly, whatever belief propagation neglects.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

ITERATIONS = 6
"""Iterations of belief propagation; messages over longer ways are below 1e-4."""

COLDEST = 1e6
"""Largest 1/T; all larger ones give the same fields, far above those of certain spins."""

CERTAIN = 50.0
"""A field at which a spin is known to 1 in 10^43."""

GROUPS = 5


def log_probability(spins: Tensor, temperature: Tensor) -> Tensor:
    """Return ln q of centers and edges given the corners, in nats and double precision.

    Maps spins (batch, 1, L, L) of -1 and +1 and T (batch,) in J/k_B to (batch,).
    """
    return _walk(spins[:, 0], temperature, None)


def draw(corners: Tensor, temperature: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return frames with these corners, and ln q of their centers and edges.

    Maps corners (batch, 1, L / 2, L / 2) and T (batch,) to (batch, 1, L, L) and (batch,).
    """
    spins = corners.new_zeros(len(corners), *(2 * size for size in corners.shape[2:]))
    spins[:, ::2, ::2] = corners[:, 0]
    total = _walk(spins, temperature, generator)
    return spins[:, None], total


def _walk(s: Tensor, temperature: Tensor, generator: torch.Generator | None) -> Tensor:
    """Return ln q of all groups; with a generator, first sample each of them in place."""
    beta = (1 / temperature.float()).clamp(max=COLDEST)[:, None, None]
    total = torch.zeros(len(s), dtype=torch.float64, device=s.device)
    centers = s[:, 1::2, 1::2]
    group = torch.from_numpy(center_groups(centers.shape[-1])).to(s.device)
    for number in range(GROUPS):
        iterations = 1 if number == GROUPS - 1 else ITERATIONS
        field = center_fields(s[:, ::2, ::2], centers, group < number, beta, iterations)
        total += _decide(centers, field, group == number, generator)
    for row, column in ((0, 1), (1, 0)):
        edges = s[:, row::2, column::2]
        field = beta * _neighbors(s)[:, row::2, column::2]
        total += _decide(edges, field, torch.ones_like(group, dtype=torch.bool), generator)
    return total


def _decide(s: Tensor, field: Tensor, new: Tensor, generator: torch.Generator | None) -> Tensor:
    """Return ln of the probability of new spins; with a generator, sample them first."""
    odds = 2 * field[:, new].double()
    if generator is not None:
        random = torch.rand(odds.shape, generator=generator, device=s.device, dtype=torch.float64)
        s[:, new] = torch.where(random < torch.sigmoid(odds), 1.0, -1.0)
    return functional.logsigmoid(s[:, new] * odds).sum(dim=1)


def center_groups(size: int) -> NDArray[np.int64]:
    """Return the number of each center's group, shape (L / 2, L / 2).

    The first four are as far apart as possible on every other center, the fifth are all between.
    """
    v, u = np.indices((size, size))
    return np.where((u + v) % 2, GROUPS - 1, 2 * (u % 2) + (u // 2 + v // 2) % 2)


def center_fields(
    corners: Tensor, centers: Tensor, known: Tensor, beta: Tensor, iterations: int
) -> Tensor:
    """Return the field of every center given the corners and known centers.

    Parameters
    ----------
    corners, centers
        Shape (batch, L / 2, L / 2); center [v, u] is between corners [v, u] and [v + 1, u + 1].
        Values of unknown centers have no effect.
    known
        Which centers are known, shape (L / 2, L / 2).
    beta
        1/T, shape (batch, 1, 1).
    """
    return sum_of(fields_by_side(corners, beta, iterations, (known, CERTAIN * centers)))


def fields_by_side(
    corners: Tensor,
    beta: Tensor,
    iterations: int,
    fixed: tuple[Tensor, Tensor] | None = None,
) -> list[Tensor]:
    """Return the fields of every center due to the edges on its left, right, above and below.

    Each is the field of the edge and the message of the center behind. ``fixed`` are a mask of
    known centers and their own fields, shapes (L / 2, L / 2) and (batch, L / 2, L / 2).
    """
    strongest, loose = log_cosh(4 * beta) / 4, log_cosh(2 * beta) / 2  # h at a = 2, K at a = 0
    below, right = torch.roll(corners, -1, 1), torch.roll(corners, -1, 2)
    across = (right + torch.roll(below, -1, 2)) / 2  # a / 2 of the edge to the next column
    down = (below + torch.roll(right, -1, 1)) / 2  # and to the next row
    sides = [torch.roll(across, 1, 2), across, torch.roll(down, 1, 1), down]
    moves = [(1, 2), (-1, 2), (1, 1), (-1, 1)]
    couplings = [torch.where(side == 0, loose, strongest - loose) for side in sides]
    own = strongest * sum_of(sides)
    messages = [torch.zeros_like(own)] * 4
    for _ in range(iterations):
        total = own + sum_of(messages)
        sent = [total - messages[side ^ 1] for side in range(4)]  # not back to the receiver
        if fixed:
            sent = [torch.where(fixed[0], fixed[1], field) for field in sent]
        messages = [
            _message(coupling, torch.roll(field, *move))
            for coupling, field, move in zip(couplings, sent, moves, strict=True)
        ]
    return [strongest * a + message for a, message in zip(sides, messages, strict=True)]


def _message(coupling: Tensor, field: Tensor) -> Tensor:
    """Return atanh(tanh K tanh h), for any K and h."""
    return (log_cosh(coupling + field) - log_cosh(coupling - field)) / 2


def log_cosh(x: Tensor) -> Tensor:
    """Return ln cosh x, for any x."""
    size = x.abs()
    return size + torch.log1p(torch.exp(-2 * size)) - math.log(2)


def sum_of(parts: Sequence[Tensor]) -> Tensor:
    """Return the sum of tensors of one shape."""
    return torch.stack(list(parts)).sum(0)


def _neighbors(s: Tensor) -> Tensor:
    """Return the sum of the four neighbors of every site, shape (batch, L, L)."""
    return sum_of([torch.roll(s, by, axis) for by in (1, -1) for axis in (1, 2)])
