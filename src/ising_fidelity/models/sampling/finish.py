"""The Gibbs finish: heat-bath sweeps replace the end of the reverse chain."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.chain import ChainSampler
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.sampling.protocol import Request, batches, check_size, device_of


@dataclass(frozen=True)
class Noisy:
    """The state of a chain that is stopped before its end.

    ``x`` is s + sigma z with the remaining noise ``sigma``, and ``mean`` the network's mean of s
    given x, both of shape (frames, L, L).
    """

    x: NDArray[np.float32]
    sigma: float
    mean: NDArray[np.float32]


@torch.inference_mode()
def draw_noisy(
    model: Model,
    temperature: float,
    frames: int,
    lattice_size: int,
    seed: int,
    chain: Chain,
    sigma: float,
) -> Noisy:
    """Return the state of the reverse chain after the first step to noise of at most ``sigma``.

    Raises
    ------
    InputError
        As :func:`draw`, or if the model has no chain, or its chain never reaches such noise.
    """
    sampler = family_of(model.settings).make_sampler()
    if not isinstance(sampler, ChainSampler):
        raise InputError(
            f"finish_sigma: a model of family {model.settings.family} has no chain to stop; "
            "allowed are diffusion models"
        )
    check_size(model.settings.unit, lattice_size)
    levels = sampler.noise_levels(model.settings, lattice_size, chain)
    least = min(level for level in levels if level)
    if not least <= sigma <= levels[0]:
        raise InputError(
            f"finish_sigma: {sigma}; allowed are {least:.4g} to {levels[0]:.4g}, the noise of "
            "this chain"
        )
    noisy, means = [], []
    for size, generator in batches(frames, lattice_size, device_of(model), seed):
        x, left = sampler.until(
            model, Request(temperature, size, lattice_size, generator, chain), sigma
        )
        noisy.append(x)
        means.append(sampler.mean(model, x, left, temperature))
    x, mean = (torch.cat(part)[:, 0] for part in (noisy, means))
    return Noisy(x.cpu().numpy(), left, mean.cpu().numpy())


def finished(noisy: Noisy, temperature: float, sweeps: int, seed: int) -> NDArray[np.int8]:
    """Return spins sampled, nearly exactly, from the posterior of noisy frames in equilibrium.

    Heat-bath sweeps in the field x / sigma^2 are started from spins sampled from the network's
    means. More remaining noise needs more sweeps. This uses the Hamiltonian. T is in J/k_B and
    above 0, the shape (frames, L, L).
    """
    from ising_fidelity import montecarlo  # compiled, and not available on every GPU machine

    chance = np.random.default_rng(seed).random(noisy.mean.shape)
    start = np.where(2 * chance < 1 + noisy.mean, 1, -1).astype(np.int8)
    return montecarlo.gibbs(start, noisy.x / noisy.sigma**2, temperature, sweeps, seed)
