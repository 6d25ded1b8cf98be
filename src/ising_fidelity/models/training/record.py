"""The identity and the attributes of a training."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.io import provenance
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.family import family_of

GENERATOR = "PyTorch"


def attributes(settings: Training, model: str, lattice_size: int, seed: int) -> dict[str, Any]:
    """Return the attributes of the files of a training."""
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


def identity_of(
    described: Mapping[str, Any], sizes: Sequence[Mapping[float, NDArray[np.int8]]]
) -> str:
    """Return a hash of everything that a training depends on.

    ``sizes`` map T in J/k_B to spins, one for each lattice size.
    """
    return provenance.settings_hash(
        [described["settings_hash"], described["code_hash"], int(described["seed"])]
        + [provenance.array_hash(spins[T]) for spins in sizes for T in sorted(spins)]
    )
