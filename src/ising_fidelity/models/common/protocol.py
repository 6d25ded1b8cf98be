"""The interface between the training loop and a family of models."""

from collections.abc import Callable
from typing import Any, Protocol

from torch import Tensor

Network = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Maps noisy frames (batch, 1, L, L), noise levels or times (batch,), and temperatures (batch,) to
the shape of the frames."""

History = dict[str, list[float]]

Losses = dict[str, float | Tensor]
"""Numbers by name; values stay on the GPU to avoid synchronisation."""


class Trainer(Protocol):
    """The interface of a family for the loop over epochs.

    Attributes
    ----------
    augments
        Whether the trainer applies the symmetries of ``augmentation`` itself, instead of the loop.
    """

    augments: bool

    def batch(self, frames: Tensor, temperature: Tensor, progress: float) -> Losses:
        """Take the optimiser steps of one batch; return losses by name."""

    def validate(self) -> float:
        """Return the held-out loss."""

    def is_best(self, losses: list[float]) -> bool:
        """Whether to keep the weights after the last of these held-out losses."""

    def weights(self) -> dict[str, Tensor]:
        """Return the weights to be used for sampling."""

    def state(self) -> dict[str, Any]:
        """Return everything that is needed to resume."""

    def restore(self, state: dict[str, Any]) -> None:
        """Resume from a state."""


class Means:
    """Means over the batches of an epoch, weighted with their sizes.

    Losses are accumulated on their device, in double precision, and read once.
    """

    def __init__(self) -> None:
        self.frames = 0.0
        self.sums: Losses = {}
        self.counts: dict[str, float] = {}

    def add(self, values: Losses, frames: float) -> None:
        """Add the losses of a batch with this number of frames."""
        self.frames += frames
        for name, value in values.items():
            number = value.double() if isinstance(value, Tensor) else value
            self.sums[name] = self.sums.get(name, 0.0) + number * frames
            self.counts[name] = self.counts.get(name, 0.0) + frames

    def values(self) -> dict[str, float]:
        """Return the means so far."""
        return {name: float(total) / self.counts[name] for name, total in self.sums.items()}
