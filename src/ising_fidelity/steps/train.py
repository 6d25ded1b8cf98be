"""Train one generative model on Monte Carlo frames."""

from collections.abc import Sequence
from pathlib import Path

import torch

from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.io.files import alone
from ising_fidelity.models import checkpoint
from ising_fidelity.models.common.device import compute_device
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.training import loop
from ising_fidelity.models.training.dataset import history, training_spins
from ising_fidelity.models.training.record import attributes, identity_of


def train(
    *,
    settings: Training,
    model: str,
    seed: int,
    frames: Sequence[Path],
    output: Path,
    device: str = "auto",
    finish: bool = False,
) -> None:
    """Write ``<output>`` (safetensors) and, beside it, ``<name>.training.nc``.

    The state from which a killed run resumes is beside them until the end, as ``<name>.resume.pt``.
    ``model`` is the name of the model. Files of frames at other temperatures than its training
    temperatures are ignored. For all other parameters see :func:`.loop.train`.

    Raises
    ------
    InputError
        If a training temperature has no file, the files do not match each other or the model,
        losses or weights do not stay finite, or another process trains to the same output.
    """
    place = compute_device(device)
    torch.set_num_threads(settings.threads)
    sizes = training_spins(settings, ((str(path), read_frames(path)) for path in frames))
    spins, *further = sizes
    lattice_size = next(iter(spins.values())).shape[-1]
    described = attributes(settings, model, lattice_size, seed)
    identity = identity_of(described, sizes)
    state = output.with_name(f"{output.stem}.resume.pt")
    if finish and not state.exists():
        raise InputError(f"{state}: no such file; nothing to finish")
    with alone(output):
        trained = loop.train(
            settings,
            spins,
            seed,
            place,
            state,
            identity,
            finish,
            name=f"models.{model}",
            further=further,
        )
        netcdf.write(
            history(trained.history, trained.best_epoch, settings, described),
            output.with_suffix(".training.nc"),
        )
        checkpoint.save(
            output, trained.weights, settings, lattice_size, {**described, "name": model}
        )
        state.unlink(missing_ok=True)
