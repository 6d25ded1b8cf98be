r"""Denoising at continuous noise: x = s + sigma z, spins s = -1 or +1, z standard normal.

As sites are binary, the mean of a spin given x is :math:`\tanh(x_i / \sigma^2 + h_i)`, where the
first part is what x says of the site itself and h, the cavity field, what all others say of it. A
network that returns h is trained by cross-entropy; ``edm`` and ``eps`` predictions, trained by
squared error, are there to be compared (T. Karras et al., NeurIPS 2022).
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional

SAMPLERS = ("ancestral", "multistep", "spin", "trapezoid", "gibbs", "heun", "churn")
GIBBS_SWEEPS = 2
"""Sweeps of heat bath at every level, where the sampler is ``gibbs``."""
CHURN = 0.3
"""Noise that ``churn`` adds before every step, as a share of sigma."""

CERTAIN = 1 - 1e-6
"""The largest mean of a spin that a field is named for, as float32 has it."""

Network = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Maps noisy frames (batch, 1, L, L), sigma (batch,), temperatures (batch,) to (batch, 1, L, L)."""


def denoised(
    network: Network, x: Tensor, sigma: Tensor, temperature: Tensor, prediction: str
) -> Tensor:
    """Return the mean of s given x, whatever the network predicts."""
    noise = sigma[:, None, None, None]
    output = network(x, sigma, temperature).float()
    if prediction == "cavity":
        return torch.tanh(x / noise**2 + output)
    if prediction == "eps":
        return x - noise * output
    skip = 1 / (1 + noise**2)
    return skip * x + noise * skip.sqrt() * output


def loss(
    network: Network,
    x: Tensor,
    mean: Tensor,
    sigma: Tensor,
    temperature: Tensor,
    prediction: str,
) -> Tensor:
    """Return the mean loss of a batch.

    ``cavity``: the cross-entropy of spins, in nats per site; ``edm`` and ``eps``: the squared error
    of what the network returns, whose variance is 1 at every noise.

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
    output = network(x, sigma, temperature).float()
    if prediction == "cavity":
        logit = 2 * (x / level**2 + output)
        up, down = functional.softplus(-logit), functional.softplus(logit)
        return ((1 + mean) * up + (1 - mean) * down).mean() / 2
    if prediction == "eps":
        return functional.mse_loss(output, (x - mean) / level)
    skip = 1 / (1 + level**2)
    return functional.mse_loss(output, (mean - skip * x) / (level * skip.sqrt()))


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
        A noisy frame, shape (L, L).
    sigma
        Of its noise.
    candidates
        Shape (number, L, L), with the frame that x was made of.
    both_signs
        Whether the candidates with all signs turned are as likely.
    translations
        Whether the candidates in each other of their L^2 places on the lattice are as likely: L^2
        times the candidates, by Fourier transforms for hardly more.

    Returns
    -------
    Tensor
        Shape (L, L).
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


def levels(steps: int, largest: float, smallest: float = SMALLEST, density: float = 1.0) -> Tensor:
    """Return the noise before each step and after the last, falling, shape (steps + 1,).

    Even in ln sigma where ``density`` is 1; above it, that many times denser about sigma = 1.2.
    """
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
    prediction: str,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    r"""Walk from noise to less noise, one level per iteration.

    With D the mean of s given x at sigma, the next x, at sigma' < sigma, is

    .. math:: x' = \frac{\sigma'^2}{\sigma^2} x + \Bigl(1 - \frac{\sigma'^2}{\sigma^2}\Bigr) D
              + \sqrt{v} z, \qquad v = \sigma'^2 \Bigl(1 - \frac{\sigma'^2}{\sigma^2}\Bigr).

    Parameters
    ----------
    x
        Noise of the first level, shape (batch, 1, L, L).
    sigmas
        See :func:`levels`.
    sampler
        ``ancestral``; ``multistep``, where D is carried on to the middle of the step along ln sigma
        from its last two values (C. Lu et al., DPM-Solver++, 2022, the stochastic solver of second
        order); ``spin``, where in place of D each site's spin is drawn with that mean, which
        adds what s still varies; ``trapezoid``, the same, then half of what the change of the
        cavity fields by the end of the step does to D there: independent spins are drawn exactly,
        and correlations between spins to second order (one evaluation per step and one more, as
        the next step begins with these fields); ``gibbs``, where the spins of ``spin`` are also
        given sweeps of heat bath in the field x / sigma^2, which is told the Hamiltonian;
        ``heun``, the deterministic one of second order, with two evaluations per step; ``churn``,
        the same after adding noise again.

    Yields
    ------
    Tensor
        x at every level, the first included.
    """
    yield x
    before: tuple[float, Tensor] | None = None
    field: Tensor | None = None
    for now, then in zip(sigmas[:-1].tolist(), sigmas[1:].tolist(), strict=True):
        if sampler in ("heun", "churn"):
            if sampler == "churn":
                more = now * (1 + CHURN)
                extra = math.sqrt(more**2 - now**2)
                x = x + extra * _normal(x, generator)
                now = more
            slope = (x - _at(network, x, now, temperature, prediction)) / now
            guess = x + (then - now) * slope
            other = (guess - _at(network, guess, then, temperature, prediction)) / then
            x = x + (then - now) * (slope + other) / 2
        elif sampler == "trapezoid":
            if field is None:
                field = _field(network, x, now, temperature, prediction)
            spins = _drawn(torch.tanh(x / now**2 + field), generator)
            x = _step(x, spins, now, then, generator)
            own, later = x / then**2, _field(network, x, then, temperature, prediction)
            change = torch.tanh(own + later) - torch.tanh(own + field)
            x = x + (1 - (then / now) ** 2) / 2 * change
            field = later
        else:
            mean = _at(network, x, now, temperature, prediction)
            if sampler in ("spin", "gibbs"):
                mean = _drawn(mean, generator)
            if sampler == "gibbs":
                mean = _heat_bath(mean, x / now**2, float(temperature[0]), generator)
            elif sampler == "multistep":
                last, before = before, (now, mean)
                if last is not None:
                    ahead = math.log(now / then) / math.log(last[0] / now) / 2
                    mean = (mean + ahead * (mean - last[1])).clamp(-1, 1)
            x = _step(x, mean, now, then, generator)
        yield x


def _step(x: Tensor, mean: Tensor, now: float, then: float, generator: torch.Generator) -> Tensor:
    """Return x with less noise, with ``mean`` for the frame behind it."""
    kept = (then / now) ** 2
    x = kept * x + (1 - kept) * mean
    return x + then * math.sqrt(1 - kept) * _normal(x, generator)


def _at(network: Network, x: Tensor, sigma: float, temperature: Tensor, prediction: str) -> Tensor:
    return denoised(network, x, x.new_full((len(x),), sigma), temperature, prediction)


def _field(
    network: Network, x: Tensor, sigma: float, temperature: Tensor, prediction: str
) -> Tensor:
    """Return the cavity field, whatever the network predicts."""
    if prediction == "cavity":
        return network(x, x.new_full((len(x),), sigma), temperature).float()
    mean = _at(network, x, sigma, temperature, prediction)
    return torch.atanh(mean.clamp(-CERTAIN, CERTAIN)) - x / sigma**2


def _drawn(mean: Tensor, generator: torch.Generator) -> Tensor:
    """Return independent spins with these means."""
    chance = torch.rand(mean.shape, generator=generator, device=mean.device)
    return torch.where(2 * chance < 1 + mean, 1.0, -1.0)


def _heat_bath(
    spins: Tensor, field: Tensor, temperature: float, generator: torch.Generator
) -> Tensor:
    """Return spins (batch, 1, L, L) after heat bath in a field, all frames at one temperature."""
    from ising_fidelity import montecarlo  # compiled, and not there on every GPU machine

    seed = torch.randint(2**62, (1,), generator=generator, device=generator.device)
    start = spins[:, 0].to(torch.int8).cpu().numpy()
    drawn = montecarlo.gibbs(start, field[:, 0].cpu().numpy(), temperature, GIBBS_SWEEPS, int(seed))
    return torch.from_numpy(drawn)[:, None].to(spins)


def _normal(like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=generator, device=like.device)
