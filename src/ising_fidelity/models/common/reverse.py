"""Steps from high to low noise, for x = s + sigma z."""

import math

import torch
from torch import Tensor

Before = tuple[float, Tensor]
"""The noise level and the mean of s of the step before."""


def step(x: Tensor, mean: Tensor, now: float, then: float, generator: torch.Generator) -> Tensor:
    r"""Return x at lower noise, with ``mean`` as the estimate of the clean frame.

    .. math:: x' = \frac{\sigma'^2}{\sigma^2} x + \Bigl(1 - \frac{\sigma'^2}{\sigma^2}\Bigr) D
              + \sqrt{v} z, \qquad v = \sigma'^2 \Bigl(1 - \frac{\sigma'^2}{\sigma^2}\Bigr).
    """
    kept = (then / now) ** 2
    x = kept * x + (1 - kept) * mean
    z = torch.randn(x.shape, generator=generator, device=x.device)
    return x + then * math.sqrt(1 - kept) * z


def extrapolated(mean: Tensor, now: float, then: float, before: Before | None) -> Tensor:
    """Return the mean of s in the middle of a step along ln sigma, from its last two values.

    C. Lu et al., DPM-Solver++, 2022, the stochastic solver of second order. Means are between -1
    and +1.
    """
    if before is None:
        return mean
    ahead = math.log(now / then) / math.log(before[0] / now) / 2
    return (mean + ahead * (mean - before[1])).clamp(-1, 1)
