"""Frames from trained models."""

from collections import deque
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from ising_fidelity.exceptions import InputError
from ising_fidelity.models import diffusion
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.settings import DiffusionSettings

SITES = {"cpu": 50 * 32 * 32, "cuda": 250 * 64 * 64}
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


@torch.inference_mode()
def draw(
    model: Model,
    temperature: float,
    frames: int,
    lattice_size: int,
    seed: int,
    steps: int | None = None,
    variance: str = "beta",
) -> NDArray[np.float32]:
    """Return the raw output of a model, real numbers near -1 and +1.

    Parameters
    ----------
    temperature
        In J/k_B.
    frames
        How many.
    lattice_size
        L; a convolutional diffusion model draws lattices of other sizes than it was trained on.
    steps
        Of the reverse chain of a diffusion model; None: all N_t.
    variance
        Of its reverse steps, see :func:`ising_fidelity.models.diffusion.reverse_chain`.

    Returns
    -------
    ndarray
        Shape (frames, L, L).

    Raises
    ------
    InputError
        If the model cannot draw frames of this size or in so many steps.
    """
    device = _device(model)
    batch = max(1, SITES[device.type] // lattice_size**2)
    sizes = [min(batch, frames - first) for first in range(0, frames, batch)]
    generator = torch.Generator(device).manual_seed(seed)
    fields = []
    if isinstance(model.settings, DiffusionSettings):
        total = len(schedule_of(model.settings, steps).time)
        for size in sizes:
            chain = walk(model, temperature, size, lattice_size, generator, steps, variance)
            progress = tqdm(chain, total=total + 1, unit="step", disable=None)
            fields.append(deque(progress, maxlen=1).pop())
    else:
        if lattice_size != model.lattice_size:
            raise InputError(
                f"--lattice-size: {lattice_size}, but this GAN draws only {model.lattice_size}"
            )
        for size in sizes:
            z = torch.randn(
                (size, model.settings.latent), generator=generator, device=generator.device
            )
            fields.append(model.network(z, z.new_full((size,), temperature)))
    return torch.cat(fields)[:, 0].cpu().numpy()


@torch.inference_mode()
def walk(
    model: Model,
    temperature: float,
    frames: int,
    lattice_size: int,
    generator: torch.Generator,
    steps: int | None = None,
    variance: str = "beta",
) -> Iterator[Tensor]:
    """Yield x of shape (frames, 1, L, L) at the start and after each step of the reverse chain.

    Raises
    ------
    InputError
        If L is not a multiple of 8, or ``steps`` or ``variance`` are not possible.
    """
    assert isinstance(model.settings, DiffusionSettings)
    if variance not in diffusion.VARIANCES:
        allowed = ", ".join(diffusion.VARIANCES)
        raise InputError(f"--reverse-variance: {variance}; allowed are {allowed}")
    if lattice_size % 8 or lattice_size < 8:
        raise InputError(f"--lattice-size: {lattice_size}; diffusion models draw multiples of 8")
    device = _device(model)
    x = torch.randn((frames, 1, lattice_size, lattice_size), generator=generator, device=device)
    yield from diffusion.reverse_chain(
        model.network,
        schedule_of(model.settings, steps),
        x.to(memory_format=torch.channels_last),
        x.new_full((frames,), temperature),
        variance,
        generator,
        model.settings.prediction,
    )


def _device(model: Model) -> torch.device:
    return next(model.network.parameters()).device
