"""Training by a user's command."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import check_frames
from ising_fidelity.io import netcdf
from ising_fidelity.io.files import alone, whole
from ising_fidelity.io.provenance import settings_hash
from ising_fidelity.io.temperatures import name_of
from ising_fidelity.models.command import placeholders, shell
from ising_fidelity.models.command.settings import CommandSettings


def train(
    settings: CommandSettings, *, model: str, seed: int, frames: Sequence[Path], output: Path
) -> None:
    """Train a model on files of frames by the command, and store its output as ``output``.

    ``{state}`` is a folder beside ``output``, which is removed at the end. It holds the state of an
    earlier run that was killed, if command, seed, frames and inputs are the same.

    Raises
    ------
    InputError
        If a training temperature has no file, the command fails or writes no file, or another
        process trains to the same output.
    """
    key = f"models.{model}.train"
    if settings.train is None:
        raise InputError(f"{key}: null; the model is sampled without training")
    inputs = shell.digests(settings.inputs, f"models.{model}.inputs")
    chosen, size = _chosen(settings, frames)
    hashes = [shell.digest(path) for path in chosen]
    identity = settings_hash([settings.of_training(), inputs, seed, hashes])
    state = output.with_name(f"{model}.state")
    with alone(output), whole(output) as place:
        if "state" in placeholders.named(settings.train):
            _prepare(state, identity)
        values: dict[str, placeholders.Value] = {
            "frames": chosen,
            "output": place,
            "state": state,
            "seed": seed,
            "L": size,
            "threads": settings.threads,
        }
        shell.run(placeholders.filled(settings.train, values), key, settings.threads)
        shell.written(place, key).replace(place)
        shutil.rmtree(state, ignore_errors=True)
        state.with_suffix(".identity").unlink(missing_ok=True)


def _prepare(state: Path, identity: str) -> None:
    """Create the folder of a training's state, and empty it if it is of another training."""
    whose = state.with_suffix(".identity")
    if not whose.exists() or whose.read_text() != identity:
        shutil.rmtree(state, ignore_errors=True)
        whose.write_text(identity)
    state.mkdir(exist_ok=True)


def _chosen(settings: CommandSettings, frames: Sequence[Path]) -> tuple[list[Path], int]:
    """Return the files at the training temperatures, in their order, and L."""
    files: dict[str, Path] = {}
    sizes: set[int] = set()
    for path in frames:
        data = netcdf.outline(path)
        check_frames(data, str(path), values=False)
        T = name_of(data["temperature"].values[()])
        if T in files:
            raise InputError(f"{path}: a second file of frames at T = {T}")
        if T in settings.training_temperatures:
            files[T] = path
            sizes.add(data.sizes["x"])
    for T in settings.training_temperatures:
        if T not in files:
            raise InputError(f"training_temperatures: no file of frames at T = {T} given")
    if len(sizes) > 1:
        raise InputError(f"the frames have lattice sizes {sorted(sizes)}; allowed is one")
    return [files[T] for T in settings.training_temperatures], sizes.pop()
