"""Exact ln q of frames, and sampling of frames with their ln q.

``on`` are the levels that a network samples, coarse before fine, see :func:`.levels`. If they end
at spacing 2, the finest lattice is in closed form.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.models.autoregressive import decimation
from ising_fidelity.models.autoregressive.groups import Level


def surprise(
    network: nn.Module,
    on: Sequence[Level],
    spins: Tensor,
    temperature: Tensor,
    generator: torch.Generator,
    means: Tensor | None = None,
) -> Tensor:
    """Return an unbiased estimate of -ln q of each frame, from one random group of every level.

    Maps spins (batch, 1, L, L) of -1 and +1 and T (batch,) in J/k_B to nats (batch,), without the
    finest lattice if that is in closed form. ``means`` of the corners, see :func:`.corner_means`,
    replace the spins as targets.
    """
    total = torch.zeros_like(temperature)
    for level in on:
        which = level.chance.multinomial(len(spins), True, generator=generator)
        new, s = level.new[which], spins[..., :: level.spacing, :: level.spacing]
        field = network(s, level.known[which], new, level.spacing, temperature)
        mean = s
        if means is not None:
            mean = means[..., :: level.spacing // 2, :: level.spacing // 2]
        up, down = functional.softplus(-2 * field), functional.softplus(2 * field)
        of_group = (new * ((1 + mean) * up + (1 - mean) * down)).sum(dim=(1, 2, 3)) / 2
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
    return total if on[-1].spacing == 1 else total + decimation.log_probability(spins, temperature)


def draw(
    network: nn.Module,
    on: Sequence[Level],
    lattice_size: int,
    temperature: Tensor,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Return frames of -1 and +1, shape (batch, 1, L, L), and ln q of each, shape (batch,).

    T (batch,) is in J/k_B, ln q in nats and double precision.
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
    if on[-1].spacing == 1:
        return spins, total
    spins, of_finest = decimation.draw(spins[..., ::2, ::2], temperature, generator)
    return spins, total + of_finest


def _log_odds_of(s: Tensor, field: Tensor, new: Tensor) -> Tensor:
    """Return ln of the probability of every new spin, shape (batch, sites of the group)."""
    sites = new[0] > 0
    return functional.logsigmoid(2 * (s * field)[:, 0, sites].double())
