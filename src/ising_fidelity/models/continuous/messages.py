"""Layers of the patch network: messages between neighbors, linear response, condition."""

import math

import torch
from torch import Tensor, nn

from ising_fidelity.lattice import CRITICAL_TEMPERATURE
from ising_fidelity.models.common.blocks import zeroed
from ising_fidelity.models.common.layers import Convolution, full_precision

FREQUENCIES = 4
"""Fourier features in ln sigma, up to period 2 pi: finer ones do not generalise from one noise
level to the next, and fields would oscillate with sigma."""

TRANSITION, WIDTHS = 2.3, (0.1, 0.3, 0.9)
"""Temperature of the transition and widths of steps about it, in J/k_B."""

VISIBLE = 8.0
"""Signal-to-noise ratio of a patch's sum at which :func:`hidden` is 1/2."""

SCALED_WIDTHS = 0.7, 3.0, 12.0
"""Widths of steps about T_c, in J/k_B times the side of a patch; the correlation length of the
infinite lattice above T_c is about 1.3 / (T - T_c)."""


class MessageRound(nn.Module):
    r"""One round of messages from every site to its neighbors.

    Belief propagation on spins sends atanh(tanh(J/T) tanh(y + h)), where y = x / sigma^2 is the
    evidence of a site's own x, and h the sum of earlier messages. Here, with features f for h,

    .. math:: f \leftarrow f + W_{3 \times 3} \tanh(a \odot W f + b + c \odot y),

    where a, b, c depend on the frame's condition vector of noise and temperature.
    """

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.beliefs = nn.Conv2d(channels, channels, 1)
        self.modulation = zeroed(nn.Linear(condition, 3 * channels))
        signs = 1.0 - 2.0 * (torch.arange(channels) % 2)
        self.evidence = nn.Parameter(signs * torch.linspace(0.25, 2, channels))
        self.send = Convolution(channels, channels, "circular")
        with torch.no_grad():
            self.send.weight.mul_(0.3)

    def forward(self, features: Tensor, y: Tensor, condition: Tensor) -> Tensor:
        """Map features (batch, channels, L, L), evidence (batch, 1, L, L) to new features."""
        scale, shift, trust = self.modulation(condition)[:, :, None, None].chunk(3, dim=1)
        told = torch.addcmul(shift, self.beliefs(features), 1 + scale)
        known = torch.addcmul(told, y, (1 + trust) * self.evidence[None, :, None, None])
        return features + self.send(known.tanh())


class LinearResponse(nn.Module):
    r"""The linear response to every Fourier mode of the frame, for large noise.

    If noise hides all modes except the uniform one, the mean of s given x is linear in the others,
    each by itself (Wiener's filter),

    .. math:: D_k = \frac{S_k}{S_k + \sigma^2} x_k, \qquad
              1 / S_k = a (\hat k^2 + \kappa^2)^{7/8}, \quad
              \hat k^2 = 4 \sin^2(k_x / 2) + 4 \sin^2(k_y / 2),

    where S_k is the structure factor per site, with the power 2 - eta = 7/4 of k at T_c.
    Convolutions on patches approximate it poorly: modes leak into each other. Every wave has its
    own a and :math:`\kappa^2`, which depend on the condition vector, and a share in the field,
    initially 0. Convolutions with filters that are even in both directions are diagonal in products
    of cos + sin (Hartley transform), so that only real matrix products are needed.
    """

    def __init__(self, waves: int, condition: int) -> None:
        super().__init__()
        self.modulation = zeroed(nn.Linear(condition, 3 * waves))
        self.register_buffer("log_mass", torch.linspace(-7, 1, waves), persistent=False)

    def forward(self, x: Tensor, sigma: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Map (batch, 1, L, L) to waves (batch, waves, L, L) and their field (batch, 1, L, L)."""
        stiffness, mass, share = self.modulation(condition).unflatten(1, (3, -1)).unbind(1)
        with full_precision(x):
            sites = torch.arange(x.shape[-1], device=x.device)
            angles = 2 * math.pi / len(sites) * (torch.outer(sites, sites) % len(sites))
            basis = (angles.cos() + angles.sin()) / math.sqrt(len(sites))
            along = 2 - 2 * angles[1].cos()
            square = along[:, None] + along
            a = stiffness.float().clamp(-8, 8).exp()[:, :, None, None]
            mass = (self.get_buffer("log_mass") + mass.float()).clamp(-14, 8).exp()
            inverse = a * (square + mass[:, :, None, None]) ** (7 / 8)
            kept = 1 / (1 + sigma[:, None, None, None] ** 2 * inverse)
            waves = basis @ (kept * (basis @ x.float() @ basis)) @ basis
            field: Tensor = (share.float()[:, :, None, None] * waves).sum(1, keepdim=True)
        return waves, field


class Condition(nn.Module):
    """One vector per frame: noise, temperature, and the sum over all sites.

    Temperature enters as T, 1/T, ln T and steps about the transition: at high noise, a small change
    of temperature there has a large effect. The sum of x / sigma^2 is all the information about a
    frame's sign at large noise, and local layers cannot compute it.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        of_temperature = 3 + len(WIDTHS)
        self.layers = nn.Sequential(
            nn.Linear(5 + of_temperature + 2 * FREQUENCIES, dimension),
            nn.SiLU(),
            nn.Linear(dimension, dimension),
            nn.SiLU(),
        )
        self.register_buffer("frequencies", 2.0 ** torch.arange(FREQUENCIES) / 8, persistent=False)

    def forward(
        self, x: Tensor, sigma: Tensor, temperature: Tensor, share: Tensor | float = 1.0
    ) -> Tensor:
        """Map frames (batch, 1, L, L), sigma (batch,) and T (batch,) to (batch, dimension).

        The sum over all sites is told in this share.
        """
        log_sigma = sigma.log()
        angles = log_sigma[:, None] * self.get_buffer("frequencies")
        total = x.sum(dim=(1, 2, 3)) / sigma**2
        T = temperature.float()
        sums = [total.asinh() / 4, total.tanh(), (total / 4).tanh(), (total / 16).tanh()]
        sums = [share * number for number in sums]
        above = T - TRANSITION
        told = [above, 1 / T, T.log(), *((above / width).tanh() for width in WIDTHS)]
        numbers = torch.stack([log_sigma / 4, *told, *sums], dim=1)
        return self.layers(torch.cat([numbers, angles.sin(), angles.cos()], dim=1))


def hidden(sigma: Tensor, side: int) -> Tensor:
    r"""Return how far noise hides patches of this side: 0 for small sigma, 1 for large, (batch,).

    The sum of a patch, about :math:`b^{15/8}` at T_c, is hidden by noise of :math:`b \sigma`. What
    is not hidden is known from the patch itself, and the lattice around it matters little.
    """
    ratio = (VISIBLE * sigma / side ** (7 / 8)) ** 4
    return ratio / (1 + ratio)


class ScaleCondition(nn.Module):
    r"""A summand of the condition vector for patches of side b on a lattice of side L.

    Near T_c, patches of all sides are alike in scaled variables: noise
    :math:`\sigma / b^{7/8}`, since the sum of a patch grows as :math:`b^{15/8}` and its noise as b,
    and temperature :math:`(T - T_c) b`. The same variables with L for b describe the whole lattice,
    where noise hides it. A network that is told these alone, and 1/b for what is not alike, can be
    used on lattices larger than those of its training.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        numbers = 2 * (1 + 2 * FREQUENCIES) + 2 * len(SCALED_WIDTHS) + 2 + 3
        self.layers = nn.Sequential(
            nn.Linear(numbers, dimension), nn.SiLU(), nn.Linear(dimension, dimension)
        )
        self.register_buffer("frequencies", 2.0 ** torch.arange(FREQUENCIES) / 8, persistent=False)

    def forward(self, x: Tensor, sigma: Tensor, temperature: Tensor, side: int) -> Tensor:
        """Map frames (batch, 1, L, L), sigma and T (batch,), b to (batch, dimension)."""
        size = x.shape[-1]
        distance = temperature.float() - CRITICAL_TEMPERATURE
        total = x.sum(dim=(1, 2, 3)) / (sigma**2 * size ** (1 / 8))
        of_lattice = [total.asinh() / 4, total.tanh(), (total / 4).tanh()]
        of_lattice += self._numbers(sigma, distance, size)
        share = hidden(sigma, size)
        numbers = self._numbers(sigma, distance, side) + [share * number for number in of_lattice]
        return self.layers(torch.stack(numbers, dim=1))

    def _numbers(self, sigma: Tensor, distance: Tensor, length: int) -> list[Tensor]:
        """Return noise and distance from T_c, (batch,) each, in scaled variables of a length."""
        log_sigma = sigma.log() - 7 / 8 * math.log(length)
        angles = log_sigma[:, None] * self.get_buffer("frequencies")
        return [
            log_sigma / 4,
            torch.full_like(sigma, 1 / length),
            *((distance * length / width).tanh() for width in SCALED_WIDTHS),
            *angles.sin().unbind(1),
            *angles.cos().unbind(1),
        ]
