r"""Denoising at continuous noise: x = s + sigma z, spins s = -1 or +1, z standard normal.

As sites are binary, the mean of a spin given x is :math:`\tanh(x_i / \sigma^2 + h_i)`. The first
term is the information in the site's own x. The cavity field h is the information in all others. A
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
    """Return the cross-entropy of spins, averaged over a batch, in nats per site.

    Parameters
    ----------
    x
        Noisy frames, shape (batch, 1, L, L).
    mean
        The clean frames of -1 and +1, or means of such frames given x, shape of ``x``: both
        give the same network on average.
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
    r"""Return the mean of s given x, if all candidate frames are equally likely.

    .. math:: \sum_n w_n s_n, \qquad w_n \propto \exp(x \cdot s_n / \sigma^2).

    The frame from which x was made is a sample of s given x, with a large variance at high noise.
    The mean over frames of the same temperature has the same expectation and less variance (Y. Xu,
    S. Tong and T. Jaakkola, Stable target field, ICLR 2023).

    Parameters
    ----------
    x
        A frame with noise ``sigma``, shape (L, L), as the mean.
    candidates
        Shape (number, L, L), including the frame from which x was made.
    both_signs
        Whether globally flipped candidates are equally likely.
    translations
        Whether all L^2 translations of candidates are equally likely: L^2 times the candidates, at
        little extra cost by Fourier transforms.
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
    """Return the weight of each candidate, minus that of its global flip."""
    if not both_signs:
        return overlap.softmax(0)
    plus, minus = torch.cat([overlap, -overlap]).softmax(0).chunk(2)
    return plus - minus


def random_sigma(
    count: int, largest: float, center: float, width: float, generator: torch.Generator
) -> Tensor:
    """Return noise levels for training, shape (count,).

    One in four is uniform in ln sigma up to the largest. The others are log-normal about ``center``
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
"""Noise at which all but one in millions of spins are known."""
