r"""Denoising at continuous noise: x = s + sigma z, spins s = -1 or +1, z standard normal.

As sites are binary, the mean of a spin given x is :math:`\tanh(x_i / \sigma^2 + h_i)`, where the
first part is what x says of the site itself and h, the cavity field, what all others say of it. A
network returns h and is trained by cross-entropy.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from ising_fidelity.models.common.protocol import Network


def denoised(network: Network, x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
    """Return the mean of s given x."""
    field = network(x, sigma, temperature).float()
    return torch.tanh(x / sigma[:, None, None, None] ** 2 + field)


def loss(network: Network, x: Tensor, mean: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
    """Return the cross-entropy of spins, the mean of a batch, in nats per site.

    Parameters
    ----------
    x
        Noisy frames, shape (batch, 1, L, L).
    mean
        The frames of -1 and +1 behind them, or means of such frames given x, the shape of ``x``:
        on average both lead to the same network.
    sigma, temperature
        Shape (batch,).
    """
    level = sigma[:, None, None, None]
    logit = 2 * (x / level**2 + network(x, sigma, temperature).float())
    up, down = functional.softplus(-logit), functional.softplus(logit)
    return ((1 + mean) * up + (1 - mean) * down).mean() / 2


def mean_of_candidates(
    x: Tensor, sigma: Tensor, candidates: Tensor, both_signs: bool, translations: bool = False
) -> Tensor:
    r"""Return the mean of s given x if s is one of some frames, each as likely as the others.

    .. math:: \sum_n w_n s_n, \qquad w_n \propto \exp(x \cdot s_n / \sigma^2).

    A frame that x was made of is a draw of s given x, and a poor one where noise is large. Among
    frames of its temperature this mean has the same average, and less variance (Y. Xu, S. Tong and
    T. Jaakkola, Stable target field, ICLR 2023).

    Parameters
    ----------
    x
        A frame with noise ``sigma``, shape (L, L), that of the mean.
    candidates
        Shape (number, L, L), with the frame that x was made of.
    both_signs
        Whether the candidates with all signs turned are as likely.
    translations
        Whether the candidates in each other of their L^2 places on the lattice are as likely: L^2
        times the candidates, by Fourier transforms for hardly more.
    """
    if not translations:
        frames = candidates.flatten(1).float()
        weights = _weights(frames @ x.flatten() / sigma**2, both_signs)
        return (weights @ frames).view_as(x)
    waves = torch.fft.rfft2(candidates.float())
    overlap = torch.fft.irfft2(waves.conj() * torch.fft.rfft2(x), s=x.shape)
    weights = _weights(overlap.flatten() / sigma**2, both_signs).view_as(overlap)
    return torch.fft.irfft2((torch.fft.rfft2(weights) * waves).sum(0), s=x.shape)


def _weights(overlap: Tensor, both_signs: bool) -> Tensor:
    """Return the weight of each candidate, less that of its negative."""
    if not both_signs:
        return overlap.softmax(0)
    plus, minus = torch.cat([overlap, -overlap]).softmax(0).chunk(2)
    return plus - minus


def random_sigma(
    count: int, largest: float, center: float, width: float, generator: torch.Generator
) -> Tensor:
    """Return noise to train on, shape (count,).

    One in four is even in ln sigma up to the largest, the others are log-normal about ``center``
    with ``width``, where spins are decided.
    """
    device = generator.device
    even = torch.rand(count, generator=generator, device=device)
    normal = torch.randn(count, generator=generator, device=device)
    which = torch.rand(count, generator=generator, device=device) < 0.25
    low, high = math.log(SMALLEST), math.log(largest)
    log_sigma = torch.where(which, low + (high - low) * even, math.log(center) + width * normal)
    return log_sigma.clamp(low, high).exp()


SMALLEST = 0.2
"""Noise at which every spin is known but for one in millions."""
