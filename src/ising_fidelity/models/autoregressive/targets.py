"""Conditional means of corners, as training targets with less variance than the spins.

A network's field at a site i is trained on s_i, given some other sites. The mean of s_i given more
sites, with the known couplings of the Ising model, has the same expectation (tower property) and
less variance. Here it is given all other corners, the sites of the lattice of spacing 2, see
:mod:`.decimation`.
"""

import torch
from torch import Tensor

from ising_fidelity.models.autoregressive.decimation import fields_by_side, log_cosh

ITERATIONS = 3
"""Iterations of belief propagation. On 8 x 8 sites, means differ from exact ones by less than 2e-3
standard deviations of the spin, by enumeration in the tests."""

COLDEST = 8.0
"""Largest 1/T; spins are certain at all larger ones."""


def corner_means(corners: Tensor, temperature: Tensor) -> Tensor:
    """Return the mean of every corner given all other corners.

    The four edges next to a corner couple the four centers about it to a ring. The sum over the
    ring is a trace of four 2 x 2 matrices for each sign of the corner. Other edges and centers
    act on the ring by the fields of belief propagation.

    Maps corners (batch, 1, L / 2, L / 2) of -1 and +1 and T (batch,) in J/k_B to the same shape.
    """
    s = corners[:, 0]
    beta = (1 / temperature.float()).clamp(max=COLDEST)[:, None, None]
    left, right, above, below = fields_by_side(s, beta, ITERATIONS)
    # Clockwise from the top left: fields of the centers, and the corner beyond the next edge.
    outside = [
        torch.roll(left + above, (1, 1), (1, 2)),
        torch.roll(right + above, 1, 1),
        right + below,
        torch.roll(left + below, 1, 2),
    ]
    beyond = [torch.roll(s, by, axis) for by, axis in ((1, 1), (-1, 2), (-1, 1), (1, 2))]
    up, down = (_ring(outside, [sign * there for there in beyond], sign, beta) for sign in (1, -1))
    return ((up - down) / (up + down))[:, None]


def _ring(outside: list[Tensor], beyond: list[Tensor], sign: int, beta: Tensor) -> Tensor:
    """Return the sum over four centers about a corner, all spins times the sign of the corner.

    It is in units of the same number for both signs.
    """
    one, two, four = (torch.exp(log_cosh(k * beta) - log_cosh(4 * beta)) for k in (0, 2, 4))
    product: list[Tensor] = []
    for field, there in zip(outside, beyond, strict=True):
        aligned = there > 0
        both, mixed, neither = (  # centers up, in units of the corner
            torch.where(aligned, *pair) for pair in ((four, two), (two, one), (one, two))
        )
        with_field, against = (torch.exp(way * sign * field - field.abs()) for way in (1, -1))
        factor = [with_field * both, with_field * mixed, against * mixed, against * neither]
        if product:
            a, b, c, d = product
            p, q, r, s = factor
            factor = [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s]
        product = factor
    return product[0] + product[3]
