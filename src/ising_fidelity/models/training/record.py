"""What is recorded of a training: its identity, its losses, its provenance."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.io import provenance
from ising_fidelity.models import checkpoint
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.family import family_of
from ising_fidelity.models.training import loop

GENERATOR = "PyTorch"


def attributes(settings: Training, model: str, lattice_size: int, seed: int) -> dict[str, Any]:
    """Return what is said of a training in its files."""
    return provenance.attributes(
        "train",
        {"model": settings.plain(), "lattice_size": lattice_size},
        modules=family_of(settings).training_modules,
        title=f"Training of {model}",
        summary="Losses and learning rate per epoch",
        source=f"{settings.family} model, {len(settings.training_temperatures)} training "
        "temperatures",
        seed=seed,
        generator=GENERATOR,
    )


def identity_of(described: Mapping[str, Any], spins: Mapping[float, NDArray[np.int8]]) -> str:
    """Return a hash of all that a training depends on."""
    return provenance.settings_hash(
        [described["settings_hash"], described["code_hash"], int(described["seed"])]
        + [provenance.array_hash(spins[temperature]) for temperature in sorted(spins)]
    )


def check_weights(trained: loop.Trained, model: str) -> None:
    """Raise InputError unless training has come to finite weights."""
    # Without any: the held-out loss was not a number in any epoch, and none was the best.
    if not trained.weights or not checkpoint.finite(trained.weights):
        raise InputError(
            f"models.{model}: after {trained.epochs} epochs the weights are not finite numbers; "
            "smaller learning rates are needed"
        )
