"""One network, trained here, sampled by this project and by diffusers' DDPMPipeline."""

import math
import tempfile
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.acceleration.scale import Scale, Spins
from benchmarks.acceleration.training import now, ways
from benchmarks.harness import table, timed, version
from ising_fidelity import lattice
from ising_fidelity.exact.finite import kaufman
from ising_fidelity.models import checkpoint
from ising_fidelity.models.common.cuda_graphs import WARM_UP
from ising_fidelity.models.sampling.chain import quick
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.training import loop

SEED = 1
Frames = NDArray[np.int8]


class ForDiffusers(nn.Module):
    """A network of this project at one temperature, with the interface of diffusers' pipeline."""

    def __init__(self, network: nn.Module, temperature: float, lattice_size: int) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature
        self.config = SimpleNamespace(sample_size=lattice_size, in_channels=1)
        self.dtype = torch.float32

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    def forward(self, x: Tensor, step: Tensor) -> SimpleNamespace:
        """Return the noise of frames (batch, 1, L, L) at a step, from 0."""
        time = torch.full((len(x),), int(step) + 1, device=x.device)
        return SimpleNamespace(
            sample=self.network(x, time, x.new_full((len(x),), self.temperature))
        )


def by_diffusers(model: checkpoint.Model, T: float, number: int, steps: int) -> Frames:
    """Return frames that diffusers' DDPMPipeline samples, shape (frames, L, L)."""
    diffusers = import_module("diffusers")
    settings: Any = model.settings
    pipeline = diffusers.DDPMPipeline(
        ForDiffusers(model.network, T, model.lattice_size),
        diffusers.DDPMScheduler(
            settings.diffusion_steps,
            settings.beta_start,
            settings.beta_end,
            variance_type="fixed_large",
            clip_sample=False,
        ),
    )
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.Generator(pipeline.device).manual_seed(SEED)
    drawn = pipeline(
        batch_size=number, num_inference_steps=steps, output_type="np", generator=noise
    )
    # The images of diffusers are between 0 and 1.
    return np.where(drawn.images[..., 0] >= 0.5, 1, -1).astype(np.int8)


def trained(scale: Scale, spins: Spins, device: torch.device, steps: int) -> checkpoint.Model:
    """Return a model with a chain of this many steps.

    Fewer steps are larger, so that the total noise is the same.
    """
    batch, rate = ways(scale.batch)[f"{scale.batch}, square root"]
    larger = scale.settings.diffusion_steps / steps
    noise = {
        "diffusion_steps": steps,
        "beta_start": scale.settings.beta_start * larger,
        "beta_end": scale.settings.beta_end * larger,
    }
    # Compiling does not pay off for so few images.
    settings = scale.training(batch, rate, device, **noise, compile=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.safetensors"
        found = loop.train(settings, spins, 1, device, path, "peer", seconds=1e9)
        checkpoint.save(path, found.weights, settings, scale.lattice_size, {"name": "peer"})
        return checkpoint.load(path, device)


def peer(scale: Scale, spins: Spins, device: torch.device, number: int, steps: int) -> str:
    """Return frames per second and deviations of u for one network, sampled by both."""
    model, size = trained(scale, spins, device, steps), scale.lattice_size

    def ours(model: checkpoint.Model, precision: str, T: float, steps: int = steps) -> Frames:
        chain = Chain(sampling_steps=steps, reverse_variance="beta", precision=precision)
        return draw(model, T, number, size, SEED, chain).spins

    samplers: dict[str, Callable[[float], Frames]] = {
        "this project's chain": partial(ours, model, "float32")
    }
    if version("diffusers"):
        samplers["diffusers' DDPMPipeline"] = lambda T: by_diffusers(model, T, number, steps)
    samplers["this project's chain, bfloat16"] = partial(ours, model, "bfloat16")
    if device.type == "cuda":
        fast = partial(ours, quick(model), "bfloat16")
        fast(2.0, 2 * WARM_UP)
        samplers["the same, compiled and replayed"] = fast
    rows, first = [], {}
    for way, sample in samplers.items():
        deviations, errors, alike, taken = [], [], [], 0.0
        for T in map(float, (scale.temperatures[1], scale.temperatures[-1])):
            frames, seconds = timed(partial(sample, T), partial(now, device))
            taken += seconds
            u = lattice.energy(frames)
            deviations.append(abs(u.mean() - kaufman(size, T).energy))
            errors.append(u.std(ddof=1) / math.sqrt(number))
            alike.append(float((frames == first.setdefault(T, frames)).mean()))
        error = float(np.linalg.norm(errors)) / len(errors)
        deviation = f"{np.mean(deviations):.4f} ± {error:.4f}"
        rows.append([way, f"{2 * number / taken:.3g}", deviation, f"{np.mean(alike):.1%}"])
    missing = "" if version("diffusers") else " diffusers is not installed, its row is left out."
    headings = ["sampled by", "frames/s", r"mean \|u - exact\|", "spins as in the first row"]
    return (
        f"One network of width {scale.settings.network.width}, trained on {scale.images:,} images, "
        f"samples {number} frames at each of two temperatures in {steps} steps with the variance "
        f"beta, from the same random numbers; L = {size}.{missing}\n\n"
        f"{table(headings, rows)}"
    )
