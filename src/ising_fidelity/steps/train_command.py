"""Train one model of any framework by its command."""

from collections.abc import Sequence
from pathlib import Path

from ising_fidelity.models.command.settings import CommandSettings
from ising_fidelity.models.command.training import train


def train_command(
    *, settings: CommandSettings, model: str, seed: int, frames: Sequence[Path], output: Path
) -> None:
    """Write ``output``, the file that the command writes, see :func:`.training.train`.

    The state from which a killed command resumes is beside it until the end, as ``<model>.state``.
    """
    train(settings, model=model, seed=seed, frames=frames, output=output)
