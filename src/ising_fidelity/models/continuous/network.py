"""The network of the continuous-noise models: rounds of messages on sites, and a U-Net on patches.

What a site learns from its neighbors passes in rounds at full resolution, what comes from afar
through levels of ever larger patches. Everything is local but one vector for each frame, and norms
are those of single sites, so that a network trained on one lattice size can be used on others.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.layers import Convolution, full_precision
from ising_fidelity.models.settings import PatchNetworkSettings, TemperatureInput

FREQUENCIES = 4
"""Waves in ln sigma, up to period 2 pi: with finer ones what is learned at one noise does not help
at the next, and fields go up and down with sigma."""
TRANSITION, WIDTHS = 2.3, (0.1, 0.3, 0.9)
"""Temperature of the transition and widths of steps about it, in J/k_B."""
_Layer = TypeVar("_Layer", nn.Linear, nn.Conv2d)
STRONGEST = 20.0
"""Evidence for a sign, x / sigma^2, beyond which a spin is known to 1 in 10^17."""


class SiteNorm(nn.Module):
    """Layer norm over the channels of every site, without weights."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        sites = x.permute(0, 2, 3, 1)
        return functional.layer_norm(sites, sites.shape[-1:]).permute(0, 3, 1, 2)


class Block(nn.Module):
    """Norm, scale and shift by the frame's vector, and two convolutions 3x3, beside the identity.

    The last convolution begins with zeros, so that an untrained block does nothing.
    """

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.norm = SiteNorm()
        self.modulation = _zeroed(nn.Linear(condition, 2 * channels))
        self.first = Convolution(channels, channels, "circular")
        self.second = Convolution(channels, channels, "circular")
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        y = self.first(functional.silu(torch.addcmul(shift, self.norm(x), 1 + scale)))
        y = self.second(functional.silu(self.norm(y)))
        changed: Tensor = x + y
        return changed


class MessageRound(nn.Module):
    r"""One round in which every site tells its neighbors what it believes.

    Belief propagation on spins sends atanh(tanh(J/T) tanh(y + h)), where y = x / sigma^2 is what a
    site knows from its own x and h what it was told before. Here, with features f in place of h,

    .. math:: f \leftarrow f + W_{3 \times 3} \tanh(a \odot W f + b + c \odot y),

    and a, b, c depend on the frame's vector, which knows noise and temperature.
    """

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.beliefs = nn.Conv2d(channels, channels, 1)
        self.modulation = _zeroed(nn.Linear(condition, 3 * channels))
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
        changed: Tensor = features + self.send(known.tanh())
        return changed


class LinearResponse(nn.Module):
    r"""What is left of every Fourier mode of the frame, if little is left of it.

    Where noise hides all but the uniform mode, the mean of s given x is linear in the others, each
    by itself (Wiener's filter),

    .. math:: D_k = \frac{S_k}{S_k + \sigma^2} x_k, \qquad
              1 / S_k = a (\hat k^2 + \kappa^2)^{7/8}, \quad
              \hat k^2 = 4 \sin^2(k_x / 2) + 4 \sin^2(k_y / 2),

    with the structure factor per site S_k and its power 2 - eta = 7/4 of k at T_c. Convolutions on
    patches are poor at it: modes leak into each other. Every wave has its own a and
    :math:`\kappa^2`, which depend on the frame's vector, and a share in the field, at first 0.
    Convolutions with filters that are even in both directions are diagonal in products of
    cos + sin (Hartley), so that all is real products of matrices.
    """

    def __init__(self, waves: int, condition: int) -> None:
        super().__init__()
        self.modulation = _zeroed(nn.Linear(condition, 3 * waves))
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
    """One vector for each frame: noise, temperature, and the sum over all sites.

    Temperature may enter as T, 1/T, ln T and steps about the transition, where a small change of
    it is a large one of what lies deep in noise. The sum of x / sigma^2 is all that a frame tells
    of its sign while the noise is large, and local layers cannot see it.
    """

    def __init__(self, dimension: int, temperature_as: Sequence[TemperatureInput]) -> None:
        super().__init__()
        self.temperature_as = temperature_as
        of_temperature = sum(len(WIDTHS) if name == "steps" else 1 for name in temperature_as)
        self.layers = nn.Sequential(
            nn.Linear(5 + of_temperature + 2 * FREQUENCIES, dimension),
            nn.SiLU(),
            nn.Linear(dimension, dimension),
            nn.SiLU(),
        )
        self.register_buffer("frequencies", 2.0 ** torch.arange(FREQUENCIES) / 8, persistent=False)

    def forward(self, x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
        """Map frames (batch, 1, L, L), sigma (batch,) and T (batch,) to (batch, dimension)."""
        log_sigma = sigma.log()
        angles = log_sigma[:, None] * self.get_buffer("frequencies")
        total = x.sum(dim=(1, 2, 3)) / sigma**2
        T = temperature.float()
        sums = [total.asinh() / 4, total.tanh(), (total / 4).tanh(), (total / 16).tanh()]
        above = T - TRANSITION
        inputs: dict[TemperatureInput, list[Tensor]] = {
            "T": [above],
            "beta": [1 / T],
            "log": [T.log()],
            "steps": [(above / width).tanh() for width in WIDTHS],
        }
        told = [number for name in self.temperature_as for number in inputs[name]]
        numbers = torch.stack([log_sigma / 4, *told, *sums], dim=1)
        vector: Tensor = self.layers(torch.cat([numbers, angles.sin(), angles.cos()], dim=1))
        return vector


class Blocks(nn.Module):
    """Blocks one after another."""

    def __init__(self, channels: int, condition: int, number: int) -> None:
        super().__init__()
        self.all = nn.ModuleList(Block(channels, condition) for _ in range(number))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Map (batch, channels, L, L) to the same shape."""
        for block in self.all:
            x = block(x, condition)
        return x


class PatchNetwork(nn.Module):
    """A field for every site, as a function of the noisy frame, the noise and the temperature.

    Between rounds of messages at full resolution lies a U-Net: patches of ``patch`` x ``patch``
    sites are its first level's sites; every level below has half the resolution and, up to
    ``widest`` times the width, twice the channels.
    """

    def __init__(self, settings: PatchNetworkSettings) -> None:
        super().__init__()
        self.patch, self.hamiltonian = settings.patch, settings.hamiltonian
        channels, condition = settings.channels, settings.condition
        widths = [
            settings.width * min(2**level, settings.widest) for level in range(settings.levels)
        ]
        self.condition = Condition(condition, settings.temperature_as)
        self.temperature_at = settings.temperature_at
        inputs = 4 + settings.hamiltonian + settings.waves
        self.stem = Convolution(inputs, channels, "circular")
        self.response = LinearResponse(settings.waves, condition) if settings.waves else None

        def rounds() -> nn.ModuleList:
            return nn.ModuleList(MessageRound(channels, condition) for _ in range(settings.rounds))

        def blocks(width: int) -> Blocks:
            return Blocks(width, condition, settings.blocks)

        self.first_rounds, self.last_rounds = rounds(), rounds()
        self.down = nn.ModuleList(map(blocks, widths))
        self.up = nn.ModuleList(map(blocks, widths[:-1]))
        # Each level but the sites' own: its width, that of the level above, and how many of the
        # latter's sites are one of its own.
        pairs = [(channels, widths[0], self.patch**2), *((a, b, 4) for a, b in pairwise(widths))]
        self.shrink = nn.ModuleList(nn.Conv2d(sites * a, b, 1) for a, b, sites in pairs)
        self.grow = nn.ModuleList(nn.Conv2d(b, sites * a, 1) for a, b, sites in pairs)
        self.modulation = _zeroed(nn.Linear(condition, 2 * channels))
        self.output = _zeroed(nn.Conv2d(channels, 1, 1))

    def forward(self, x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
        """Return the field.

        Parameters
        ----------
        x
            Frames with noise of standard deviation sigma, shape (batch, 1, L, L).
        sigma
            Shape (batch,).
        temperature
            Units of J/k_B, shape (batch,).

        Returns
        -------
        Tensor
            Shape (batch, 1, L, L).
        """
        near = afar = self.condition(x, sigma, temperature)
        if self.temperature_at != "everywhere":
            untold = self.condition(x, sigma, torch.full_like(temperature, TRANSITION))
            near, afar = (near, untold) if self.temperature_at == "sites" else (untold, afar)
        noise = sigma[:, None, None, None]
        y = (x / noise**2).clamp(-STRONGEST, STRONGEST)
        # The frame in units of its spread, the mean of every spin as its own x alone has it, and
        # the same with less and with more trust.
        inputs = [x / (1 + noise**2).sqrt(), y.tanh(), (y / 3).tanh(), (3 * y).tanh()]
        if self.hamiltonian:
            around = sum(inputs[1].roll(shift, axis) for axis in (2, 3) for shift in (-1, 1))
            inputs.append(around / temperature[:, None, None, None])
        linear: Tensor | float = 0.0
        if self.response is not None:
            waves, linear = self.response(x, sigma, near)
            inputs.append(waves)
        features = self.stem(torch.cat(inputs, dim=1))
        for messages in self.first_rounds:
            features = messages(features, y, near)
        features = self._from_afar(features, afar)
        for messages in self.last_rounds:
            features = messages(features, y, near)
        scale, shift = self.modulation(near)[:, :, None, None].chunk(2, dim=1)
        field: Tensor = self.output(torch.addcmul(shift, features, 1 + scale))
        return field + linear

    def _from_afar(self, features: Tensor, condition: Tensor) -> Tensor:
        """Add what the levels of patches know."""
        factors = [self.patch] + [2] * (len(self.down) - 1)
        above = []
        for shrink, blocks, factor in zip(self.shrink, self.down, factors, strict=True):
            above.append(features)
            features = shrink(functional.pixel_unshuffle(features, factor))
            features = blocks(features, condition)
        for level in reversed(range(len(factors))):
            grown = self.grow[level](features)
            features = above[level] + functional.pixel_shuffle(grown, factors[level])
            if level:
                features = self.up[level - 1](features, condition)
        return features


def _zeroed(layer: _Layer) -> _Layer:
    """Let a layer begin with zeros."""
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer
