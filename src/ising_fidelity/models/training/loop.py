"""How models are trained: the loops over epochs, and what a killed run goes on from."""

import copy
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from ising_fidelity.exceptions import InputError
from ising_fidelity.files import whole
from ising_fidelity.models import adversarial, autoregressive, continuous, diffusion
from ising_fidelity.models.muon import Muon
from ising_fidelity.models.patchnet import PatchNetwork
from ising_fidelity.models.penalized_training import PenalizedTrainer
from ising_fidelity.models.recorded import Recorded
from ising_fidelity.models.settings import (
    AdversarialSettings,
    AutoregressiveSettings,
    ContinuousSettings,
    DiffusionSettings,
    ModelSettings,
    PenalizedSettings,
    Training,
)
from ising_fidelity.models.unet import UNet, channels_last

History = dict[str, list[float]]
Losses = dict[str, float | Tensor]
"""Numbers by name; those of the device stay there, as to read one is to wait for it."""
_Network = TypeVar("_Network", bound=nn.Module)

DEEP, DEEP_PLACES = 8, 16
"""Noise above L divided by this leaves several of the references possible, or several of their
places; below it, hardly more than the one frame."""


@dataclass(frozen=True)
class Frames:
    """Frames of all training temperatures on one device.

    Attributes
    ----------
    spins
        Shape (frames, 1, L, L), int8.
    temperature
        Of each frame in J/k_B, shape (frames,), float32.
    """

    spins: Tensor
    temperature: Tensor

    def __len__(self) -> int:
        return len(self.spins)

    def __getitem__(self, index: Tensor) -> tuple[Tensor, Tensor]:
        index = index.to(self.spins.device)
        return self.spins[index].float(), self.temperature[index]


def training_frames(
    frames: dict[float, NDArray[np.int8]], settings: Training, device: torch.device
) -> tuple[Frames, Frames]:
    """Return the frames to train on and those held out.

    The last draws of every chain are held out, not random ones: frames next to each other in a
    chain are alike, and a held-out frame should be new.

    Parameters
    ----------
    frames
        Temperature in J/k_B to spins (chain, draw, L, L).
    settings
        Say what share is held out and whether the frames with all signs turned belong to the
        data, too.
    device
        Where the frames go.
    """
    parts: tuple[list[NDArray[np.int8]], ...] = ([], [])
    temperatures: tuple[list[float], ...] = ([], [])
    for temperature, spins in sorted(frames.items()):
        spins = spins[:, : settings.draws_used(*spins.shape[:2])]
        split = settings.draws_seen(spins.shape[1])
        for side, half in enumerate((spins[:, :split], spins[:, split:])):
            half = half.reshape(-1, 1, *spins.shape[-2:])
            if settings.augmentation == "flip":
                half = np.concatenate([half, -half])
            parts[side].append(half)
            temperatures[side].extend([temperature] * len(half))
    seen, unseen = (
        Frames(
            torch.from_numpy(np.concatenate(part)).to(device),
            torch.tensor(of_each, dtype=torch.float32, device=device),
        )
        for part, of_each in zip(parts, temperatures, strict=True)
    )
    return seen, unseen


def transformed(spins: Tensor, generator: torch.Generator) -> Tensor:
    """Return each frame with a sign, a translation and one of the square's symmetries at random.

    Parameters
    ----------
    spins
        Shape (frames, images, L, L); all images of a frame are moved alike.
    """
    frames, images, size = spins.shape[:3]
    device = spins.device

    def draw(count: int) -> Tensor:
        return torch.randint(count, (frames, 1, 1), generator=generator, device=device)

    y, x = torch.meshgrid(*2 * [torch.arange(size, device=device)], indexing="ij")
    turned, mirrored, sign = draw(2), draw(2), draw(2)
    rows, columns = torch.where(turned == 1, x, y), torch.where(turned == 1, y, x)
    columns = torch.where(mirrored == 1, size - 1 - columns, columns)
    rows = torch.where(draw(2) == 1, size - 1 - rows, rows)
    place = (rows + draw(size)) % size * size + (columns + draw(size)) % size
    places = place.reshape(frames, 1, -1).expand(-1, images, -1)
    moved = spins.reshape(frames, images, -1).gather(2, places)
    return (moved * (1 - 2 * sign)).reshape(spins.shape)


class Trainer(Protocol):
    """What the loop over epochs needs of a family of models."""

    def batch(self, frames: Tensor, temperature: Tensor, progress: float) -> Losses:
        """Take the optimiser steps of one batch; return losses by name."""

    def validate(self) -> float:
        """Return the held-out loss."""

    def is_best(self, losses: list[float]) -> bool:
        """Whether the weights after the last of these held-out losses are to be kept."""

    def weights(self) -> dict[str, Tensor]:
        """Return the weights that would be used for sampling now."""

    def state(self) -> dict[str, Any]:
        """Return all that is needed to go on from here."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""


@dataclass
class Trained:
    """What training has come to.

    Attributes
    ----------
    weights
        Of the best epoch or of the last one, as the family has it.
    history
        Losses and learning rate by name, one number per epoch.
    best_epoch
        Index of the epoch, from 0, whose weights these are.
    """

    weights: dict[str, Tensor] = field(default_factory=dict)
    history: History = field(default_factory=dict)
    best_epoch: int = -1

    @property
    def epochs(self) -> int:
        """Number of epochs so far."""
        return len(self.history.get("learning_rate", []))


def train(
    settings: ModelSettings,
    frames: dict[float, NDArray[np.int8]],
    seed: int,
    device: torch.device,
    state_path: Path,
    identity: str,
    finish: bool = False,
    seconds: float = math.inf,
) -> Trained:
    """Train a model, going on from ``state_path`` if an earlier run was cut off.

    The state is written after every epoch, so that a killed run loses no more than one. An
    interrupted run gives the same weights as an uninterrupted one on the same machine. Where time
    is limited, the state is written once, at the end: that of a large network takes as long as an
    epoch.

    Parameters
    ----------
    settings
        Of the model.
    frames
        Temperature in J/k_B to spins (chain, draw, L, L).
    seed
        Of every random stream: first weights, order of frames, noise.
    device
        Where to compute.
    state_path
        File of the state; the caller removes it when the result is safe.
    identity
        A hash of code, settings, seed and frames; a state with another one is not gone on from.
    finish
        Take the model as it is in the state, without further epochs.
    seconds
        Stop before the epoch that would end later than this, if it takes as long as the last one;
        the first is made in any case.
    """
    begun = time.monotonic()
    torch.manual_seed(seed)
    noise = torch.Generator(device).manual_seed(seed)
    order = torch.Generator().manual_seed(seed + 1)
    seen, held_out = training_frames(frames, settings, device)
    trainer: Trainer
    if isinstance(settings, DiffusionSettings):
        trainer = DiffusionTrainer(settings, held_out, device, noise)
    elif isinstance(settings, ContinuousSettings):
        trainer = ContinuousTrainer(settings, seen, held_out, device, noise)
    elif isinstance(settings, AutoregressiveSettings):
        trainer = AutoregressiveTrainer(settings, held_out, device, noise)
    elif isinstance(settings, PenalizedSettings):
        trainer = PenalizedTrainer(settings, held_out, device, noise)
    else:
        trainer = AdversarialTrainer(settings, held_out, device, noise)
    result = Trained()
    saved = _read_state(state_path, identity, device)
    if saved:
        result = Trained(**saved["result"])
        trainer.restore(saved["trainer"])
        order.set_state(saved["order"].cpu())
        noise.set_state(saved["noise"].cpu())
    epochs = result.epochs if finish else settings.epochs
    images = settings.images_per_epoch or len(seen)
    with tqdm(total=epochs * images, initial=result.epochs * images, disable=None) as bar:
        for epoch in range(result.epochs, epochs):
            start, means = time.monotonic(), _Means()
            for index in _batches(len(seen), images, settings.batch_size, order, device):
                progress = (epoch + means.frames / images) / settings.epochs
                spins, temperature = seen[index]
                # A trainer of continuous noise moves a noisy frame and its target together.
                if settings.augmentation == "symmetries" and not isinstance(
                    trainer, ContinuousTrainer
                ):
                    spins = transformed(spins, noise)
                means.add(trainer.batch(spins, temperature, progress), len(index))
                bar.update(len(index))
            row = means.values() | {"held_out_loss": trainer.validate()}
            for name in result.history | row:
                column = result.history.setdefault(name, [math.nan] * epoch)
                column.append(row.get(name, math.nan))
            if trainer.is_best(result.history["held_out_loss"]):
                result.best_epoch = epoch
                result.weights = copy.deepcopy(trainer.weights())
            bar.set_postfix({name: f"{value:.4g}" for name, value in row.items()})
            now = time.monotonic()
            enough = now - begun + (now - start) > seconds
            if math.isfinite(seconds) and not enough and epoch + 1 < epochs:
                continue
            state = {
                "identity": identity,
                "result": vars(result),
                "trainer": trainer.state(),
                "order": order.get_state(),
                "noise": noise.get_state(),
            }
            _save_state(state_path, state)
            if enough:
                break
    return result


class _Means:
    """Means over the batches of an epoch, weighted with their sizes.

    Losses are added up where they are, in double precision, and read once.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.sums: Losses = {}
        self.counts: dict[str, int] = {}

    def add(self, values: Losses, frames: int) -> None:
        self.frames += frames
        for name, value in values.items():
            number = value.double() if isinstance(value, Tensor) else value
            self.sums[name] = self.sums.get(name, 0.0) + number * frames
            self.counts[name] = self.counts.get(name, 0) + frames

    def values(self) -> dict[str, float]:
        return {name: float(total) / self.counts[name] for name, total in self.sums.items()}


def _batches(
    frames: int, images: int, size: int, order: torch.Generator, device: torch.device
) -> Iterator[Tensor]:
    """Yield indices of frames: ``images`` in all, no frame twice before each came once."""
    passes = math.ceil(images / frames)
    index = torch.cat([torch.randperm(frames, generator=order) for _ in range(passes)])
    # Batches of even size: batch norm cannot do with a last one of a single frame. All indices go
    # to the device at once, since it is waited for each time.
    yield from index[:images].to(device).tensor_split(math.ceil(images / size))


def _read_state(path: Path, identity: str, device: torch.device) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        saved: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        return saved if saved["identity"] == identity else {}
    except Exception as error:
        # Whatever it is, it is not ours: states are written whole, and nothing but weights is read.
        raise InputError(
            f"{path}: not a state to go on training from; without the file training begins anew"
        ) from error


def _save_state(path: Path, state: dict[str, Any]) -> None:
    with whole(path) as place:
        torch.save(state, place)


class AveragingTrainer(ABC):
    """AdamW on a loss that is estimated at random, and averaged weights."""

    settings: DiffusionSettings | ContinuousSettings | AutoregressiveSettings

    def __init__(self, network: nn.Module, held_out: Frames, noise: torch.Generator) -> None:
        self.network, self.held_out, self.noise = network, held_out, noise
        self.averaged = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizers = self._optimizers()
        self.rates = [group["lr"] for group in self._groups()]
        self.steps = 0
        self.take_step: Callable[[Tensor, Tensor], Tensor] = self._step

    def _optimizers(self) -> list[torch.optim.Optimizer]:
        return [self._adamw(self.network.parameters())]

    def _adamw(self, weights: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        settings = self.settings
        betas = 0.9, settings.adam_beta_2
        on_gpu = self.held_out.spins.is_cuda
        return torch.optim.AdamW(
            weights,
            lr=settings.learning_rate,
            betas=betas,
            fused=True if on_gpu else None,  # the same arithmetic for all weights at once
            capturable=on_gpu and getattr(settings, "compile", False),  # for Recorded
        )

    def _groups(self) -> list[dict[str, Any]]:
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    @abstractmethod
    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss at random noise, or of random sites."""

    @abstractmethod
    def validate(self) -> float:
        """Return the held-out loss."""

    def batch(self, frames: Tensor, temperature: Tensor, progress: float) -> Losses:
        """Take one optimiser step."""
        share = 1.0
        if self.settings.learning_rate_schedule == "cosine":
            share = 0.5 * (1 + math.cos(math.pi * progress))
        for group, rate in zip(self._groups(), self.rates, strict=True):
            if isinstance(self.take_step, Recorded):  # it reads the rate where it is
                group["lr"] = torch.as_tensor(group["lr"], device=frames.device).fill_(share * rate)
            else:
                group["lr"] = share * rate
        loss = self.take_step(frames, temperature)
        self._average()
        return {"loss": loss, "learning_rate": share * self.settings.learning_rate}

    def _step(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Change the weights; return the loss before."""
        loss = self.random_loss(frames, temperature)
        self.network.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.detach()

    def _average(self) -> None:
        """Move the averaged weights, faster in the first steps when they are still poor."""
        self.steps += 1
        decay = min(self.settings.ema, self.steps / (self.steps + 10))
        current = [weight.detach() for weight in self.network.parameters()]
        torch._foreach_lerp_(list(self.averaged.parameters()), current, 1 - decay)

    def is_best(self, losses: list[float]) -> bool:
        """Whether the last loss is the least so far: the paper's choice of model."""
        return losses[-1] <= min(losses)

    def weights(self) -> dict[str, Tensor]:
        """Return the averaged weights, which are the last ones where ema is 0."""
        weights: dict[str, Tensor] = self.averaged.state_dict()
        return weights

    def state(self) -> dict[str, Any]:
        """Return weights, averages, moments and the count of steps."""
        return {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "steps": self.steps,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved | {"param_groups": _as_here(optimizer, saved)})
        self.steps = state["steps"]


def _as_here(optimizer: torch.optim.Optimizer, saved: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the groups of a state, which may be of another device, for this optimizer's one."""
    own = [
        {key: group[key] for key in ("fused", "capturable") if key in group}
        for group in optimizer.param_groups
    ]
    return [group | here for group, here in zip(saved["param_groups"], own, strict=True)]


class DenoisingTrainer(AveragingTrainer):
    """Denoising score matching with a fixed held-out loss.

    Attributes
    ----------
    quick, quick_averaged
        The network, and that of averaged weights, as they are called: compiled if asked for.
    """

    settings: DiffusionSettings | ContinuousSettings

    def __init__(self, network: nn.Module, held_out: Frames, noise: torch.Generator) -> None:
        super().__init__(network, held_out, noise)
        self.quick: diffusion.Network = self.network
        self.quick_averaged: diffusion.Network = self.averaged
        if self.settings.compile:
            # A program for each size of a batch, of which there are few.
            self.quick = torch.compile(network, dynamic=False)
            if held_out.spins.is_cuda:  # elsewhere epochs are too short for a second one
                self.quick_averaged = torch.compile(self.averaged, dynamic=False)
                self.take_step = Recorded(self._step, noise)

    def precision(self) -> torch.autocast:
        """Return the context in which networks are called."""
        low = self.settings.precision == "bfloat16"
        return torch.autocast(self.held_out.spins.device.type, torch.bfloat16, enabled=low)

    @abstractmethod
    def loss_at(self, share: Tensor, frames: Tensor, temperature: Tensor, noise: Tensor) -> Tensor:
        """Return the loss of averaged weights at noise from 0, none, to 1, the most."""

    def together(self, frames: int) -> int:
        """Return how many held-out frames are looked at together."""
        if isinstance(self.take_step, Recorded):  # few sizes, since each is compiled for
            return math.ceil(frames / math.ceil(frames / 256))
        return 256

    @torch.no_grad()
    def validate(self) -> float:
        """Return the loss of the held-out frames, each at a time and with noise of its own.

        The times are spread evenly over the chain in an order that is not that of the frames,
        and times and noise are the same in every epoch.
        """
        device, frames = self.noise.device, len(self.held_out)
        fixed = torch.Generator(device).manual_seed(0)
        shares = (torch.randperm(frames, generator=fixed, device=device) + 0.5) / frames
        losses = _Means()
        for index in torch.arange(frames, device=device).split(self.together(frames)):
            x_0, temperature = self.held_out[index]
            noise = torch.randn(x_0.shape, generator=fixed, device=device)
            losses.add({"loss": self.loss_at(shares[index], x_0, temperature, noise)}, len(index))
        return losses.values()["loss"]


class DiffusionTrainer(DenoisingTrainer):
    """The paper's models: noise in N_t steps."""

    settings: DiffusionSettings

    def __init__(
        self,
        settings: DiffusionSettings,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings = settings
        network = UNet(settings.network).to(device)
        channels_last(network)
        super().__init__(network, held_out, noise)
        schedule = diffusion.Schedule.linear(
            settings.diffusion_steps, settings.beta_start, settings.beta_end
        )
        self.density = schedule.training_density(settings.training_times).to(device)
        self.schedule = schedule.to(device)

    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss at random times."""
        step = self.density.multinomial(len(frames), True, generator=self.noise)
        noise = torch.randn(frames.shape, generator=self.noise, device=frames.device)
        return self._loss(self.quick, frames, temperature, step, noise)

    def loss_at(self, share: Tensor, frames: Tensor, temperature: Tensor, noise: Tensor) -> Tensor:
        """Return the loss of averaged weights at shares of N_t."""
        step = (share * len(self.schedule.time)).long()
        return self._loss(self.quick_averaged, frames, temperature, step, noise)

    def _loss(
        self,
        network: diffusion.Network,
        frames: Tensor,
        temperature: Tensor,
        step: Tensor,
        noise: Tensor,
    ) -> Tensor:
        schedule, prediction = self.schedule, self.settings.prediction
        with self.precision():
            return diffusion.loss(network, schedule, frames, temperature, step, noise, prediction)


class ContinuousTrainer(DenoisingTrainer):
    """Models of continuous noise."""

    settings: ContinuousSettings

    def __init__(
        self,
        settings: ContinuousSettings,
        seen: Frames,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings, self.seen = settings, seen
        network = PatchNetwork(settings.network).to(device)
        channels_last(network)
        super().__init__(network, held_out, noise)
        self.largest = settings.noise_largest * held_out.spins.shape[-1]

    def _optimizers(self) -> list[torch.optim.Optimizer]:
        """Return Muon for what lies between channels, and AdamW for all else."""
        if self.settings.optimizer == "adamw":
            return super()._optimizers()
        sides: tuple[list[nn.Parameter], list[nn.Parameter]] = ([], [])
        for name, weight in self.network.named_parameters():
            sides[weight.ndim < 2 or name.startswith("stem.")].append(weight)
        return [Muon(sides[0], self.settings.matrix_learning_rate), self._adamw(sides[1])]

    def is_best(self, losses: list[float]) -> bool:
        """Whether the loss is the least so far, or the last one of steps that come to zero.

        Of such a training the last network is nearest to the exact one, when the held-out loss, of
        as many frames as there are, has long been rising again (``benchmarks/epochs.py``).
        """
        return self.settings.learning_rate_schedule == "cosine" or super().is_best(losses)

    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss at random noise."""
        sigma = continuous.random_sigma(
            len(frames),
            self.largest,
            self.settings.noise_center,
            self.settings.noise_width,
            self.noise,
        )
        noise = torch.randn(frames.shape, generator=self.noise, device=frames.device)
        x = frames + sigma[:, None, None, None] * noise
        mean = self._targets(frames, x, sigma, temperature)
        if self.settings.augmentation == "symmetries":
            moved = transformed(torch.cat([x, mean], dim=1), self.noise)
            x, mean = (part.contiguous() for part in moved.split(1, dim=1))
        return self._loss(self.quick, x, mean, sigma, temperature)

    def _targets(self, frames: Tensor, x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
        """Return the frames, and in place of those deep in noise the mean given x of many."""
        settings = self.settings
        if not settings.references:
            return frames
        start = torch.searchsorted(self.seen.temperature, temperature)
        end = torch.searchsorted(self.seen.temperature, temperature, right=True)
        translations = settings.reference_translations
        deep = sigma * (DEEP_PLACES if translations else DEEP) > frames.shape[-1]
        if frames.is_cuda:  # which would have to be waited for to say which ones they are
            means = self._means(frames, x, sigma, start, end)
            return torch.where(deep[:, None, None, None], means, frames)
        targets = frames.clone()
        for i in deep.nonzero().flatten().tolist():
            share = torch.rand(settings.references, generator=self.noise, device=frames.device)
            others = self.seen.spins[start[i] + (share * (end[i] - start[i])).long(), 0]
            candidates = torch.cat([frames[i].to(others.dtype), others])
            both_signs = settings.augmentation != "none"
            targets[i, 0] = continuous.mean_of_candidates(
                x[i, 0], sigma[i], candidates, both_signs, translations
            )
        return targets

    def _means(
        self, frames: Tensor, x: Tensor, sigma: Tensor, start: Tensor, end: Tensor
    ) -> Tensor:
        """Return the mean given x of many, for all frames at once."""
        shape = len(frames), self.settings.references
        share = torch.rand(shape, generator=self.noise, device=frames.device)
        index = start[:, None] + (share * (end - start)[:, None]).long()
        candidates = torch.cat([frames.to(torch.int8), self.seen.spins[index, 0]], dim=1)
        both_signs = self.settings.augmentation != "none"
        of_each = torch.vmap(continuous.mean_of_candidates, in_dims=(0, 0, 0, None, None))
        translations = self.settings.reference_translations
        return of_each(x[:, 0], sigma, candidates, both_signs, translations)[:, None]

    def loss_at(self, share: Tensor, frames: Tensor, temperature: Tensor, noise: Tensor) -> Tensor:
        """Return the loss of averaged weights at noise even in ln sigma."""
        low, high = math.log(continuous.SMALLEST), math.log(self.largest)
        sigma = (low + (high - low) * share.to(frames.device)).exp()
        x = frames + sigma[:, None, None, None] * noise
        return self._loss(self.quick_averaged, x, frames, sigma, temperature)

    def _loss(
        self,
        network: continuous.Network,
        x: Tensor,
        mean: Tensor,
        sigma: Tensor,
        temperature: Tensor,
    ) -> Tensor:
        with self.precision():
            return continuous.loss(network, x, mean, sigma, temperature, self.settings.prediction)


class AutoregressiveTrainer(AveragingTrainer):
    """Maximum likelihood."""

    settings: AutoregressiveSettings

    def __init__(
        self,
        settings: AutoregressiveSettings,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings = settings
        network = autoregressive.MultiscaleNetwork(settings.network).to(device)
        channels_last(network)
        super().__init__(network, held_out, noise)
        groups = autoregressive.order(held_out.spins.shape[-1], settings.colors)
        self.levels = autoregressive.levels(groups, device)
        self.sites = held_out.spins[0].numel()

    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return an estimate of -ln q per site."""
        nats = autoregressive.surprise(self.network, self.levels, frames, temperature, self.noise)
        return nats.mean() / self.sites

    @torch.no_grad()
    def validate(self) -> float:
        """Return -ln q per site of the held-out frames, by averaged weights."""
        total = 0.0
        for index in torch.arange(len(self.held_out)).split(256):
            frames, temperature = self.held_out[index]
            log_q = autoregressive.log_probability(self.averaged, self.levels, frames, temperature)
            total -= log_q.sum().item()
        return total / (len(self.held_out) * self.sites)


class AdversarialTrainer:
    """Critic and generator in turn, RMSprop, weights of the critic clipped."""

    def __init__(
        self,
        settings: AdversarialSettings,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings, self.noise = settings, noise
        lattice_size = held_out.spins.shape[-1]
        self.generator = _normal_weights(adversarial.Generator(settings, lattice_size)).to(device)
        self.critic = _normal_weights(adversarial.Critic(settings, lattice_size)).to(device)
        self.generator_optimizer = torch.optim.RMSprop(
            self.generator.parameters(), lr=settings.generator_learning_rate
        )
        self.critic_optimizer = torch.optim.RMSprop(
            self.critic.parameters(), lr=settings.critic_learning_rate
        )
        self.held_out = held_out
        self.steps = 0

    def batch(self, frames: Tensor, temperature: Tensor, progress: float) -> Losses:
        """Take one step of the critic and, every ``critic_steps`` batches, one of the generator."""
        settings = self.settings
        z = torch.randn((len(frames), settings.latent), generator=self.noise, device=frames.device)
        with torch.no_grad():
            generated = self.generator(z, temperature)
        loss = adversarial.critic_loss(
            self.critic(frames, temperature), self.critic(generated, temperature)
        )
        self.critic_optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.critic_optimizer.step()
        with torch.no_grad():
            weights: list[Tensor] = list(self.critic.parameters())
            torch._foreach_clamp_min_(weights, -settings.weight_clip)
            torch._foreach_clamp_max_(weights, settings.weight_clip)
        losses: Losses = {
            "critic_loss": loss.detach(),
            "learning_rate": settings.generator_learning_rate,
        }
        self.steps += 1
        if self.steps % settings.critic_steps == 0:
            generated = self.generator(z, temperature)
            judged = self.critic(generated, temperature)
            generator_loss = adversarial.generator_loss(
                judged, generated, frames, settings.magnetization_loss
            )
            self.generator_optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(generator_loss)
            self.generator_optimizer.step()
            losses["generator_loss"] = generator_loss.detach()
        return losses

    @torch.no_grad()
    def validate(self) -> float:
        """Return the critic's loss on held-out frames and as many generated ones.

        Both networks normalise with their running means here, as in sampling.
        """
        fixed = torch.Generator(self.noise.device).manual_seed(0)
        self.generator.eval()
        self.critic.eval()
        total = 0.0
        for index in torch.arange(len(self.held_out)).split(256):
            frames, temperature = self.held_out[index]
            z = torch.randn(
                (len(frames), self.settings.latent), generator=fixed, device=frames.device
            )
            loss = adversarial.critic_loss(
                self.critic(frames, temperature),
                self.critic(self.generator(z, temperature), temperature),
            )
            total += loss.item() * len(index)
        self.generator.train()
        self.critic.train()
        return total / len(self.held_out)

    def is_best(self, losses: list[float]) -> bool:
        """Keep the last epoch: neither loss says how good the generated frames are."""
        return bool(losses)

    def weights(self) -> dict[str, Tensor]:
        """Return the generator's weights; the critic is not needed for sampling."""
        weights: dict[str, Tensor] = self.generator.state_dict()
        return weights

    def state(self) -> dict[str, Any]:
        """Return weights and moments of both networks and the count of steps."""
        return {
            "generator": self.generator.state_dict(),
            "critic": self.critic.state_dict(),
            "generator_optimizer": self.generator_optimizer.state_dict(),
            "critic_optimizer": self.critic_optimizer.state_dict(),
            "steps": self.steps,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.generator.load_state_dict(state["generator"])
        self.critic.load_state_dict(state["critic"])
        self.generator_optimizer.load_state_dict(state["generator_optimizer"])
        self.critic_optimizer.load_state_dict(state["critic_optimizer"])
        self.steps = state["steps"]


def _normal_weights(network: _Network) -> _Network:
    """Draw first weights as is usual for such networks (Radford et al., ICLR 2016)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0.0, 0.02)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)
    return network
