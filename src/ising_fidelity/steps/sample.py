"""Draw frames from a trained model at one temperature."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ising_fidelity import provenance
from ising_fidelity.exceptions import InputError
from ising_fidelity.models import checkpoint, sampling
from ising_fidelity.models.settings import (
    AutoregressiveSettings,
    ContinuousSettings,
    DiffusionSettings,
)

if TYPE_CHECKING:
    import xarray as xr


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
    sampler: str = "trapezoid",
    precision: str = "float32",
    compile: bool = False,
    finish_sigma: float | None = None,
    finish_sweeps: int = 10,
    device: str = "auto",
) -> None:
    """Write frames, with the network's raw output or ln q of each frame beside them.

    An autoregressive model draws spins and knows ln q; the output of every other is made binary.

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
        Of the reverse chain; they mean nothing to a GAN or an autoregressive model.
    sampler
        Of the chain of a model of continuous noise.
    precision
        ``float32`` or ``bfloat16``, of a network that has a chain.
    compile
        Compile the network, which takes most of a minute and is faster then.
    finish_sigma, finish_sweeps
        Where sigma is given, the chain stops once it has no more noise than that, and the spins are
        drawn from what its noisy frames leave open in equilibrium, by so many sweeps of heat bath
        that begin with spins drawn from the network's means. This is told the Hamiltonian.
    device
        ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    InputError
        If the checkpoint is none, or the model cannot draw what is asked for.
    """
    from ising_fidelity import dataset

    trained = checkpoint.load(model, sampling.compute_device(device))
    torch.set_num_threads(trained.settings.threads)
    if compile:
        trained = sampling.quick(trained)
    drawn = draw(
        trained,
        temperature,
        frames,
        lattice_size,
        seed,
        sampling.Chain(sampling_steps, reverse_variance, sampler, precision),
        finish_sigma=finish_sigma,
        finish_sweeps=finish_sweeps,
    )
    if not drawn.finite:
        raise InputError(f"{model}: what it draws at T = {temperature} are not finite numbers")
    dataset.write(drawn.as_dataset(), output)
    trained_at = sorted(trained.settings.training_temperatures, key=float)
    if not float(trained_at[0]) <= float(temperature) <= float(trained_at[-1]):
        print(
            f"warning: T = {temperature} is outside {model.name}'s training temperatures, "
            f"{trained_at[0]} to {trained_at[-1]}; its frames may be far from equilibrium there",
            file=sys.stderr,
        )


@dataclass(frozen=True)
class Drawn:
    """Frames of a model at one temperature.

    Attributes
    ----------
    temperature
        In J/k_B.
    spins
        -1 and +1, shape (frames, L, L).
    attributes
        What is said of them in their file.
    field
        The network's output before rounding, the shape of ``spins``; None where there is none.
    log_probability
        ln q of each frame in nats, shape (frames,); None where it is not known.
    """

    temperature: float
    spins: NDArray[np.int8]
    attributes: dict[str, Any]
    field: NDArray[np.float32] | None = None
    log_probability: NDArray[np.float64] | None = None

    @property
    def finite(self) -> bool:
        """Whether all that was drawn are numbers."""
        return self.field is None or bool(np.isfinite(self.field).all())

    def as_dataset(self) -> "xr.Dataset":
        """Return the file of these frames."""
        from ising_fidelity import dataset

        return dataset.frames_dataset(
            self.spins[None],
            self.temperature,
            "independent",
            self.attributes,
            field=None if self.field is None else self.field[None],
            log_probability=None if self.log_probability is None else self.log_probability[None],
        )


def draw(
    trained: checkpoint.Model,
    temperature: str,
    frames: int,
    lattice_size: int,
    seed: int,
    chain: sampling.Chain = sampling.WHOLE,
    finish_sigma: float | None = None,
    finish_sweeps: int = 10,
) -> Drawn:
    """Return frames and what is to be said of them; parameters are those of :func:`sample`."""
    T = float(temperature)
    field = log_probability = left = None
    if isinstance(trained.settings, AutoregressiveSettings) and finish_sigma is None:
        likely = sampling.draw_likely(trained, T, frames, lattice_size, seed)
        spins, log_probability = likely.spins, likely.log_probability
    elif finish_sigma is None:
        field = sampling.draw(trained, T, frames, lattice_size, seed, chain)
        spins = np.where(field >= 0, 1, -1).astype(np.int8)
    else:
        if not finish_sigma > 0 or finish_sweeps < 0 or not T > 0:
            raise InputError(
                f"--finish-sigma: {finish_sigma} with {finish_sweeps} sweeps at T = {T}; allowed "
                "are sigma and T above 0 and sweeps from 0 on"
            )
        noisy = sampling.draw_noisy(trained, T, frames, lattice_size, seed, chain, finish_sigma)
        spins, left = sampling.finished(noisy, T, finish_sweeps, seed), noisy.sigma
    settings = {
        "model": trained.metadata["settings_hash"],
        "temperature": temperature,
        "frames": frames,
        "lattice_size": lattice_size,
        "binarize": "sign",
    }
    if isinstance(trained.settings, DiffusionSettings):
        settings["sampling_steps"] = chain.steps or trained.settings.diffusion_steps
        settings |= {"reverse_variance": chain.variance, "precision": chain.precision}
    elif isinstance(trained.settings, ContinuousSettings):
        settings |= {"sampling_steps": chain.steps or sampling.STEPS, "sampler": chain.sampler}
        settings["precision"] = chain.precision
    if finish_sigma is not None:
        settings |= {"finish_sigma": finish_sigma, "finish_sweeps": finish_sweeps}
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
    if left is not None:
        attributes["finish_noise"] = left
    attributes |= {"model": name, "model_settings": trained.metadata["settings"]}
    if field is not None:
        attributes |= {
            "field_largest_distance": float(np.abs(np.abs(field) - 1).max()),
            "field_share_undecided": float((np.abs(field) < 0.5).mean()),
        }
    return Drawn(T, spins, attributes, field, log_probability)
