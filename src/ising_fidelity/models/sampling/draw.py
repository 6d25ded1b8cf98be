"""Frames from trained models."""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from ising_fidelity.exceptions import InputError
from ising_fidelity.lattice import LARGEST_LATTICE
from ising_fidelity.models import autoregressive, continuous, diffusion, penalized
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.recorded import Recorded
from ising_fidelity.models.settings import (
    AdversarialSettings,
    AutoregressiveSettings,
    ContinuousSettings,
    DiffusionSettings,
    PenalizedSettings,
)

SITES = {"cpu": 32 * 32 * 32, "cuda": 125 * 64 * 64}
"""Spins drawn at a time, as many as suit the caches of a CPU or fill a GPU; a part of the method,
since it fixes the order of random numbers."""


def compute_device(name: str) -> torch.device:
    """Return the device to compute on: ``cpu``, ``cuda``, or ``auto``, a GPU if there is one.

    Raises
    ------
    InputError
        If the name is another one, or a GPU is asked for and there is none.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"--device: {name}; allowed are auto, cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("device: cuda, but this machine has no usable GPU; allowed are auto, cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def schedule_of(settings: DiffusionSettings, steps: int | None) -> diffusion.Schedule:
    """Return a model's schedule, respaced to fewer steps if asked for.

    Raises
    ------
    InputError
        If ``steps`` is not between 2 and the model's N_t.
    """
    schedule = diffusion.Schedule.linear(
        settings.diffusion_steps, settings.beta_start, settings.beta_end
    )
    if steps is None:
        return schedule
    try:
        return schedule.respaced(steps)
    except ValueError as error:
        raise InputError(f"sampling_steps: {error}") from error


@dataclass(frozen=True)
class Chain:
    """How a reverse chain is walked.

    Attributes
    ----------
    steps
        None: all N_t of a diffusion model, :data:`STEPS` of one of continuous noise.
    variance
        Of a diffusion model's steps, see :func:`ising_fidelity.models.diffusion.reverse_chain`.
    sampler
        Of a model of continuous noise, see
        :func:`ising_fidelity.models.continuous.reverse_chain`.
    precision
        Of the arithmetic of networks that have a chain: ``float32`` or ``bfloat16``, which leaves
        the error of a well-trained one as it is.
    """

    steps: int | None = None
    variance: str = "beta"
    sampler: str = "trapezoid"
    precision: str = "float32"


PRECISIONS = ("float32", "bfloat16")
STEPS = 100
WHOLE = Chain()
"""The paper's way: every step, with the variance beta."""


@dataclass(frozen=True)
class Noisy:
    """What a chain has come to when it is stopped before its end.

    Attributes
    ----------
    x
        s + sigma z, shape (frames, L, L).
    sigma
        Noise that is left.
    mean
        The network's mean of s given x, shape (frames, L, L).
    """

    x: NDArray[np.float32]
    sigma: float
    mean: NDArray[np.float32]


@torch.inference_mode()
def draw(
    model: Model,
    temperature: float,
    frames: int,
    lattice_size: int,
    seed: int,
    chain: Chain = WHOLE,
) -> NDArray[np.float32]:
    """Return the raw output of a model of real numbers, near -1 and +1.

    Parameters
    ----------
    temperature
        In J/k_B.
    frames
        How many.
    lattice_size
        L; a convolutional model draws lattices of other sizes than it was trained on.

    Returns
    -------
    ndarray
        Shape (frames, L, L).

    Raises
    ------
    InputError
        If the model cannot draw frames of this size or in so many steps.
    """
    assert not isinstance(model.settings, AutoregressiveSettings)
    _check_temperature(temperature)
    device = _device(model)
    fields = []
    for size, generator in _batches(frames, lattice_size, device, seed):
        if isinstance(model.network, penalized.Generator):
            _check_size(model.settings.unit, lattice_size)
            latent = model.network.random(size, lattice_size, generator)
            T = latent.frame.new_full((size,), temperature)
            fields.append(model.network(latent, T))
        elif isinstance(model.settings, AdversarialSettings):
            if lattice_size != model.lattice_size:
                raise InputError(
                    f"--lattice-size: {lattice_size}, but this GAN draws only {model.lattice_size}"
                )
            z = torch.randn(
                (size, model.settings.latent), generator=generator, device=generator.device
            )
            fields.append(model.network(z, z.new_full((size,), temperature)))
        else:
            fields.append(_last(model, temperature, size, lattice_size, generator, chain)[0])
    return torch.cat(fields)[:, 0].cpu().numpy()


@dataclass(frozen=True)
class Likely:
    """Frames of a model that says how likely each is.

    Attributes
    ----------
    spins
        -1 and +1, shape (frames, L, L).
    log_probability
        ln q of each frame in nats, shape (frames,).
    """

    spins: NDArray[np.int8]
    log_probability: NDArray[np.float64]


@torch.inference_mode()
def draw_likely(
    model: Model, temperature: float, frames: int, lattice_size: int, seed: int
) -> Likely:
    """Return frames of an autoregressive model; parameters are those of :func:`draw`.

    Raises
    ------
    InputError
        If T is not above 0 and finite, or L does not suit the model.
    """
    settings = model.settings
    assert isinstance(settings, AutoregressiveSettings)
    _check_temperature(temperature)
    _check_size(settings.unit, lattice_size)
    device = _device(model)
    groups = autoregressive.order(lattice_size, settings.colors)
    levels = autoregressive.levels(groups, device)
    spins, nats = [], []
    with tqdm(total=frames, unit="frame", disable=None) as bar:
        for size, generator in _batches(frames, lattice_size, device, seed):
            T = torch.full((size,), temperature, device=device)
            some = autoregressive.draw(model.network, levels, lattice_size, T, generator)
            spins.append(some[0][:, 0].to(torch.int8))
            nats.append(some[1])
            bar.update(size)
    return Likely(torch.cat(spins).cpu().numpy(), torch.cat(nats).cpu().numpy())


def _check_temperature(temperature: float) -> None:
    if not 0 < temperature < math.inf:
        raise InputError(f"--temperature: {temperature}; allowed are finite numbers above 0")


def _check_size(unit: int, lattice_size: int) -> None:
    if lattice_size > LARGEST_LATTICE:
        raise InputError(
            f"--lattice-size: {lattice_size}; allowed are sizes up to {LARGEST_LATTICE}"
        )
    if lattice_size % unit or lattice_size < unit:
        raise InputError(f"--lattice-size: {lattice_size}; this model draws multiples of {unit}")


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
    """Return where the reverse chain is after the first step that leaves no more than ``sigma``.

    Raises
    ------
    InputError
        As :func:`draw`, or if the model has no chain, or its chain never is at such noise.
    """
    if isinstance(model.settings, AdversarialSettings | PenalizedSettings):
        raise InputError("--finish-sigma: a GAN has no chain to stop; allowed are diffusion models")
    if isinstance(model.settings, AutoregressiveSettings):
        raise InputError(
            "--finish-sigma: an autoregressive model has no chain to stop; allowed are diffusion "
            "models"
        )
    levels = noise_levels(model.settings, lattice_size, chain)
    least = min(level for level in levels if level)
    if not least <= sigma <= levels[0]:
        raise InputError(
            f"--finish-sigma: {sigma}; allowed are {least:.4g} to {levels[0]:.4g}, the noise of "
            "this chain"
        )
    noisy, means = [], []
    for size, generator in _batches(frames, lattice_size, _device(model), seed):
        x, left = _last(model, temperature, size, lattice_size, generator, chain, sigma)
        noisy.append(x)
        means.append(_mean(model, x, left, temperature))
    x, mean = (torch.cat(part)[:, 0] for part in (noisy, means))
    return Noisy(x.cpu().numpy(), left, mean.cpu().numpy())


def finished(noisy: Noisy, temperature: float, sweeps: int, seed: int) -> NDArray[np.int8]:
    """Return spins drawn from what a noisy frame in equilibrium leaves open, nearly exactly.

    Heat-bath sweeps in the field x / sigma^2, begun with spins that the network's means are drawn
    from; the more noise is left, the more sweeps it takes. This is told the Hamiltonian.

    Parameters
    ----------
    temperature
        In J/k_B, above 0.

    Returns
    -------
    ndarray
        Shape (frames, L, L).
    """
    from ising_fidelity import montecarlo  # compiled, and not there on every GPU machine

    chance = np.random.default_rng(seed).random(noisy.mean.shape)
    start = np.where(2 * chance < 1 + noisy.mean, 1, -1).astype(np.int8)
    return montecarlo.gibbs(start, noisy.x / noisy.sigma**2, temperature, sweeps, seed)


def _batches(
    frames: int, lattice_size: int, device: torch.device, seed: int
) -> Iterator[tuple[int, torch.Generator]]:
    """Yield how many frames to draw at a time, and the generator that all of them share."""
    generator = torch.Generator(device).manual_seed(seed)
    batch = max(1, SITES[device.type] // lattice_size**2)
    for first in range(0, frames, batch):
        yield min(batch, frames - first), generator


def _last(
    model: Model,
    temperature: float,
    frames: int,
    lattice_size: int,
    generator: torch.Generator,
    chain: Chain,
    enough: float = 0.0,
) -> tuple[Tensor, float]:
    """Return x in units of the signal, and its noise, at the chain's end or at ``enough`` noise."""
    walked = walk(model, temperature, frames, lattice_size, generator, chain)
    assert isinstance(model.settings, DiffusionSettings | ContinuousSettings)
    levels = noise_levels(model.settings, lattice_size, chain)
    total = next(index for index, sigma in enumerate(levels) if sigma <= max(enough, levels[-1]))
    progress = tqdm(islice(walked, total + 1), total=total + 1, unit="step", disable=None)
    x = deque(progress, maxlen=1).pop()
    sigma = levels[total]
    scale = math.sqrt(1 + sigma**2) if isinstance(model.settings, DiffusionSettings) else 1.0
    return scale * x, sigma


def noise_levels(
    settings: DiffusionSettings | ContinuousSettings, lattice_size: int, chain: Chain
) -> list[float]:
    """Return the noise over the signal at the chain's start and after each step."""
    if isinstance(settings, DiffusionSettings):
        return [*schedule_of(settings, chain.steps).sigma.flip(0).tolist(), 0.0]
    largest = settings.largest_noise(lattice_size)
    steps = chain.steps or STEPS
    return continuous.levels(steps, largest, density=settings.sampling_density).tolist()


@torch.inference_mode()
def walk(
    model: Model,
    temperature: float,
    frames: int,
    lattice_size: int,
    generator: torch.Generator,
    chain: Chain,
) -> Iterator[Tensor]:
    """Yield x of shape (frames, 1, L, L) at the start and after each step of the reverse chain.

    Raises
    ------
    InputError
        If L does not suit the network, or the chain is not possible.
    """
    settings = model.settings
    assert isinstance(settings, DiffusionSettings | ContinuousSettings)
    for flag, value, allowed in (
        ("--reverse-variance", chain.variance, diffusion.VARIANCES),
        ("--sampler", chain.sampler, continuous.SAMPLERS),
        ("--precision", chain.precision, PRECISIONS),
    ):
        if value not in allowed:
            raise InputError(f"{flag}: {value}; allowed are {', '.join(allowed)}")
    _check_temperature(temperature)
    _check_size(settings.unit, lattice_size)
    device = _device(model)
    noise = torch.randn((frames, 1, lattice_size, lattice_size), generator=generator, device=device)
    T = noise.new_full((frames,), temperature)
    network = _cast(model.network, chain.precision)
    if isinstance(settings, ContinuousSettings):
        levels = torch.tensor(noise_levels(settings, lattice_size, chain), dtype=torch.float64)
        yield from continuous.reverse_chain(
            network,
            float(levels[0]) * noise,
            levels,
            T,
            chain.sampler,
            settings.prediction,
            generator,
        )
        return
    yield from diffusion.reverse_chain(
        network,
        schedule_of(settings, chain.steps),
        noise.to(memory_format=torch.channels_last),
        T,
        chain.variance,
        generator,
        settings.prediction,
    )


def _mean(model: Model, x: Tensor, sigma: float, temperature: float) -> Tensor:
    """Return the network's mean of s given x = s + sigma z."""
    settings = model.settings
    T = x.new_full((len(x),), temperature)
    if isinstance(settings, ContinuousSettings):
        level = x.new_full((len(x),), sigma)
        return continuous.denoised(model.network, x, level, T, settings.prediction)
    assert isinstance(settings, DiffusionSettings)
    schedule = schedule_of(settings, None)
    index = int((schedule.sigma - sigma).abs().argmin())
    scaled = x / math.sqrt(1 + sigma**2)
    eps = diffusion.estimated_noise(model.network, schedule, index, scaled, T, settings.prediction)
    return x - sigma * eps


class _Quick(nn.Module):
    """A network that is compiled and, on a GPU, replayed."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        compiled: Callable[..., Tensor] = torch.compile(network, dynamic=False)
        on_gpu = next(network.parameters()).is_cuda
        self.call = Recorded(compiled) if on_gpu else compiled

    def forward(self, x: Tensor, noise: Tensor, T: Tensor) -> Tensor:
        return self.call(x, noise, T)


def quick(model: Model) -> Model:
    """Return a model whose network is compiled and, if it has a chain, replayed on a GPU.

    It takes most of a minute, and is worth it where many batches of one size are drawn.
    """
    if not isinstance(model.settings, DiffusionSettings | ContinuousSettings):
        model.network.compile(dynamic=False)
        return model
    return replace(model, network=_Quick(model.network))


def _cast(network: diffusion.Network, precision: str) -> diffusion.Network:
    """Return a network that computes in this precision."""

    def cast(x: Tensor, noise: Tensor, T: Tensor) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            return network(x, noise, T)

    return cast


def _device(model: Model) -> torch.device:
    return next(model.network.parameters()).device
