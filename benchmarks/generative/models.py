"""What training and sampling of diffusion models cost on one core, and what makes them cheaper.

Everything that is compared takes turns in one run, and ratios are of CPU times in the same round:
python benchmarks/generative.py, for a first look with --quick. A full run takes less than ten
minutes of one idle core (two for the section on threads) and writes its tables and a figure to
benchmarks/results. The models are those of config.yaml. Hugging Face's diffusers comes with
pip install '.[benchmarks]'.
"""

import argparse
import json
import multiprocessing
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from itertools import islice, pairwise
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib import rc_context
from matplotlib.ticker import NullLocator
from montecarlo import Data, Row, Section, Spread, cpu_model, spread_ratio, table, version
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity import config
from ising_fidelity.figures import style
from ising_fidelity.models import continuous, diffusion, sampling, training
from ising_fidelity.models.checkpoint import build_network
from ising_fidelity.models.settings import (
    ContinuousSettings,
    DiffusionSettings,
    Training,
    UNetSettings,
)
from ising_fidelity.models.unet import UNet, channels_last, count_parameters
from ising_fidelity.steps.plot import METADATA

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
CPU = torch.device("cpu")
TEMPERATURE = 2.3
N_T = 1000
STOCK_TRAINING = "stock U-Net"
PLAIN = "continuous, eager float32"
STOCK_SAMPLING = f"stock U-Net, {N_T} steps"
TARGETS = {"training images/s": 3.0, "sampled frames/s": 20.0}
MISSING = "diffusers: not installed, its rows are left out; pip install '.[benchmarks]'"
BATCHES = (8, 16, 32, 64)
CHAINS = (20, 40, 100)
SIZES = (16, 32, 64, 128)
STEPS = (10, 20, 40, 100)
GROWING_STEPS = 20
"""Steps of the chains whose cost is held against L."""

Act = Callable[[], object]


@dataclass(frozen=True)
class Effort:
    """How much time is spent.

    Attributes
    ----------
    seconds
        That one timing of one row takes in a round, unless its act takes longer.
    rounds
        In which all rows take turns.
    steps
        Of a chain that are walked; all steps cost the same.
    images
        The most in a batch.
    compiles
        Whether there is time for torch.compile.
    """

    seconds: float
    rounds: int
    steps: int
    images: int
    compiles: bool


FULL = Effort(0.4, 4, 20, 10**6, compiles=True)
QUICK = Effort(0.01, 2, 2, 8, compiles=False)


@dataclass(frozen=True)
class Models:
    """The models that are compared, as config.yaml has them.

    Attributes
    ----------
    unet
        Settings of the first model of N_t steps.
    continuous
        Settings of the first model of continuous noise, the defaults if there is none.
    names
        What their entries are called.
    lattice_size
        L of all frames but where the cost is held against L.
    most_images
        In a batch.
    """

    unet: DiffusionSettings
    continuous: ContinuousSettings
    names: tuple[str, str]
    lattice_size: int
    most_images: int

    @classmethod
    def of(cls, run: config.Config, lattice_size: int, most_images: int) -> "Models":
        """Return those of a config, with no more than ``most_images`` in a batch."""
        models = {name: spec for name, spec in run.models.items() if spec}
        unets = {n: spec for n, spec in models.items() if isinstance(spec, DiffusionSettings)}
        fields = {n: spec for n, spec in models.items() if isinstance(spec, ContinuousSettings)}
        default = ContinuousSettings(family="continuous", training_temperatures=["2.30"])
        unet, other = next(iter(unets.items())), next(iter(fields.items()), ("defaults", default))

        def batch(settings: Training) -> dict[str, int]:
            return {"batch_size": min(settings.batch_size, most_images)}

        return cls(
            unet[1].model_copy(update=batch(unet[1])),
            # Compiling is timed in rows of its own.
            other[1].model_copy(update={**batch(other[1]), "compile": False}),
            (unet[0], other[0]),
            lattice_size,
            most_images,
        )

    @property
    def parameters(self) -> int:
        """Number of trainable numbers of the continuous model."""
        return count_parameters(build_network(self.continuous, self.lattice_size))

    @property
    def chain_batch(self) -> int:
        """Frames that the project draws at a time on a CPU."""
        return min(self.most_images, max(1, sampling.SITES["cpu"] // self.lattice_size**2))


@dataclass(frozen=True)
class Cost:
    """Times of one act."""

    cpu: float
    wall: float

    def over(self, number: float) -> "Cost":
        """Return the cost of one of ``number`` equal parts."""
        return Cost(self.cpu / number, self.wall / number)


@dataclass(frozen=True)
class Contender:
    """One row of a table: what is timed, and how many images come of it.

    Attributes
    ----------
    act
        Takes one optimiser step, or walks (a part of) a chain.
    images
        Per act; a fraction if the act is a part of a chain.
    network
        Whose parameters are counted.
    note
        What a reader should know of it.
    """

    act: Act
    images: float
    network: nn.Module
    note: str = ""


def cost(act: Act, count: int = 1) -> Cost:
    """Return the mean cost of ``count`` acts, with that of compilers that they start and await."""
    cpu, wall = processor_seconds(), time.perf_counter()
    for _ in range(count):
        act()
    return Cost(processor_seconds() - cpu, time.perf_counter() - wall).over(count)


def processor_seconds() -> float:
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def taking_turns(contenders: Mapping[str, Contender], effort: Effort) -> dict[str, list[Cost]]:
    """Return the cost per image, round by round, once every act is warm."""
    counts = {}
    for name, each in contenders.items():
        each.act()
        counts[name] = max(1, round(effort.seconds / max(1e-6, cost(each.act).cpu)))
    taken: dict[str, list[Cost]] = {name: [] for name in contenders}
    for _ in range(effort.rounds):
        for name, each in contenders.items():
            taken[name].append(cost(each.act, counts[name]).over(each.images))
    return taken


def cpu_times(costs: list[Cost]) -> list[float]:
    return [each.cpu for each in costs]


def rates(
    contenders: Mapping[str, Contender], taken: Mapping[str, list[Cost]], references: list[str]
) -> Section:
    """Return images per second, and how many times those of the references they are."""
    rows: list[Row] = []
    data: Data = {}
    for name, each in contenders.items():
        cpu = Spread.of(1 / cost.cpu for cost in taken[name])
        wall = Spread.of(1 / cost.wall for cost in taken[name])
        ratios = {
            reference: spread_ratio(cpu_times(taken[reference]), cpu_times(taken[name]))
            for reference in references
        }
        parameters = f"{count_parameters(each.network):,}"
        rows.append([name, parameters, cpu, f"{wall.median:.3g}", *ratios.values(), each.note])
        data[name] = {
            "parameters": count_parameters(each.network),
            "images_per_cpu_second": asdict(cpu),
            "images_per_second": asdict(wall),
            **{f"times {reference}": asdict(ratio) for reference, ratio in ratios.items()},
        }
    headings = ["", "parameters", "per CPU s", "per s", *(f"times {r}" for r in references), ""]
    return Section(table(headings, rows), data)


def reached(what: str, by: str, ratio: Spread) -> str:
    """Return a line that says whether a target is reached."""
    wanted = TARGETS[what]
    verdict = "reached" if ratio.median >= wanted else "not reached"
    return f"Target for {what}, {wanted:g} times those of the {by}: {ratio}, {verdict}."


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def random_frames(batch: int, lattice_size: int) -> tuple[Tensor, Tensor]:
    """Return spins (batch, 1, L, L), float32, and temperatures (batch,)."""
    spins = torch.randint(2, (batch, 1, lattice_size, lattice_size), generator=seeded())
    return 2.0 * spins - 1, torch.full((batch,), TEMPERATURE)


# The stock model: the paper's U-Net as one writes it from the textbook.


def stock_unet(parameters: int, embedding: int) -> UNet:
    """Return the paper's U-Net, zeros around it, of the width that comes nearest in parameters."""

    def distance(width: int) -> int:
        return abs(count_parameters(network(width)) - parameters)

    def network(width: int) -> UNet:
        return UNet(UNetSettings(width=width, embedding=embedding, padding="zeros"))

    with torch.device("meta"):
        width = nearest(distance, 4, 1)
    return network(width)


def nearest(distance: Callable[[int], int], first: int, step: int) -> int:
    """Return where a distance that falls and rises again is least."""
    for width, wider in pairwise(range(first, 10**6, step)):
        if distance(wider) >= distance(width):
            return width
    raise AssertionError


def textbook_alpha_bar() -> tuple[Tensor, Tensor]:
    """Return beta and alpha_bar of the paper's schedule."""
    beta = torch.linspace(1e-4, 0.02, N_T)
    return beta, torch.cumprod(1 - beta, 0)


def textbook_training(
    network: nn.Module, predict: Callable[[Tensor, Tensor, Tensor], Tensor], batch: int, size: int
) -> Act:
    """Return one step of Algorithm 1 of Ho et al. with AdamW: eager, float32, a plain loop."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-4)
    _, alpha_bar = textbook_alpha_bar()
    x_0, temperature = random_frames(batch, size)

    def act() -> float:
        step = torch.randint(N_T, (batch,))
        noise = torch.randn_like(x_0)
        kept = alpha_bar[step][:, None, None, None]
        x_t = kept.sqrt() * x_0 + (1 - kept).sqrt() * noise
        loss = functional.mse_loss(predict(x_t, step + 1, temperature), noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return act


def textbook_chain(network: nn.Module, batch: int, size: int, steps: int) -> Act:
    """Return the first ``steps`` of Algorithm 2 of Ho et al., whose N_t steps all cost the same."""
    beta, alpha_bar = textbook_alpha_bar()
    _, temperature = random_frames(batch, size)

    @torch.no_grad()
    def act() -> None:
        x = torch.randn(batch, 1, size, size)
        for t in range(N_T - 1, N_T - 1 - steps, -1):
            eps = network(x, torch.full((batch,), t + 1), temperature)
            x = (x - beta[t] / (1 - alpha_bar[t]).sqrt() * eps) / (1 - beta[t]).sqrt()
            x = x + beta[t].sqrt() * torch.randn_like(x)

    return act


# Hugging Face's diffusers.


def diffusers_unet(parameters: int, lattice_size: int) -> nn.Module:
    """Return a UNet2DModel of the width that comes nearest in parameters.

    It has four resolutions with the widths of the paper's, two residual blocks each and no
    attention, as the paper's.
    """
    model = import_module("diffusers").UNet2DModel

    def network(width: int) -> nn.Module:
        unet: nn.Module = model(
            sample_size=lattice_size,
            in_channels=1,
            out_channels=1,
            down_block_types=("DownBlock2D",) * 4,
            up_block_types=("UpBlock2D",) * 4,
            block_out_channels=(width, 2 * width, 4 * width, 4 * width),
            norm_num_groups=4,
            add_attention=False,
        )
        return unet

    with torch.device("meta"):
        width = nearest(lambda width: abs(count_parameters(network(width)) - parameters), 4, 4)
    return network(width)


def diffusers_chain(network: nn.Module, batch: int, steps: int) -> Act:
    """Return a DDPMPipeline's call with ``steps`` steps."""
    diffusers = import_module("diffusers")
    pipeline = diffusers.DDPMPipeline(network, diffusers.DDPMScheduler(N_T))
    pipeline.set_progress_bar_config(disable=True)
    return lambda: pipeline(
        batch_size=batch, num_inference_steps=steps, output_type="np", generator=seeded()
    )


# The continuous model, on the way from plain to fast.


@dataclass(frozen=True)
class Way:
    """How a continuous model is computed.

    Attributes
    ----------
    name
        What a table calls it.
    last
        Whether its convolutions' weights are in channels-last order.
    half
        Whether there is bfloat16 autocast.
    compiled
        Whether torch.compile makes it.
    """

    name: str
    last: bool = False
    half: bool = False
    compiled: bool = False

    def network(self, settings: ContinuousSettings, size: int) -> nn.Module:
        """Return an untrained network in this way, not compiled."""
        torch.manual_seed(0)
        network = build_network(settings, size)
        if self.last:
            channels_last(network)
        return network

    def callable(self, network: nn.Module) -> continuous.Network:
        """Return what is called in place of the network."""
        call = torch.compile(network, dynamic=False) if self.compiled else network

        def predict(x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
            with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
                field: Tensor = call(x, sigma, temperature)
                return field

        return predict


EAGER = Way(PLAIN)
LAST = Way("+ channels-last", last=True)
HALF = Way("+ bfloat16 autocast", last=True, half=True)
COMPILED = Way("+ torch.compile", last=True, half=True, compiled=True)


def plain_training(
    way: Way, network: nn.Module, settings: ContinuousSettings, batch: int, size: int
) -> Act:
    """Return one step of a continuous model in a plain loop."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate)
    predict, generator = way.callable(network), seeded()
    s, temperature = random_frames(batch, size)
    largest = settings.noise_largest * size

    def act() -> float:
        sigma = continuous.random_sigma(
            batch, largest, settings.noise_center, settings.noise_width, generator
        )
        noise = torch.randn(s.shape, generator=generator)
        x = s + sigma[:, None, None, None] * noise
        loss = continuous.loss(predict, x, s, sigma, temperature, settings.prediction)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return act


def trainer(settings: ContinuousSettings | DiffusionSettings, size: int) -> Contender:
    """Return one step of the project's own training, averaged weights and augmentation with it."""
    spins = np.ones((1, settings.batch_size, size, size), np.int8)
    # As many frames as a batch has are left when some are held out.
    seen, held_out = training.training_frames({TEMPERATURE: spins}, settings, CPU)
    torch.manual_seed(0)
    made: training.ContinuousTrainer | training.DiffusionTrainer
    if isinstance(settings, ContinuousSettings):
        made = training.ContinuousTrainer(settings, seen, held_out, CPU, seeded())
    else:
        made = training.DiffusionTrainer(settings, held_out, CPU, seeded())
    frames, temperature = random_frames(settings.batch_size, size)

    def act() -> None:
        made.batch(frames, temperature, 0.5)

    return Contender(act, settings.batch_size, made.network)


def continuous_contender(way: Way, models: Models, batch: int) -> Contender:
    """Return the training of the continuous model in one way."""
    network = way.network(models.continuous, models.lattice_size)
    act = plain_training(way, network, models.continuous, batch, models.lattice_size)
    return Contender(act, batch, network)


def stock_contender(network: nn.Module, batch: int, size: int) -> Contender:
    return Contender(textbook_training(network, network, batch, size), batch, network)


def diffusers_contender(network: nn.Module, batch: int, size: int) -> Contender:
    def predict(x: Tensor, step: Tensor, _: Tensor) -> Tensor:
        noise: Tensor = network(x, step - 1).sample
        return noise

    act = textbook_training(network, predict, batch, size)
    return Contender(act, batch, network, "knows nothing of T")


@dataclass(frozen=True)
class WarmUp:
    """What compiling costs, over what a warm act does, and what it is held against."""

    name: str
    against: str
    cost: Cost


def compiled(contenders: dict[str, Contender], names: Mapping[str, str]) -> list[WarmUp]:
    """Run what is compiled once, from an empty cache; names are those of its eager counterparts."""
    found = []
    for name, against in names.items():
        first = cost(contenders[name].act)
        again = cost(contenders[name].act)
        extra = Cost(first.cpu - again.cpu, first.wall - again.wall)
        found.append(WarmUp(name, against, extra))
    return found


def warm_ups(found: list[WarmUp], taken: Mapping[str, list[Cost]], images: str) -> Section:
    """Return how long compiling takes, and after how many images it has paid."""
    rows: list[Row] = []
    data: Data = {}
    for each in found:
        fast, slow = (
            Spread.of(cpu_times(taken[name])).median for name in (each.name, each.against)
        )
        pays = each.cost.cpu / (slow - fast) if slow > fast else None
        text = f"{pays:,.0f}" if pays is not None else "never"
        rows.append([each.name, f"{each.cost.cpu:.3g}", f"{each.cost.wall:.3g}", text])
        data[each.name] = {"against": each.against, **asdict(each.cost), "pays_after": pays}
    return Section(table(["compiled", "CPU s", "s", f"{images} until it pays"], rows), data)


def training_rates(models: Models, effort: Effort) -> Section:
    """Time optimiser steps, from the stock model to the fastest way."""
    size, batch = models.lattice_size, models.continuous.batch_size
    parameters, embedding = models.parameters, models.unet.network.embedding
    plain_unet = models.unet.network.model_copy(update={"padding": "zeros"})
    contenders = {
        STOCK_TRAINING: stock_contender(stock_unet(parameters, embedding), batch, size),
        f"stock U-Net, width {plain_unet.width}": stock_contender(UNet(plain_unet), batch, size),
        f"the project's training of {models.names[0]}": trainer(models.unet, size),
    }
    if version("diffusers"):
        network = diffusers_unet(parameters, size)
        contenders["diffusers' UNet2DModel"] = diffusers_contender(network, batch, size)
    for way in (EAGER, LAST, HALF):
        contenders[way.name] = continuous_contender(way, models, batch)
    compiling = {}
    if effort.compiles:
        contenders[COMPILED.name] = continuous_contender(COMPILED, models, batch)
        compiling = {COMPILED.name: HALF.name}
    name = f"the project's training of {models.names[1]}"
    contenders[name] = trainer(models.continuous, size)
    if effort.compiles:
        own = models.continuous.model_copy(update={"compile": True})
        contenders[f"{name}, compiled"] = trainer(own, size)
        compiling[f"{name}, compiled"] = name
    for other in (each for each in BATCHES if each <= effort.images):
        for way in (EAGER, HALF):
            short = "eager float32" if way is EAGER else "channels-last, bfloat16"
            contenders[f"batch {other}, {short}"] = continuous_contender(way, models, other)
    warm = compiled(contenders, compiling)
    taken = taking_turns(contenders, effort)
    rows = rates(contenders, taken, [STOCK_TRAINING, PLAIN])
    mine = [each for each in contenders if count_parameters(contenders[each].network) == parameters]
    best = min(mine, key=lambda each: Spread.of(cpu_times(taken[each])).median)
    lines = [
        f"Images per second of one core in training, L = {size}, batches of {batch} where nothing "
        "else is said. The stock U-Net and diffusers' have as many parameters as the continuous "
        "model, as nearly as a width can give, and are trained by the same plain loop: eager, "
        "float32, channels first, AdamW. Rows with + add to the row above.",
        rows.text,
    ]
    compiling_section = warm_ups(warm, taken, "images")
    if warm:
        lines.append(compiling_section.text)
    ratios = {}
    for slow, words in (
        (PLAIN, "same network in plain eager float32"),
        (STOCK_TRAINING, STOCK_TRAINING),
    ):
        for fast in dict.fromkeys((name, HALF.name, *compiling, best)):
            ratio = spread_ratio(cpu_times(taken[slow]), cpu_times(taken[fast]))
            ratios[f"{fast} over {slow}"] = asdict(ratio)
            lines.append(f"{reached('training images/s', words, ratio)} By: {fast}.")
    data = {"rows": rows.data, "compiling": compiling_section.data, "targets": ratios}
    return Section("\n\n".join(lines), data)


def consume(states: Iterator[Tensor]) -> None:
    for _ in states:
        pass


def extrapolated(walked: int, steps: int) -> str:
    return f"from {walked} steps" if walked < steps else ""


def continuous_chains(
    way: Way, models: Models, numbers: Iterable[int], effort: Effort
) -> dict[int, Contender]:
    """Return the sampling of the continuous model in one way, for several numbers of steps."""
    size, batch, settings = models.lattice_size, models.chain_batch, models.continuous
    network = way.network(settings, size)
    predict = way.callable(network)
    _, temperature = random_frames(batch, size)

    def walk(steps: int, walked: int) -> Act:
        chain = sampling.Chain(steps)
        noise_levels = sampling.noise_levels(settings, size, chain)
        levels = torch.tensor(noise_levels, dtype=torch.float64)

        @torch.inference_mode()
        def act() -> None:
            generator = seeded()
            x = float(levels[0]) * torch.randn((batch, 1, size, size), generator=generator)
            states = continuous.reverse_chain(
                predict, x, levels, temperature, chain.sampler, settings.prediction, generator
            )
            consume(islice(states, walked + 1))

        return act

    chains = {}
    for steps in numbers:
        walked = min(steps, effort.steps)
        share = batch * walked / steps
        note = extrapolated(walked, steps)
        chains[steps] = Contender(walk(steps, walked), share, network, note)
    return chains


def respaced_chain(network: UNet, models: Models, steps: int, effort: Effort) -> Contender:
    """Return the stock U-Net's chain of fewer steps through the same noise."""
    batch, size = models.chain_batch, models.lattice_size
    walked = min(steps, effort.steps)
    schedule = diffusion.Schedule.linear(N_T, 1e-4, 0.02).respaced(steps)
    _, temperature = random_frames(batch, size)

    @torch.no_grad()
    def act() -> None:
        x = torch.randn(batch, 1, size, size)
        states = diffusion.reverse_chain(network, schedule, x, temperature, "beta", seeded())
        consume(islice(states, walked + 1))

    return Contender(act, batch * walked / steps, network, extrapolated(walked, steps))


def sampling_rates(models: Models, effort: Effort) -> Section:
    """Time chains of the stock model and of the continuous one."""
    size, batch = models.lattice_size, models.chain_batch
    stock = stock_unet(models.parameters, models.unet.network.embedding)
    walked = effort.steps
    share = batch * walked / N_T
    act = textbook_chain(stock, batch, size, walked)
    contenders = {
        STOCK_SAMPLING: Contender(act, share, stock, extrapolated(walked, N_T)),
        "stock U-Net, 40 steps": respaced_chain(stock, models, 40, effort),
    }
    if version("diffusers"):
        network = diffusers_unet(models.parameters, size)
        act = diffusers_chain(network, batch, walked)
        note = f"{extrapolated(walked, N_T)}; knows nothing of T"
        contenders[f"diffusers' DDPMPipeline, {N_T} steps"] = Contender(act, share, network, note)
    ways = {"eager float32": EAGER, "channels-last float32": LAST, "channels-last bfloat16": HALF}
    if effort.compiles:
        ways["compiled bfloat16"] = COMPILED
    for words, way in ways.items():
        for steps, each in continuous_chains(way, models, CHAINS, effort).items():
            contenders[f"continuous, {steps} steps, {words}"] = each
    compiling = {}
    if effort.compiles:  # the first chain that runs compiles for all
        names = [f"continuous, {CHAINS[0]} steps, {words}" for words in ways]
        compiling = {names[-1]: names[-2]}
    warm = compiled(contenders, compiling)
    taken = taking_turns(contenders, effort)
    rows = rates(contenders, taken, [STOCK_SAMPLING])
    parts = [
        f"Frames per second of one core, L = {size}, {batch} at a time. The stock U-Net and "
        "diffusers' have as many parameters as the continuous model, as nearly as a width can "
        "give. Where a number of steps stands behind a row, only so many were walked: all steps "
        "of a chain cost the same. A step of the continuous model is one evaluation, too.",
        rows.text,
    ]
    compiling_section = warm_ups(warm, taken, "frames")
    if warm:
        parts.append(compiling_section.text)
    ratios = {}
    for steps in CHAINS:
        names = [name for name in contenders if name.startswith(f"continuous, {steps} steps")]
        fastest = min(names, key=lambda each: Spread.of(cpu_times(taken[each])).median)
        ratio = spread_ratio(cpu_times(taken[STOCK_SAMPLING]), cpu_times(taken[fastest]))
        ratios[fastest] = asdict(ratio)
        parts.append(f"{reached('sampled frames/s', STOCK_SAMPLING, ratio)} By: {fastest}.")
    data = {"rows": rows.data, "compiling": compiling_section.data, "targets": ratios}
    return Section("\n\n".join(parts), data)


# Two cores.


def threads(models: Models, effort: Effort) -> Section:
    """Time training in one process, with two threads, and in two processes."""
    seconds = 10 * effort.seconds
    found = {
        "1 process, 1 thread": trained_together(models, 1, 1, seconds),
        "1 process, 2 threads": trained_together(models, 1, 2, seconds),
        "2 processes, 1 thread each": trained_together(models, 2, 1, seconds),
    }
    alone = found["1 process, 1 thread"]
    rows: list[Row] = [[n, f"{rate:.3g}", f"{rate / alone:.3g}"] for n, rate in found.items()]
    text = (
        f"Images per second of wall time, of all processes together, of {models.names[1]} in "
        f"training at L = {models.lattice_size} on up to two cores."
    )
    return Section(f"{text}\n\n{table(['', 'images/s', 'speedup'], rows)}", dict(found))


def trained_together(models: Models, processes: int, count: int, seconds: float) -> float:
    """Return images per second of processes that begin together."""
    context = multiprocessing.get_context("spawn")
    barrier, queue = context.Barrier(processes), context.SimpleQueue()
    workers = [
        context.Process(target=train_for, args=(models, count, seconds, barrier, queue))
        for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    rate = sum(queue.get() for _ in workers)
    for worker in workers:
        worker.join()
    return float(rate)


def train_for(models: Models, count: int, seconds: float, barrier: Barrier, queue: Any) -> None:
    """Train for a while, and put images per second into the queue."""
    torch.set_num_threads(count)
    each = trainer(models.continuous, models.lattice_size)
    for _ in range(2):
        each.act()
    barrier.wait()
    start, steps = time.perf_counter(), 0
    while (taken := time.perf_counter() - start) < seconds:
        each.act()
        steps += 1
    queue.put(steps * each.images / taken)


# Growth.


def growth(models: Models, effort: Effort) -> Section:
    """Time the continuous model on lattices of several sizes and in chains of several lengths."""
    sizes = SIZES if effort is FULL else SIZES[:2]
    settings = models.continuous
    sites = settings.batch_size * models.lattice_size**2
    fastest = HALF if settings.precision == "bfloat16" else LAST
    act_of: dict[str, Contender] = {}
    for size in sizes:
        there = replace(models, lattice_size=size)
        batch = max(2, sites // size**2)
        act_of[f"training {size}"] = trainer(
            settings.model_copy(update={"batch_size": batch}), size
        )
        for each in continuous_chains(fastest, there, [GROWING_STEPS], effort).values():
            act_of[f"sampling {size}"] = each
    for steps, each in continuous_chains(fastest, models, STEPS, effort).items():
        act_of[f"steps {steps}"] = each
    taken = taking_turns(act_of, effort)
    milliseconds = {
        name: Spread.of(1e3 * each.cpu for each in costs) for name, costs in taken.items()
    }
    rows: list[Row] = []
    for size in sizes:
        row: Row = [size]
        for kind in ("training", "sampling"):
            found = milliseconds[f"{kind} {size}"]
            per_site = found.median / size**2
            first = milliseconds[f"{kind} {sizes[0]}"].median / sizes[0] ** 2
            row += [found, f"{per_site / first:.3g}"]
        rows.append(row)
    headings = ["L", "ms per image trained", "per site, times"]
    headings += [f"ms per frame, {GROWING_STEPS} steps", "per site, times"]
    step_rows: list[Row] = []
    for steps in STEPS:
        found = milliseconds[f"steps {steps}"]
        step_rows.append([steps, found, f"{found.median / steps:.3g}", f"{1e3 / found.median:.3g}"])
    step_headings = ["steps", "ms per frame", "ms per step", "frames/s"]
    text = (
        f"CPU time of {models.names[1]} in {settings.precision}. At every L, batches in training "
        f"have as many sites as {settings.batch_size} images of L = {models.lattice_size}; chains "
        "in the second table are of that L."
    )
    parts = [text, table(headings, rows), table(step_headings, step_rows)]
    data = {name: asdict(found) for name, found in milliseconds.items()}
    return Section("\n\n".join(parts), {"milliseconds": data, "lattice_size": models.lattice_size})


def draw_growth(data: Data, folder: Path) -> None:
    """Draw what :func:`growth` has found."""
    found = data["milliseconds"]
    looks = {
        "training": style.Look("training, one image", "#D55E00", "s", "--"),
        "sampling": style.Look(f"sampling, {GROWING_STEPS} steps", "#0072B2", "o", "-"),
        "steps": style.Look(f"L = {data['lattice_size']}", "#0072B2", "o", "-"),
    }
    with rc_context(style.RC):
        figure, axes = style.panels(1, 2, (7.6, 3.4))
        for kind, look in looks.items():
            ax = axes[0, int(kind == "steps")]
            numbers = [int(key.split()[1]) for key in found if key.startswith(kind)]
            spreads = [found[f"{kind} {number}"] for number in numbers]
            middle, least, most = (
                np.array([each[key] for each in spreads]) for key in ("median", "least", "most")
            )
            error = np.stack([middle - least, most - middle])
            style.points(ax, look, np.array(numbers), middle, error)
            if kind == "training":
                area = middle[0] * (np.array(numbers) / numbers[0]) ** 2
                ax.plot(numbers, area, label=r"$\propto L^2$", **style.INFINITE)
            ax.set(xscale="log", yscale="log", ylabel="CPU time / ms per frame")
            ax.set_xticks(numbers, [str(number) for number in numbers])
            ax.xaxis.set_minor_locator(NullLocator())
            style.plain_ticks(ax.yaxis, [1, 2, 5])
        for ax, label in zip(axes[0], ("L", "steps of the chain"), strict=True):
            ax.set_xlabel(label)
            ax.set_ylim(top=3 * ax.get_ylim()[1])  # room for the legend
            ax.legend(loc="upper left")
        style.letter(axes[0], ["cost against L", "cost against steps"])
        for suffix in (".svg", ".png"):
            figure.savefig(folder / f"generative{suffix}", metadata=METADATA[suffix])


SECTIONS: dict[str, tuple[str, Callable[[Models, Effort], Section]]] = {
    "training": ("Training", training_rates),
    "sampling": ("Sampling", sampling_rates),
    "threads": ("Two cores", threads),
    "growth": ("Growth with the lattice and with steps", growth),
}


def machine(models: Models) -> dict[str, str]:
    """Return what the timings depend on."""
    return {
        "CPU": cpu_model(),
        "cores": str(os.cpu_count()),
        "vectors": torch.backends.cpu.get_cpu_capability(),
        "bfloat16 matrix units": "yes" if torch.cpu.get_capabilities().get("amx_bf16") else "no",
        "Python": platform.python_version(),
        "PyTorch": torch.__version__,
        "diffusers": version("diffusers") or "not installed",
        "model of N_t steps": models.names[0],
        "model of continuous noise": f"{models.names[1]}, {models.parameters:,} parameters",
        "L": str(models.lattice_size),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="within a minute, to try it")
    parser.add_argument(
        "--section", action="append", choices=list(SECTIONS), help="only this; may be repeated"
    )
    parser.add_argument("--lattice-size", type=int, default=32, help="L")
    parser.add_argument(
        "--output", type=Path, help="folder; without, only a full run of all sections is written"
    )
    arguments = parser.parse_args()
    chosen = arguments.section or list(SECTIONS)
    torch.set_num_threads(1)
    effort = QUICK if arguments.quick else FULL
    run = config.load([ROOT / "config.yaml"])
    models = Models.of(run, arguments.lattice_size, effort.images)

    about = machine(models)
    parts = ["# Generative models", "\n".join(f"- {key}: {value}" for key, value in about.items())]
    if arguments.quick:
        parts.append("A quick run, to see that it works: its numbers are not to be relied on.")
    if not version("diffusers"):
        parts.append(MISSING)
    data: Data = {"machine": about, "quick": arguments.quick}
    print("\n\n".join(parts), flush=True)
    with tempfile.TemporaryDirectory() as cache:
        # Compiling begins with nothing, and in this process, so that its time can be told.
        os.environ |= {"TORCHINDUCTOR_CACHE_DIR": cache, "TORCHINDUCTOR_COMPILE_THREADS": "1"}
        for name in chosen:
            title, measure = SECTIONS[name]
            section = measure(models, effort)
            parts.append(f"## {title}\n\n{section.text}")
            data[name] = section.data
            print(f"\n{parts[-1]}", flush=True)

    complete = not arguments.quick and chosen == list(SECTIONS)
    folder = arguments.output or (RESULTS if complete else None)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "generative.txt").write_text("\n\n".join(parts) + "\n")
        (folder / "generative.json").write_text(json.dumps(data, indent=2) + "\n")
        if "growth" in data:
            draw_growth(data["growth"], folder)


if __name__ == "__main__":
    main()
