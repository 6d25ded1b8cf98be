"""What the training loop needs of a family of models."""

from collections.abc import Callable
from typing import Any, Protocol

from torch import Tensor

Network = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Maps noisy frames (batch, 1, L, L), noise or times (batch,), temperatures (batch,) to the shape
of the frames."""

History = dict[str, list[float]]

Losses = dict[str, float | Tensor]
"""Numbers by name; those of the device stay there, as to read one is to wait for it."""


class Trainer(Protocol):
    """What the loop over epochs needs of a family of models.

    Attributes
    ----------
    augments
        Whether it applies the symmetries of ``augmentation`` itself, in place of the loop.
    """

    augments: bool

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


class Means:
    """Means over the batches of an epoch, weighted with their sizes.

    Losses are added up where they are, in double precision, and read once.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.sums: Losses = {}
        self.counts: dict[str, int] = {}

    def add(self, values: Losses, frames: int) -> None:
        """Add the losses of a batch of so many frames."""
        self.frames += frames
        for name, value in values.items():
            number = value.double() if isinstance(value, Tensor) else value
            self.sums[name] = self.sums.get(name, 0.0) + number * frames
            self.counts[name] = self.counts.get(name, 0) + frames

    def values(self) -> dict[str, float]:
        """Return the means so far."""
        return {name: float(total) / self.counts[name] for name, total in self.sums.items()}
