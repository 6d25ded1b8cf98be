"""Train one generative model on Monte Carlo frames."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ising_fidelity import provenance
from ising_fidelity.exceptions import InputError
from ising_fidelity.files import alone
from ising_fidelity.models import checkpoint, sampling, training
from ising_fidelity.models.settings import ModelSettings
from ising_fidelity.temperatures import canonical

if TYPE_CHECKING:
    import xarray as xr

GENERATOR = "PyTorch"
LONG_NAMES = {
    "epoch": "passes over the training frames so far",
    "loss": "what is minimized, mean over the epoch",
    "critic_loss": "loss of the critic, mean over the epoch",
    "gradient_penalty": "gradient penalty of the critic, mean over the epoch",
    "generator_loss": "loss of the generator, mean over the epoch",
    "held_out_loss": "loss of the held-out frames after the epoch",
    "learning_rate": "learning rate, mean over the epoch",
}


def train(
    *,
    settings: ModelSettings,
    model: str,
    seed: int,
    frames: Sequence[Path],
    output: Path,
    device: str = "auto",
    finish: bool = False,
) -> None:
    """Write ``<output>`` (safetensors) and, beside it, ``<name>.training.nc``.

    Parameters
    ----------
    settings
        The model's entry in the config.
    model
        Its name.
    seed
        Of first weights, order of frames and noise.
    frames
        Files of frames at every training temperature; others among them are not used.
    output
        Path of the checkpoint. The state that a killed run goes on from lies beside it until the
        end, as ``<name>.resume.pt``.
    device
        ``auto``, ``cpu`` or ``cuda``.
    finish
        Write the model as it is in that state, without further epochs.

    Raises
    ------
    InputError
        If a training temperature has no file, the files do not fit together or to the model, the
        training does not come to finite weights, or another process trains to the same output.
    """
    from ising_fidelity import dataset

    place = sampling.compute_device(device)
    torch.set_num_threads(settings.threads)
    spins = _training_spins(settings, frames)
    lattice_size = next(iter(spins.values())).shape[-1]
    described = attributes(settings, model, lattice_size, seed)
    identity = identity_of(described, spins)
    state = output.with_name(f"{output.stem}.resume.pt")
    if finish and not state.exists():
        raise InputError(f"{state}: no such file; nothing to finish")
    with alone(output):
        trained = training.train(settings, spins, seed, place, state, identity, finish)
        check_weights(trained, model)
        dataset.write(
            history(trained.history, trained.best_epoch, settings, described),
            output.with_suffix(".training.nc"),
        )
        checkpoint.save(
            output, trained.weights, settings, lattice_size, {**described, "name": model}
        )
        state.unlink(missing_ok=True)


def attributes(settings: ModelSettings, model: str, lattice_size: int, seed: int) -> dict[str, Any]:
    """Return what is said of a training in its files."""
    return provenance.attributes(
        "train",
        {"model": settings.plain(), "lattice_size": lattice_size},
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


def _training_spins(
    settings: ModelSettings, frames: Sequence[Path]
) -> dict[float, NDArray[np.int8]]:
    """Return spins (chain, draw, L, L) by training temperature in J/k_B."""
    from ising_fidelity import dataset

    spins: dict[str, NDArray[np.int8]] = {}
    for path in frames:
        data = dataset.read_frames(path)
        temperature = canonical(float(data["temperature"]))
        if temperature in settings.training_temperatures:
            if temperature in spins:
                raise InputError(f"{path}: a second file of frames at T = {temperature}")
            chains, draws = data.sizes["chain"], data.sizes["draw"]
            there, wanted = chains * draws, settings.frames_per_temperature
            if wanted and wanted > there:
                raise InputError(
                    f"{path}: {there} frames, and frames_per_temperature: {wanted}; allowed are as "
                    "many or fewer"
                )
            used = settings.draws_used(chains, draws)
            if used < 2:
                raise InputError(
                    f"{path}: one draw per chain is there or used; training needs two, one held out"
                )
            if settings.draws_seen(used) < 1:
                raise InputError(
                    f"{path}: validation_fraction: {settings.validation_fraction} of {used} draws "
                    "per chain leaves none to train on"
                )
            spins[temperature] = data["spin"].values
    for temperature in settings.training_temperatures:
        if temperature not in spins:
            raise InputError(f"training_temperatures: no file of frames at T = {temperature} given")
    shapes = {values.shape[-1] for values in spins.values()}
    if len(shapes) > 1:
        raise InputError(f"the frames have lattice sizes {sorted(shapes)}; allowed is one")
    if (size := shapes.pop()) % settings.unit:
        raise InputError(
            f"the frames have lattice size {size}; models of family {settings.family} and this "
            f"network are trained on multiples of {settings.unit}"
        )
    return {float(temperature): values for temperature, values in spins.items()}


def check_weights(trained: training.Trained, model: str) -> None:
    """Raise InputError unless training has come to finite weights."""
    # Without any: the held-out loss was not a number in any epoch, and none was the best.
    if not trained.weights or not checkpoint.finite(trained.weights):
        raise InputError(
            f"models.{model}: after {trained.epochs} epochs the weights are not finite numbers; "
            "smaller learning rates are needed"
        )


def history(
    losses: Mapping[str, Sequence[float]],
    best_epoch: int,
    settings: ModelSettings,
    described: Mapping[str, Any],
) -> "xr.Dataset":
    """Return the file of losses.

    Parameters
    ----------
    losses
        By name, one number per epoch.
    best_epoch
        Counted from 0.
    described
        See :func:`attributes`.
    """
    import xarray as xr

    from ising_fidelity import dataset

    data = xr.Dataset(
        {name: ("epoch", np.asarray(values)) for name, values in losses.items()},
        coords={"epoch": np.arange(1, len(losses["learning_rate"]) + 1)},
        attrs={**described, "family": settings.family, "best_epoch": best_epoch + 1},
    )
    return dataset.describe(data, LONG_NAMES)
