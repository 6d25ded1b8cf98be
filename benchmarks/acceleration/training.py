"""Training: images per second, from a plain loop to paper-accelerated, and losses by batch."""

import math
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.acceleration.cost import operations
from benchmarks.acceleration.scale import SMALL_BATCH, Scale, Spins
from benchmarks.harness import Act, processor_seconds, table, taking_turns
from benchmarks.loops import RATE, own_training, textbook_training
from ising_fidelity.models.common.cuda_graphs import WARM_UP
from ising_fidelity.models.common.layers import count_parameters
from ising_fidelity.models.diffusion.unet import UNet
from ising_fidelity.models.training import loop

PLAIN = "plain loop, eager float32"


def now(device: torch.device) -> float:
    """Return the time once a GPU has finished its work, or the processor time on a CPU."""
    if device.type == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return processor_seconds()  # other work does not count


def seconds(act: Act, device: torch.device, least: float = 0.5) -> float:
    """Return the duration of one act, from enough repetitions."""
    count, start, taken = 0, now(device), 0.0
    while taken < least or not count:
        for _ in range(max(1, count)):  # doubled each time, so that a GPU rarely synchronises
            act()
        count += max(1, count)
        taken = now(device) - start
    return taken / count


def peak(device: torch.device, rows: int) -> float:
    """Return operations per second of a large matrix product in bfloat16."""
    a, b = (torch.randn(rows, rows, device=device).bfloat16() for _ in range(2))

    def product() -> Tensor:
        return a @ b

    product()
    return 2 * rows**3 / statistics.median(seconds(product, device, 0.2) for _ in range(3))


def rates(scale: Scale, device: torch.device, compiles: bool) -> str:
    """Return images per second of each way to train, and the share of the device's peak."""
    settings, size = scale.settings, scale.lattice_size
    most = peak(device, scale.product)
    per_image, _ = operations(settings, size)

    def own(batch: int, precision: str, compiled: bool) -> Act:
        update = {"batch_size": batch, "precision": precision, "compile": compiled}
        return own_training(settings.model_copy(update=update), size, device)[0]

    acts: dict[tuple[str, int], Act] = {}
    for batch in (SMALL_BATCH, scale.batch, 3 * scale.batch):
        network = UNet(settings.network).to(device)
        acts[PLAIN, batch] = textbook_training(network, batch, size, settings)
        acts["ours, eager float32", batch] = own(batch, "float32", False)
        acts["ours, bfloat16", batch] = own(batch, "bfloat16", False)
        if compiles and batch == scale.batch:  # compiling takes most of a minute
            acts["ours, compiled and replayed float32", batch] = own(batch, "float32", True)
            acts["ours, compiled and replayed bfloat16", batch] = own(batch, "bfloat16", True)
    for act in acts.values():
        for _ in range(WARM_UP + 1):
            act()
    timers = {key: partial(seconds, act, device) for key, act in acts.items()}
    taken = taking_turns(timers, scale.rounds)
    found = {key: key[1] / statistics.median(times) for key, times in taken.items()}
    first = found[PLAIN, SMALL_BATCH]
    rows = [
        [
            name,
            batch,
            f"{rate:.3g}",
            f"{rate / first:.2f}",
            f"{rate * per_image / 1e9:.3g}",
            f"{rate * per_image / most:.1%}",
        ]
        for (name, batch), rate in found.items()
    ]
    headings = ["training", "batch", "images/s", "times the first", "Gflop/s", "share of peak"]
    with torch.device("meta"):
        parameters = count_parameters(UNet(settings.network))
    return (
        f"{parameters:,} parameters, L = {size}, {per_image / 1e9:.3g} GFLOP per image trained; "
        f"peak {most / 1e12:.3g} Tflop/s, a product of {scale.product} rows in bfloat16. Float32 "
        f"is as PyTorch has it by default, convolutions of a GPU in TF32.\n\n"
        f"{table(headings, rows)}"
    )


def ways(batch: int) -> dict[str, tuple[int, float]]:
    """Return the batch sizes and learning rates that are compared."""
    ratio = batch / SMALL_BATCH
    return {
        f"{SMALL_BATCH}": (SMALL_BATCH, RATE),
        f"{batch}, rate as it is": (batch, RATE),
        f"{batch}, square root": (batch, RATE * math.sqrt(ratio)),
        f"{batch}, linear": (batch, RATE * ratio),
    }


def losses(scale: Scale, spins: Spins, device: torch.device) -> str:
    """Return the held-out loss against the number of images, for small and large batches."""
    columns: dict[str, list[NDArray[np.float64]]] = {}
    for way, (batch, rate) in ways(scale.batch).items():
        settings = scale.training(batch, rate, device)
        for seed in range(1, scale.seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                state = Path(folder) / "state.pt"
                trained = loop.train(settings, spins, seed, device, state, way, seconds=1e9)
            columns.setdefault(way, []).append(np.array(trained.history["held_out_loss"]))

    def text(runs: list[NDArray[np.float64]], epoch: int) -> str:
        found = [history[epoch] for history in runs]
        spread = f" ± {np.std(found, ddof=1):.4f}" if len(found) > 1 else ""
        return f"{np.mean(found):.4f}{spread}"

    last = scale.images // scale.every - 1
    rows = [
        [f"{scale.every * (epoch + 1):,}", *(text(runs, epoch) for runs in columns.values())]
        for epoch in range(last + 1)
        if (epoch + 1) & epoch == 0 or epoch == last  # powers of two
    ]
    return (
        f"Held-out loss at L = {scale.lattice_size}, width {scale.settings.network.width}, of "
        f"batches of {SMALL_BATCH} with learning rate {RATE:g}, and of {scale.batch} with "
        f"that, and scaled with the square root of the batch or with the batch. Means over "
        f"{scale.seeds} seeds and their standard deviation.\n\n"
        f"{table(['images seen', *(f'batch {way}' for way in columns)], rows)}"
    )
