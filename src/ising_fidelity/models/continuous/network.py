"""The network of the continuous-noise models: message rounds on sites, and a U-Net on patches.

Short-range information passes in rounds at full resolution, long-range information through levels
of increasingly large patches. Everything is local except one vector per frame, and norms are over
single sites, so that a network trained on one lattice size can be used on others.
"""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.common.blocks import Blocks, zeroed
from ising_fidelity.models.common.layers import Convolution
from ising_fidelity.models.continuous.messages import (
    Condition,
    LinearResponse,
    MessageRound,
    ScaleCondition,
    hidden,
)
from ising_fidelity.models.continuous.settings import ContinuousSettings, PatchNetworkSettings

COARSEST = 2
"""Patches along the lattice at the last level of a recursive network."""

STRONGEST = 20.0
"""Evidence for a sign, x / sigma^2, beyond which a spin is known to 1 in 10^17."""


class PatchNetwork(nn.Module):
    """A field for every site, as a function of the noisy frame, the noise and the temperature.

    A U-Net lies between rounds of messages at full resolution. Its first level has patches of
    ``patch`` x ``patch`` sites. Every lower level has half the resolution and twice the channels,
    up to ``widest`` times the width. If ``recursive``, there are as many levels as lead to
    :data:`COARSEST` x COARSEST patches, and all further levels have the weights of the last one.
    """

    def __init__(self, settings: PatchNetworkSettings) -> None:
        super().__init__()
        self.patch = settings.patch
        channels, condition = settings.channels, settings.condition
        widths = [
            settings.width * min(2**level, settings.widest) for level in range(settings.levels)
        ]
        self.condition = Condition(condition)
        self.scale = ScaleCondition(condition) if settings.recursive else None
        inputs = 4 + settings.waves
        self.stem = Convolution(inputs, channels, "circular")
        self.response = LinearResponse(settings.waves, condition) if settings.waves else None

        def rounds() -> nn.ModuleList:
            return nn.ModuleList(MessageRound(channels, condition) for _ in range(settings.rounds))

        def blocks(width: int) -> Blocks:
            return Blocks(width, condition, settings.blocks)

        self.first_rounds, self.last_rounds = rounds(), rounds()
        self.down = nn.ModuleList(map(blocks, widths))
        self.up = nn.ModuleList(map(blocks, widths[:-1]))
        # For each level of patches: the width above, its own width, and how many sites above are
        # one of its own.
        pairs = [(channels, widths[0], self.patch**2), *((a, b, 4) for a, b in pairwise(widths))]
        self.shrink = nn.ModuleList(nn.Conv2d(sites * a, b, 1) for a, b, sites in pairs)
        self.grow = nn.ModuleList(nn.Conv2d(b, sites * a, 1) for a, b, sites in pairs)
        self.modulation = zeroed(nn.Linear(condition, 2 * channels))
        self.output = zeroed(nn.Conv2d(channels, 1, 1))

    def forward(self, x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
        """Map s + sigma z (batch, 1, L, L), sigma and T (batch,), in J/k_B, to fields (as x)."""
        at_side = self._conditions(x, sigma, temperature)
        condition = at_side(1)
        noise = sigma[:, None, None, None]
        y = (x / noise**2).clamp(-STRONGEST, STRONGEST)
        # The frame in units of its spread, the mean of every spin given only its own x, and the
        # same with less and with more evidence.
        inputs = [x / (1 + noise**2).sqrt(), y.tanh(), (y / 3).tanh(), (3 * y).tanh()]
        linear: Tensor | float = 0.0
        if self.response is not None:
            waves, linear = self.response(x, sigma, condition)
            inputs.append(waves)
        features = self.stem(torch.cat(inputs, dim=1))
        for messages in self.first_rounds:
            features = messages(features, y, condition)
        features = self._from_afar(features, sigma, at_side)
        for messages in self.last_rounds:
            features = messages(features, y, condition)
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        field: Tensor = self.output(torch.addcmul(shift, features, 1 + scale))
        return field + linear

    def _conditions(self, x: Tensor, sigma: Tensor, temperature: Tensor) -> Callable[[int], Tensor]:
        """Return the function from the side of a patch to the condition vectors at this scale."""
        if self.scale is None:
            same = self.condition(x, sigma, temperature)
            return lambda side: same
        scale = self.scale
        everywhere = self.condition(x, sigma, temperature, hidden(sigma, x.shape[-1]))
        return lambda side: everywhere + scale(x, sigma, temperature, side)

    def _factors(self, size: int) -> list[int]:
        """Return how many sites of the level above are along a patch of each level."""
        factors: list[int] = [self.patch]
        if self.scale is None:
            return factors + [2] * (len(self.down) - 1)
        places = size // self.patch
        while places > COARSEST and places % 2 == 0:
            factors.append(2)
            places //= 2
        return factors

    def _from_afar(
        self, features: Tensor, sigma: Tensor, at_side: Callable[[int], Tensor]
    ) -> Tensor:
        """Add the output of the levels of patches."""
        factors = self._factors(features.shape[-1])
        last = len(self.down) - 1
        above, conditions, sides, side = [], [], [], 1
        for level, factor in enumerate(factors):
            above.append(features)
            side *= factor
            sides.append(side)
            conditions.append(at_side(side))
            features = self.shrink[min(level, last)](functional.pixel_unshuffle(features, factor))
            features = self.down[min(level, last)](features, conditions[level])
        for level in reversed(range(len(factors))):
            grown = self.grow[min(level, last)](features)
            if self.scale is not None:
                grown = hidden(sigma, sides[level])[:, None, None, None] * grown
            features = above[level] + functional.pixel_shuffle(grown, factors[level])
            if level:
                features = self.up[min(level, last) - 1](features, conditions[level - 1])
        return features


def build(settings: ContinuousSettings, lattice_size: int) -> PatchNetwork:
    """Return the untrained network; it does not depend on L."""
    return PatchNetwork(settings.network)
