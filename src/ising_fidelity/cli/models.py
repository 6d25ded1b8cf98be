"""Commands that train models, and sample by models of any framework."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ising_fidelity.cli.commands import app
from ising_fidelity.cli.options import LatticeSize, Output, Seed, Temperature, keep_apart
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.temperatures import canonical

if TYPE_CHECKING:
    from ising_fidelity.config.run import Config

Configs = Annotated[list[Path], typer.Option(help="config file; repeat to merge presets over it")]
Model = Annotated[str, typer.Option(help="name of a model in the config")]


@app.command()
def train(
    config: Configs,
    model: Model,
    output: Output,
    frames: Annotated[
        list[Path], typer.Argument(metavar="FRAMES.nc...", help="files of training frames")
    ],
    device: Annotated[
        str | None, typer.Option(help="auto, cpu or cuda; default: the config's")
    ] = None,
    finish: Annotated[
        bool, typer.Option("--finish", help="write the model of an interrupted training as it is")
    ] = False,
) -> None:
    """Train one model of the config, or resume an interrupted training."""
    keep_apart(locals())
    run = _with(config, model)
    from ising_fidelity.io.seeds import derive_seed

    given: dict[str, Any] = {
        "settings": run.trained_models[model],
        "model": model,
        "seed": derive_seed(run.seed, "train", model),
        "frames": frames,
        "output": output,
    }
    if model in run.commands:
        for flag, said in (("--device", device), ("--finish", finish)):
            if said:
                raise InputError(f"{flag}: {model} is trained by its own command; allowed is none")
        from ising_fidelity.steps.train_command import train_command

        train_command(**given)
    else:
        from ising_fidelity.steps.train import train

        train(**given, device=device or run.device, finish=finish)


@app.command()
def sample_command(
    config: Configs,
    model: Model,
    temperature: Temperature,
    frames: Annotated[int, typer.Option(help="number of frames", min=1, max=10**9)],
    lattice_size: LatticeSize,
    seed: Seed,
    output: Output,
    trained: Annotated[
        Path | None, typer.Option(help="file written by train, if the model needs training")
    ] = None,
) -> None:
    """Sample frames at one temperature with the model's own command."""
    keep_apart(locals())
    run = _with(config, model)
    if model not in run.commands:
        raise InputError(f"--model: {model} has no command of its own; use sample instead")
    from ising_fidelity.steps import sample_command as step

    step.sample_command(
        settings=run.commands[model],
        model=model,
        trained=trained,
        temperature=canonical(temperature),
        frames=frames,
        lattice_size=lattice_size,
        seed=seed,
        output=output,
    )


def _with(config: list[Path], model: str) -> "Config":
    """Return the merged config; raises InputError unless it has this model."""
    from ising_fidelity.config.load import load

    run = load(config)
    if model not in run.trained_models:
        known = ", ".join(run.trained_models) or "none"
        raise InputError(f"--model: no {model} in models: of the config; there are: {known}")
    return run
