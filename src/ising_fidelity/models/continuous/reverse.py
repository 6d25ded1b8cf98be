"""The reverse chain at continuous noise, and its noise levels."""

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from ising_fidelity.models.common.protocol import Network
from ising_fidelity.models.common.reverse import Before, extrapolated, step
from ising_fidelity.models.continuous.objective import SMALLEST

LAST = 0.45
"""Noise of the last evaluation by ``trapezoid``. The spins given x are then nearly independent."""


def levels(steps: int, largest: float, sampler: str, density: float = 1.0) -> Tensor:
    """Return the noise before each step and after the last, falling, shape (steps + 1,).

    Uniform in ln sigma if ``density`` is 1; above it, that many times denser about sigma = 1.2.
    The last step of ``trapezoid`` leads from :data:`LAST` to spins without noise.
    """
    if sampler == "trapezoid":
        return torch.cat([_falling(steps - 1, largest, LAST, density), torch.zeros(1)])
    return _falling(steps, largest, SMALLEST, density)


def _falling(steps: int, largest: float, smallest: float, density: float) -> Tensor:
    fine = torch.linspace(math.log(largest), math.log(smallest), 4001, dtype=torch.float64)
    weight = 1 + (density - 1) * torch.exp(-((fine - math.log(1.2)) ** 2) / (2 * 0.8**2))
    place = torch.cat([weight.new_zeros(1), torch.cumsum((weight[1:] + weight[:-1]) / 2, 0)])
    wanted = torch.linspace(0, float(place[-1]), steps + 1, dtype=torch.float64)
    index = torch.searchsorted(place, wanted).clamp(1, len(fine) - 1)
    share = (wanted - place[index - 1]) / (place[index] - place[index - 1])
    return (fine[index - 1] + share * (fine[index] - fine[index - 1])).exp()


def reverse_chain(
    network: Network,
    x: Tensor,
    sigmas: Tensor,
    temperature: Tensor,
    sampler: str,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Walk from high to low noise, one level per iteration.

    With D the mean of s given x, each step is :func:`.step`.

    Parameters
    ----------
    x
        Noise of the first level, shape (batch, 1, L, L).
    sigmas
        See :func:`levels`.
    sampler
        ``trapezoid``: each spin is sampled with mean D, and the sample replaces D. Then about half
        of the change in D that is due to the change of the cavity fields over the step is added,
        see :func:`_share`. Independent spins are exact in any number of steps, correlations
        between spins are of second order. It takes one evaluation per step, as the next step
        starts with these fields, and the last one has no noise after it.
        ``multistep``: D is extrapolated, see :func:`.extrapolated`.

    Yields x at every level, the first included.
    """
    steps = {"trapezoid": _trapezoid, "multistep": _multistep}[sampler]
    yield x
    yield from steps(network, x, sigmas.tolist(), temperature, generator)


def _trapezoid(
    network: Network, x: Tensor, sigmas: list[float], T: Tensor, generator: torch.Generator
) -> Iterator[Tensor]:
    field = _at(network, x, sigmas[0], T)
    for now, then in pairwise(sigmas):
        mean = torch.tanh(x / now**2 + field)
        x = step(x, _sampled(mean, generator), now, then, generator)
        if then:
            own, later = x / then**2, _at(network, x, then, T)
            change = torch.tanh(own + later) - torch.tanh(own + field)
            x = x + _share(mean, now, then) * change
            field = later
        yield x


def _share(mean: Tensor, now: float, then: float) -> Tensor:
    r"""Return the share of the change in D that is added to x, shape (batch, 1, 1, 1).

    Given x, a mode of the spins has a variance C, and that of x after the step should be
    :math:`w^2 C + w \sigma'^2`, :math:`w = 1 - \sigma'^2 / \sigma^2`. Sampled spins have the
    variance v of single spins in place of C. The change is the response
    :math:`\partial D' / \partial x' = (C' - v') / \sigma'^2` to this random part of x, so that the
    share a has to fulfill

    .. math:: \bigl(1 + a (C' - v') / \sigma'^2\bigr)^2 = \frac{w C + \sigma'^2}{w v + \sigma'^2}.

    For modes of large domains, :math:`C = \sigma^2` and :math:`C' = \sigma'^2`. With
    :math:`v' / \sigma'^2 = v / \sigma^2` and :math:`f = 1 - w + w v / \sigma^2`,

    .. math:: a = \frac{w}{f + \sqrt f}.

    It is w/2 for small steps, for all modes.
    """
    w = 1 - (then / now) ** 2
    v = (1 - mean.square()).mean(dim=(1, 2, 3), keepdim=True)
    f = 1 - w + w * v / now**2
    return w / (f + f.sqrt())


def _multistep(
    network: Network, x: Tensor, sigmas: list[float], T: Tensor, generator: torch.Generator
) -> Iterator[Tensor]:
    before: Before | None = None
    for now, then in pairwise(sigmas):
        mean = torch.tanh(x / now**2 + _at(network, x, now, T))
        x = step(x, extrapolated(mean, now, then, before), now, then, generator)
        before = now, mean
        yield x


def _at(network: Network, x: Tensor, sigma: float, temperature: Tensor) -> Tensor:
    """Return the cavity field of all frames at one noise level."""
    return network(x, x.new_full((len(x),), sigma), temperature).float()


def _sampled(mean: Tensor, generator: torch.Generator) -> Tensor:
    """Return independent spins with these means."""
    chance = torch.rand(mean.shape, generator=generator, device=mean.device)
    return torch.where(2 * chance < 1 + mean, 1.0, -1.0)
