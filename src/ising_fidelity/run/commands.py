"""Models with commands of their own: what their files depend on besides other files."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ising_fidelity.config.run import Config
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_readable
from ising_fidelity.models.command.shell import digest


def training(run: Config, model: str) -> dict[str, Any]:
    """Return what retrains a model when it changes: its command and the hashes of its inputs."""
    settings = run.commands[model]
    return {**settings.of_training(), "inputs": _inputs(run, model)}


def sampling(run: Config, model: str) -> dict[str, Any]:
    """Return what resamples a model when it changes: its command and the hashes of its inputs."""
    settings = run.commands[model]
    return {**settings.of_sampling(), "inputs": _inputs(run, model)}


def check_inputs(run: Config) -> None:
    """Raise InputError if an input file of a command is missing, before any job starts."""
    for model in run.commands:
        _inputs(run, model)


def inputs_of_commands(run: Config) -> Iterator[tuple[str, Path]]:
    """Yield model and path of every input file of commands other than frames."""
    for model, settings in run.commands.items():
        for path in settings.inputs:
            yield model, Path(path)


def _inputs(run: Config, model: str) -> dict[str, str]:
    return {path: _input(Path(path), model) for path in run.commands[model].inputs}


def _input(path: Path, model: str) -> str:
    try:
        check_readable(path)
    except InputError as error:
        raise InputError(f"config: models.{model}.inputs: {error}") from None
    about = path.stat()
    return _known(path, about.st_mtime_ns, about.st_size)


@cache
def _known(path: Path, *_: int) -> str:
    """Return the hash of a file; cached, as it may be large and all jobs of a model need it."""
    return digest(path)
