r"""Denoising diffusion: the schedule, the loss, and the reverse chain.

The forward process adds noise in N_t steps,

.. math:: q(x_t | x_0) = N(\sqrt{\bar\alpha_t}\, x_0, (1 - \bar\alpha_t) I), \qquad
          \bar\alpha_t = \prod_{s \le t} (1 - \beta_s),

a network estimates the noise, and the reverse chain removes it step by step
(Ho, Jain and Abbeel, NeurIPS 2020; the paper's Eqs. 1 to 7).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

from ising_fidelity.models.common.protocol import Network
from ising_fidelity.models.common.reverse import Before, extrapolated, step

SMALLEST = 0.1
"""Smallest noise over signal of the steps of :func:`multistep_chain`; the signs are known there."""


@dataclass(frozen=True)
class Schedule:
    """The amount of noise that each step adds.

    ``time`` is the network's label of each step, increasing, 1 .. N_t unless respaced; ``beta``, in
    float64, is the variance that the step adds. Both have the shape (steps,).
    """

    time: Tensor
    beta: Tensor

    @classmethod
    def linear(cls, steps: int, start: float, end: float) -> Self:
        """Return the paper's schedule: beta_t linear in t from ``start`` to ``end``."""
        return cls(
            time=torch.arange(1, steps + 1),
            beta=torch.linspace(start, end, steps, dtype=torch.float64),
        )

    def to(self, device: torch.device) -> Self:
        """Return the schedule on a device, where training indexes it."""
        return replace(self, time=self.time.to(device), beta=self.beta.to(device))

    @property
    def alpha_bar(self) -> Tensor:
        """Remaining share of the signal's variance after each step, shape (steps,)."""
        return torch.cumprod(1 - self.beta, dim=0)

    @property
    def alpha_bar_previous(self) -> Tensor:
        """``alpha_bar`` before each step, shape (steps,); 1 before the first."""
        return torch.cat([self.beta.new_ones(1), self.alpha_bar[:-1]])

    @property
    def sigma(self) -> Tensor:
        r"""Noise over signal after each step, :math:`\sqrt{(1 - \bar\alpha) / \bar\alpha}`."""
        return ((1 - self.alpha_bar) / self.alpha_bar).sqrt()

    def training_density(self, times: str) -> Tensor:
        r"""Return the probability of each step in training, shape (steps,), with sum 1.

        Parameters
        ----------
        times
            ``uniform`` (Ho et al., Algorithm 1), or ``focused``: one in five uniform, the others
            with :math:`\ln\sigma` normally distributed about ln 1.5 with width 1, the noise level
            at which spins are decided (as in Karras et al., NeurIPS 2022, Table 1).
        """
        uniform = torch.full_like(self.beta, 1 / len(self.beta))
        if times == "uniform":
            return uniform
        log_sigma = self.sigma.log()
        width = torch.diff(log_sigma, prepend=log_sigma[:1])
        focused = torch.exp(-((log_sigma - math.log(1.5)) ** 2) / 2) * width
        return 0.2 * uniform + 0.8 * focused / focused.sum()

    def respaced(self, steps: int) -> Self:
        r"""Return a schedule of fewer steps through the same noise levels.

        The kept times are evenly spaced, first and last included. Between neighbours s < t,
        :math:`\beta = 1 - \bar\alpha_t / \bar\alpha_s`, so that each level keeps its
        :math:`\bar\alpha` (Nichol and Dhariwal, ICML 2021, Eq. 19).

        Raises
        ------
        ValueError
            Unless 2 <= steps <= the present number of steps.
        """
        self._check(steps)
        return self._kept(
            torch.linspace(0, len(self.time) - 1, steps, dtype=torch.float64).round().long()
        )

    def even_in_noise(self, steps: int) -> Self:
        r"""Return a schedule of about so many steps, evenly spaced in :math:`\ln\sigma`.

        From the largest noise to :data:`SMALLEST`, or the smallest noise above it. Each level is
        one of this schedule, so that there are fewer where this schedule is not fine enough.

        Raises
        ------
        ValueError
            Unless 2 <= steps <= the present number of steps.
        """
        self._check(steps)
        log_sigma = self.sigma.log()
        least = max(math.log(SMALLEST), float(log_sigma[0]))
        wanted = torch.linspace(least, float(log_sigma[-1]), steps, dtype=torch.float64)
        return self._kept((wanted[:, None] - log_sigma).abs().argmin(1).unique())

    def _check(self, steps: int) -> None:
        if not 2 <= steps <= len(self.time):
            raise ValueError(f"a chain of {len(self.time)} steps cannot be respaced to {steps}")

    def _kept(self, kept: Tensor) -> Self:
        """Return a schedule of these steps through the same noise levels."""
        alpha_bar = self.alpha_bar[kept]
        previous = torch.cat([alpha_bar.new_ones(1), alpha_bar[:-1]])
        return type(self)(time=self.time[kept], beta=1 - alpha_bar / previous)


def q_sample(x_0: Tensor, alpha_bar: Tensor, noise: Tensor) -> Tensor:
    """Return x_t, frames of shape (batch, 1, L, L) with their noise at alpha_bar (batch,)."""
    alpha_bar = alpha_bar.to(x_0.device)[:, None, None, None]
    return alpha_bar.sqrt().to(x_0) * x_0 + (1 - alpha_bar).sqrt().to(x_0) * noise


def loss(
    network: Network,
    schedule: Schedule,
    x_0: Tensor,
    temperature: Tensor,
    step: Tensor,
    noise: Tensor,
    prediction: str = "eps",
) -> Tensor:
    r"""Return the mean squared error of the network's prediction.

    The target is the noise (Ho et al., Eq. 14) or, for ``prediction`` ``v``,
    :math:`v = \sqrt{\bar\alpha}\, \epsilon - \sqrt{1 - \bar\alpha}\, x_0` (Salimans and Ho, ICLR
    2022), which weights errors of x_0 equally at all noise levels.

    Parameters
    ----------
    x_0, noise
        Frames of -1 and +1 and normal numbers, shape (batch, 1, L, L); T in J/k_B, shape (batch,).
    step
        Index into the schedule, from 0, shape (batch,), on the schedule's device.
    """
    alpha_bar = schedule.alpha_bar[step]
    x_t = q_sample(x_0, alpha_bar, noise)
    time = schedule.time[step].to(x_0.device)
    target = noise if prediction == "eps" else q_sample(noise, alpha_bar, -x_0)
    return functional.mse_loss(network(x_t, time, temperature), target)


def estimated_noise(
    network: Network,
    schedule: Schedule,
    index: int,
    x: Tensor,
    temperature: Tensor,
    prediction: str,
) -> Tensor:
    """Return eps, for either kind of prediction, for x at one step of the schedule."""
    # Filled on the device, since a copy would wait for it.
    time = torch.full((len(x),), int(schedule.time[index]), device=x.device)
    output = network(x, time, temperature)
    if prediction == "eps":
        return output
    return q_sample(output, schedule.alpha_bar[index].expand(len(x)), x)


def multistep_chain(
    network: Network,
    schedule: Schedule,
    x: Tensor,
    temperature: Tensor,
    generator: torch.Generator,
    prediction: str = "eps",
) -> Iterator[Tensor]:
    """Walk from noise to frames by the stochastic solver of second order of DPM-Solver++.

    The steps are those of a schedule :meth:`Schedule.even_in_noise`. Parameters and what is yielded
    are those of :func:`reverse_chain`; the last frames are the network's mean of s.
    """
    sigma, scale = schedule.sigma.tolist(), schedule.alpha_bar.sqrt().tolist()
    before: Before | None = None
    yield x
    for i in reversed(range(len(schedule.time))):
        noisy = x / scale[i]  # s + sigma z
        eps = estimated_noise(network, schedule, i, x, temperature, prediction)
        mean = (noisy - sigma[i] * eps).clamp(-1, 1)
        if i == 0:
            yield mean
            return
        ahead = extrapolated(mean, sigma[i], sigma[i - 1], before)
        x = scale[i - 1] * step(noisy, ahead, sigma[i], sigma[i - 1], generator)
        before = sigma[i], mean
        yield x


def reverse_chain(
    network: Network,
    schedule: Schedule,
    x: Tensor,
    temperature: Tensor,
    variance: str,
    generator: torch.Generator,
    prediction: str = "eps",
) -> Iterator[Tensor]:
    r"""Walk the reverse chain from noise to frames, one step per iteration.

    .. math:: x_s = \frac{1}{\sqrt{1 - \beta}} \left( x_t - \frac{\beta}{\sqrt{1 - \bar\alpha_t}}
              \epsilon(x_t, t, T) \right) + \sigma z,

    with no noise in the last step (Ho et al., Algorithm 2; the paper's Eqs. 5 to 7).

    Parameters
    ----------
    x
        Standard normal, shape (batch, 1, L, L); T in J/k_B, shape (batch,).
    variance
        The choice of sigma^2: ``beta`` (the paper) or ``posterior``, that of q(x_s | x_t, x_0).

    Yields x at the start and after each step; the last one is the frames.
    """
    alpha_bar, previous = schedule.alpha_bar, schedule.alpha_bar_previous
    yield x
    for i in reversed(range(len(schedule.time))):
        beta, noise_level = schedule.beta[i], 1 - alpha_bar[i]
        eps = estimated_noise(network, schedule, i, x, temperature, prediction)
        mean = (x - float(beta / noise_level.sqrt()) * eps) / float((1 - beta).sqrt())
        if i == 0:
            yield mean
            return
        sigma2: Tensor = beta if variance == "beta" else beta * (1 - previous[i]) / noise_level
        noise = torch.randn(x.shape, generator=generator, device=x.device)
        x = mean + sigma2.sqrt().to(x.dtype) * noise
        yield x
