"""Training: the loop over epochs, and the state from which a killed run resumes."""

import copy
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import whole
from ising_fidelity.io.progress import progress_bar
from ising_fidelity.models import checkpoint
from ising_fidelity.models.common.data import Frames, training_frames, transformed
from ising_fidelity.models.common.protocol import History, Means
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.family import family_of


@dataclass
class Trained:
    """The result of training.

    The weights are those of the best or of the last epoch, depending on the family. Epochs count
    from 0. The history has losses and learning rate by name, one number per epoch.
    """

    weights: dict[str, Tensor] = field(default_factory=dict)
    history: History = field(default_factory=dict)
    best_epoch: int = -1

    @property
    def epochs(self) -> int:
        """Number of epochs so far."""
        return len(self.history.get("learning_rate", []))


def train(
    settings: Training,
    frames: dict[float, NDArray[np.int8]],
    seed: int,
    device: torch.device,
    state_path: Path,
    identity: str,
    finish: bool = False,
    seconds: float = math.inf,
    name: str = "model",
    further: Sequence[dict[float, NDArray[np.int8]]] = (),
) -> Trained:
    """Train a model; resume from ``state_path`` if an earlier run was interrupted.

    The state is written after every epoch, so that a killed run loses at most one. On the same
    machine, an interrupted run gives the same weights as an uninterrupted one. If time is limited,
    the state is written once, at the end: for a large network this takes as long as an epoch.

    Parameters
    ----------
    frames
        Temperature in J/k_B to spins (chain, draw, L, L).
    seed
        Seed of every random stream: initial weights, order of frames, noise.
    state_path
        File of the state; the caller removes it once the result is stored.
    identity
        A hash of code, settings, seed and frames; a state with a different hash is ignored.
    finish
        Use the model of the state, without further epochs.
    seconds
        Time limit: stop before an epoch that would end later, if it takes as long as the last one.
        The first epoch always runs.
    name
        Name of the model in error messages.
    further
        As ``frames``, of other lattice sizes. Each has as many batches as ``frames``, with as many
        sites.

    Raises
    ------
    InputError
        At the end of the first epoch with a loss or a weight that is not finite; ``state_path``
        then has the state of the epoch before. Also if there is no state of this training to
        finish.
    """
    begun = time.monotonic()
    torch.manual_seed(seed)
    noise = torch.Generator(device).manual_seed(seed)
    order = torch.Generator().manual_seed(seed + 1)
    seen, held_out = training_frames(frames, settings, device, further)
    trainer = family_of(settings).make_trainer(settings, seen, held_out, device, noise)
    result = Trained()
    saved = _read_state(state_path, identity, device)
    if saved:
        result = Trained(**saved["result"])
        trainer.restore(saved["trainer"])
        order.set_state(saved["order"].cpu())
        noise.set_state(saved["noise"].cpu())
    if finish and not saved:
        raise InputError(
            f"{state_path}: no state of this training, with its settings, seed, frames and code; "
            "nothing to finish"
        )
    epochs = result.epochs if finish else settings.epochs
    last: dict[str, Any] = {}
    images = settings.images_per_epoch or len(seen)
    total = images * len(seen.all_sizes)  # in frames of the first size
    with progress_bar(total=epochs * total, initial=result.epochs * total) as bar:
        for epoch in range(result.epochs, epochs):
            start, means = time.monotonic(), Means()
            for some, index in _batches(seen, images, settings.batch_size, order, device):
                progress = (epoch + means.frames / total) / settings.epochs
                spins, temperature = some[index]
                if settings.augmentation == "symmetries" and not trainer.augments:
                    spins = transformed(spins, noise)
                count = len(index) * some.sites / seen.sites
                means.add(trainer.batch(spins, temperature, progress), count)
                bar.update(count)
            row = means.values() | {"held_out_loss": trainer.validate()}
            if wrong := _not_finite(row, trainer.weights()):
                if last:
                    _save_state(state_path, last)
                raise InputError(f"{name}: {wrong} {_advice(settings, epoch, state_path)}")
            for column in result.history | row:
                values = result.history.setdefault(column, [math.nan] * epoch)
                values.append(row.get(column, math.nan))
            if trainer.is_best(result.history["held_out_loss"]):
                result.best_epoch = epoch
                result.weights = copy.deepcopy(trainer.weights())
            bar.set_postfix({loss: f"{value:.4g}" for loss, value in row.items()})
            now = time.monotonic()
            enough = now - begun + (now - start) > seconds
            state = {
                "identity": identity,
                "result": vars(result),
                "trainer": trainer.state(),
                "order": order.get_state(),
                "noise": noise.get_state(),
            }
            if math.isfinite(seconds) and not enough and epoch + 1 < epochs:
                last = copy.deepcopy(state)  # a copy takes far less time than a file
                continue
            _save_state(state_path, state)
            if enough:
                break
    return result


def _not_finite(losses: Mapping[str, float], weights: Mapping[str, Tensor]) -> str:
    """Return what is not finite in an epoch, an empty text if everything is."""
    for loss, value in losses.items():
        if not math.isfinite(value):
            return f"{loss} is {value}"
    return "" if checkpoint.finite(weights) else "weights are not finite numbers"


def _advice(settings: Training, epoch: int, state_path: Path) -> str:
    """Return the epoch (``epoch`` counts from 0) of the failure, a remedy, and what is kept."""
    rates = {key: value for key, value in settings.plain().items() if key.endswith("learning_rate")}
    tried = ", ".join(f"{key}: {value}" for key, value in rates.items())
    kept = "there is no epoch before it to keep"
    if epoch:
        kept = f"{state_path} keeps the state of epoch {epoch}, where the same settings resume"
    return (
        f"in epoch {epoch + 1} of {settings.epochs}, and training ends here; smaller learning "
        f"rates are needed ({tried}); {kept}"
    )


def _batches(
    seen: Frames, images: int, size: int, order: torch.Generator, device: torch.device
) -> Iterator[tuple[Frames, Tensor]]:
    """Yield frames of one lattice size and indices of a batch, ``images`` frames of the first size.

    No frame repeats before each has occurred once. Lattice sizes take turns.
    """
    batches = []
    for some in seen.all_sizes:
        count = images * seen.sites // some.sites
        passes = math.ceil(count / len(some))
        index = torch.cat([torch.randperm(len(some), generator=order) for _ in range(passes)])
        # Batches of even size: batch norm fails on a last batch of a single frame. All indices go
        # to the device at once, since each transfer waits for it.
        parts = index[:count].to(device).tensor_split(math.ceil(images / size))
        batches.append([(some, part) for part in parts])
    for turn in zip(*batches, strict=True):
        yield from turn


def _read_state(path: Path, identity: str, device: torch.device) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        saved: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        return saved if saved["identity"] == identity else {}
    except Exception as error:
        # Any error means a foreign file: states are written whole, and only weights are read.
        raise InputError(
            f"{path}: not the state of a training; delete the file to train from the start"
        ) from error


def _save_state(path: Path, state: dict[str, Any]) -> None:
    with whole(path) as place:
        torch.save(state, place)
