"""Sampling: chains of the stock model and of the continuous one."""

from collections import deque
from collections.abc import Iterable
from functools import partial
from importlib import import_module
from itertools import islice

import torch
from torch import nn

from benchmarks.generative.contenders import Contender, compared
from benchmarks.generative.models import (
    COMPILED,
    EAGER,
    HALF,
    LAST,
    Models,
    Way,
    diffusers_unet,
    stock_unet,
)
from benchmarks.harness import Act, Effort, Section, version
from benchmarks.loops import PAPER, TEMPERATURE, random_frames, seeded, textbook_schedule
from ising_fidelity.models.diffusion import process
from ising_fidelity.models.diffusion.sampler import schedule_of
from ising_fidelity.models.diffusion.unet import UNet
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.sampling.protocol import Request

N_T = PAPER.diffusion_steps
STOCK = f"stock U-Net, {N_T} steps"
CHAINS = (16, 24, 40)


def walked(steps: int, effort: Effort) -> int:
    """Return how many steps of a chain are timed; all steps cost the same."""
    return min(steps, 2 if effort.quick else 20)


def part_of_chain(
    act: Act, models: Models, steps: int, effort: Effort, network: nn.Module, note: str = ""
) -> Contender:
    """Return a contender that runs the first steps of a chain."""
    part = walked(steps, effort)
    notes = [f"from {part} steps"] * (part < steps) + [note] * bool(note)
    return Contender(act, models.chain_batch * part / steps, network, "; ".join(notes))


def textbook_chain(network: nn.Module, models: Models, effort: Effort) -> Contender:
    """Return Algorithm 2 of Ho et al."""
    batch, size = models.chain_batch, models.lattice_size
    beta, alpha_bar = textbook_schedule()
    _, temperature = random_frames(batch, size)

    @torch.no_grad()
    def act() -> None:
        x = torch.randn(batch, 1, size, size)
        for t in range(N_T - 1, N_T - 1 - walked(N_T, effort), -1):
            eps = network(x, torch.full((batch,), t + 1), temperature)
            x = (x - beta[t] / (1 - alpha_bar[t]).sqrt() * eps) / (1 - beta[t]).sqrt()
            x = x + beta[t].sqrt() * torch.randn_like(x)

    return part_of_chain(act, models, N_T, effort, network)


def diffusers_chain(network: nn.Module, models: Models, effort: Effort) -> Contender:
    """Return a call of DDPMPipeline, with fewer steps instead of only the first ones."""
    diffusers = import_module("diffusers")
    pipeline = diffusers.DDPMPipeline(network, diffusers.DDPMScheduler(N_T))
    pipeline.set_progress_bar_config(disable=True)

    def act() -> None:
        pipeline(
            batch_size=models.chain_batch,
            num_inference_steps=walked(N_T, effort),
            output_type="np",
            generator=seeded(),
        )

    return part_of_chain(act, models, N_T, effort, network, "knows nothing of T")


def respaced_chain(network: UNet, models: Models, steps: int, effort: Effort) -> Contender:
    """Return the stock U-Net's chain of fewer steps through the same noise levels."""
    batch, size = models.chain_batch, models.lattice_size
    schedule = schedule_of(PAPER, steps)
    _, temperature = random_frames(batch, size)

    @torch.no_grad()
    def act() -> None:
        x = torch.randn(batch, 1, size, size)
        states = process.reverse_chain(network, schedule, x, temperature, "beta", seeded())
        deque(islice(states, walked(steps, effort) + 1), maxlen=0)

    return part_of_chain(act, models, steps, effort, network)


def continuous_chains(
    way: Way, models: Models, numbers: Iterable[int], effort: Effort
) -> dict[int, Contender]:
    """Return the sampling of the continuous model in one way, for several numbers of steps."""
    size, batch, settings = models.lattice_size, models.chain_batch, models.continuous
    network = way.network(settings, size)
    predict, sampler = way.callable(network), family_of(settings).make_sampler()

    @torch.inference_mode()
    def walk(steps: int, chain: Chain) -> None:
        request = Request(TEMPERATURE, batch, size, seeded(), chain)
        noise = torch.randn((batch, 1, size, size), generator=request.generator)
        states = sampler.steps(settings, predict, noise, request)
        deque(islice(states, walked(steps, effort) + 1), maxlen=0)

    acts = {steps: partial(walk, steps, Chain(sampling_steps=steps)) for steps in numbers}
    return {
        steps: part_of_chain(act, models, steps, effort, network) for steps, act in acts.items()
    }


def sampling_rates(models: Models, effort: Effort) -> Section:
    """Time chains of the stock model and of the continuous one."""
    stock = stock_unet(models.parameters, models.unet.network.embedding)
    contenders = {
        STOCK: textbook_chain(stock, models, effort),
        "stock U-Net, 40 steps": respaced_chain(stock, models, 40, effort),
    }
    if version("diffusers"):
        network = diffusers_unet(models.parameters, models.lattice_size)
        contenders[f"diffusers' DDPMPipeline, {N_T} steps"] = diffusers_chain(
            network, models, effort
        )
    ways = {"eager float32": EAGER, "channels-last float32": LAST, "channels-last bfloat16": HALF}
    compiled = {}
    if not effort.quick:  # the first chain compiles for all
        first = f"continuous, {CHAINS[0]} steps"
        compiled[f"{first}, compiled bfloat16"] = f"{first}, channels-last bfloat16"
        ways["compiled bfloat16"] = COMPILED
    for words, way in ways.items():
        for steps, each in continuous_chains(way, models, CHAINS, effort).items():
            contenders[f"continuous, {steps} steps, {words}"] = each
    groups = [[f"continuous, {steps} steps, {words}" for words in ways] for steps in CHAINS]
    about = (
        f"Frames per second of one core, L = {models.lattice_size}, {models.chain_batch} at a "
        "time. The stock U-Net and diffusers' have as many parameters as the continuous model, as "
        "nearly as a width can give. Where a number of steps stands behind a row, only so many "
        "were walked: all steps of a chain cost the same. A step of the continuous model is one "
        "evaluation, too."
    )
    return compared(about, "sampled frames/s", contenders, compiled, [STOCK], groups, effort)
