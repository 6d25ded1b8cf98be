"""Draw frames from a trained model at one temperature."""

from pathlib import Path

import numpy as np
import torch

from ising_fidelity import dataset, provenance
from ising_fidelity.exceptions import InputError
from ising_fidelity.models import checkpoint, sampling
from ising_fidelity.models.settings import DiffusionSettings


def sample(
    *,
    model: Path,
    temperature: str,
    frames: int,
    lattice_size: int,
    seed: int,
    output: Path,
    sampling_steps: int | None = None,
    reverse_variance: str = "beta",
    binarize: str = "sign",
    device: str = "auto",
) -> None:
    """Write frames, made binary, with the raw output of the network beside them.

    Parameters
    ----------
    model
        Checkpoint written by ``train``; nothing else is needed.
    temperature
        Canonical, in J/k_B; it need not be one of the training temperatures.
    frames, lattice_size
        How many frames of which L.
    seed
        Of every random number.
    output
        Path of the netCDF file.
    sampling_steps, reverse_variance
        Of the reverse chain; they mean nothing to a GAN.
    binarize
        ``sign``: +1 where the raw output is >= 0, else -1.
    device
        ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    InputError
        If the checkpoint is none, or the model cannot draw what is asked for.
    """
    if binarize != "sign":
        raise InputError(f"--binarize: {binarize}; allowed is sign")
    trained = checkpoint.load(model, sampling.compute_device(device))
    torch.set_num_threads(trained.settings.threads)
    field = sampling.draw(
        trained,
        float(temperature),
        frames,
        lattice_size,
        seed,
        sampling_steps,
        reverse_variance,
    )
    spins = np.where(field >= 0, 1, -1).astype(np.int8)
    settings = {
        "model": trained.metadata["settings_hash"],
        "temperature": temperature,
        "frames": frames,
        "lattice_size": lattice_size,
        "binarize": binarize,
    }
    if isinstance(trained.settings, DiffusionSettings):
        settings["sampling_steps"] = sampling_steps or trained.settings.diffusion_steps
        settings["reverse_variance"] = reverse_variance
    name = trained.metadata["name"]
    attributes = provenance.attributes(
        "sample",
        settings,
        title=f"Ising frames of {name} at T = {temperature}",
        summary=f"{frames} frames of {lattice_size} x {lattice_size} spins",
        source=f"{trained.settings.family} model {name}",
        seed=seed,
        generator="PyTorch",
    )
    attributes |= {key: value for key, value in settings.items() if key not in ("model", "frames")}
    attributes |= {
        "model": name,
        "model_settings": trained.metadata["settings"],
        "field_largest_distance": float(np.abs(np.abs(field) - 1).max()),
        "field_share_undecided": float((np.abs(field) < 0.5).mean()),
    }
    dataset.write(
        dataset.frames_dataset(
            spins[None], float(temperature), "independent", attributes, field[None]
        ),
        output,
    )
