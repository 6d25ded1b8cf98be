"""Frames sampled by a user's command, as a labelled dataset."""

from pathlib import Path
from typing import TYPE_CHECKING

from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset
from ising_fidelity.io import provenance, temperatures
from ising_fidelity.io.foreign import Found, find
from ising_fidelity.models.command import placeholders, shell
from ising_fidelity.models.command.settings import CommandSettings

if TYPE_CHECKING:
    import xarray as xr


def sampled(
    settings: CommandSettings,
    *,
    model: str,
    trained: Path | None,
    temperature: str,
    frames: int,
    lattice_size: int,
    seed: int,
    folder: Path,
) -> "xr.Dataset":
    """Return the frames that the command samples, which follow the contract of frames.

    Parameters
    ----------
    model, trained
        Name of the model, and the file written by its training, if any.
    temperature
        Canonical, in J/k_B.
    folder
        An empty folder for the output of the command.

    Raises
    ------
    InputError
        If the command fails, or its output is not the requested frames.
    """
    key = f"models.{model}.sample"
    if (trained is None) != (settings.train is None):
        given = "not given" if trained is None else f"{trained}"
        needed = "the file that train wrote" if trained is None else "none, as it has no train"
        raise InputError(f"trained: {given}; {model} needs {needed}")
    inputs = shell.digests(settings.inputs, f"models.{model}.inputs")
    whole = shell.digests([str(trained)] if trained else [], "trained")
    place = folder.absolute() / "frames"
    values: dict[str, placeholders.Value] = {
        "model": trained or "",
        "T": temperature,
        "n": frames,
        "L": lattice_size,
        "seed": seed,
        "output": place,
        "threads": settings.threads,
    }
    shell.run(placeholders.filled(settings.sample, values), key, settings.threads)
    found = _read(settings, shell.written(place, key), key)
    _check(found, key, temperature, frames, lattice_size)
    used = {
        **settings.of_sampling(),
        "inputs": inputs,
        "trained": next(iter(whole.values()), None),
        "temperature": temperature,
        "frames": frames,
        "lattice_size": lattice_size,
    }
    attributes = provenance.attributes(
        "sample_command",
        used,
        title=f"Ising frames of {model} at T = {temperature}",
        summary=f"{frames} frames of {lattice_size} x {lattice_size} spins",
        source=f"{settings.family} model {model}",
        seed=seed,
        generator="that of the command",
    )
    attributes |= {
        "model": model,
        "model_settings": provenance.canonical_json(settings.plain()),
        "taken_as": "; ".join(found.said) or "spins of -1 and 1",
    }
    independent = found.sampling or "independent"
    return frames_dataset(
        found.spins,
        float(temperature),
        independent,
        attributes,
        log_probability=found.log_probability,
    )


def _read(settings: CommandSettings, path: Path, key: str) -> Found:
    """Return the only set of frames in a file; errors name the key, not the hidden file."""
    given = settings.alphabet
    alphabet = (given[0], given[1]) if given else None
    try:
        several = find(path, variable=settings.variable, alphabet=alphabet)
    except InputError as error:
        raise InputError(f"{key}: {str(error).replace(str(path), '{output}')}") from None
    if len(several) > 1:
        raise InputError(f"{key}: {{output}} has frames of {len(several)} temperatures, not of one")
    return several[0]


def _check(found: Found, key: str, temperature: str, frames: int, lattice_size: int) -> None:
    """Raise InputError unless the frames are those that were requested."""
    chains, draws, size, _ = found.spins.shape
    for what, there, wanted in (
        ("frames of L", size, lattice_size),
        ("a number of frames", chains * draws, frames),
    ):
        if there != wanted:
            raise InputError(f"{key}: {{output}} has {what} = {there}; allowed is {wanted}")
    if found.temperature is not None and not temperatures.same(
        found.temperature, float(temperature)
    ):
        raise InputError(
            f"{key}: {{output}} says T = {found.temperature}; allowed is {temperature}"
        )
