"""Training: optimiser steps, from the stock model to the fastest way, and on two cores."""

import multiprocessing
import time
from multiprocessing.synchronize import Barrier
from typing import Any

import torch

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
from benchmarks.harness import Effort, Section, tabled, version
from benchmarks.loops import own_training, random_frames, seeded, textbook_training
from ising_fidelity.models.common.layers import count_parameters
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.continuous import objective
from ising_fidelity.models.diffusion.unet import UNet

STOCK = "stock U-Net"
BATCHES = (8, 16, 32, 64)


def continuous_contender(way: Way, models: Models, batch: int) -> Contender:
    """Return the training of the continuous model in one way, in a plain loop."""
    settings, lattice_size = models.continuous, models.lattice_size
    network = way.network(settings, lattice_size)
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate)
    predict, generator = way.callable(network), seeded()
    s, temperature = random_frames(batch, lattice_size)
    largest = settings.largest_noise(lattice_size)

    def act() -> float:
        sigma = objective.random_sigma(
            batch, largest, settings.noise_center, settings.noise_width, generator
        )
        noise = torch.randn(s.shape, generator=generator)
        x = s + sigma[:, None, None, None] * noise
        loss = objective.loss(predict, x, s, sigma, temperature)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return Contender(act, batch, network)


def own_contender(settings: Training, lattice_size: int) -> Contender:
    """Return the project's own training."""
    act, network = own_training(settings, lattice_size)
    return Contender(act, settings.batch_size, network)


def training_rates(models: Models, effort: Effort) -> Section:
    """Time optimiser steps, from the stock model to the fastest way."""
    size, batch = models.lattice_size, models.continuous.batch_size
    parameters, embedding = models.parameters, models.unet.network.embedding
    plain_unet = models.unet.network.model_copy(update={"padding": "zeros"})
    stock = {
        STOCK: stock_unet(parameters, embedding),
        f"stock U-Net, width {plain_unet.width}": UNet(plain_unet),
    }
    contenders = {
        name: Contender(textbook_training(network, batch, size), batch, network)
        for name, network in stock.items()
    }
    contenders[f"the project's training of {models.names[0]}"] = own_contender(models.unet, size)
    if version("diffusers"):
        network = diffusers_unet(parameters, size)
        act = textbook_training(
            network, batch, size, predict=lambda x, step, _: network(x, step - 1).sample
        )
        note = "knows nothing of T"
        contenders["diffusers' UNet2DModel"] = Contender(act, batch, network, note)
    for way in (EAGER, LAST, HALF):
        contenders[way.name] = continuous_contender(way, models, batch)
    compiled = {}
    if not effort.quick:
        contenders[COMPILED.name] = continuous_contender(COMPILED, models, batch)
        compiled[COMPILED.name] = HALF.name
    name = f"the project's training of {models.names[1]}"
    contenders[name] = own_contender(models.continuous, size)
    if not effort.quick:
        own = models.continuous.model_copy(update={"compile": True})
        contenders[f"{name}, compiled"] = own_contender(own, size)
        compiled[f"{name}, compiled"] = name
    for other in (each for each in BATCHES if each <= models.most_images):
        for way, words in ((EAGER, "eager float32"), (HALF, "channels-last, bfloat16")):
            contenders[f"batch {other}, {words}"] = continuous_contender(way, models, other)
    mine = [key for key, one in contenders.items() if count_parameters(one.network) == parameters]
    about = (
        f"Images per second of one core in training, L = {size}, batches of {batch} where nothing "
        "else is said. The stock U-Net and diffusers' have as many parameters as the continuous "
        "model, as nearly as a width can give, and are trained by the same plain loop: eager, "
        "float32, channels first, AdamW. Rows with + add to the row above."
    )
    references = (STOCK, EAGER.name)
    return compared(about, "training images/s", contenders, compiled, references, [mine], effort)


def threads(models: Models, effort: Effort) -> Section:
    """Time training in one process, with two threads, and in two processes."""
    seconds = 10 * effort.seconds
    found = {
        "1 process, 1 thread": trained_together(models, 1, 1, seconds),
        "1 process, 2 threads": trained_together(models, 1, 2, seconds),
        "2 processes, 1 thread each": trained_together(models, 2, 1, seconds),
    }
    alone = found["1 process, 1 thread"]
    rows = {
        name: {"images_per_second": rate, "speedup": rate / alone} for name, rate in found.items()
    }
    about = (
        f"Images per second of wall time, of all processes together, of {models.names[1]} in "
        f"training at L = {models.lattice_size} on up to two cores."
    )
    return tabled(rows, about)


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
    act, _ = own_training(models.continuous, models.lattice_size)
    for _ in range(2):
        act()
    barrier.wait()
    start, steps = time.perf_counter(), 0
    while (taken := time.perf_counter() - start) < seconds:
        act()
        steps += 1
    queue.put(steps * models.continuous.batch_size / taken)
