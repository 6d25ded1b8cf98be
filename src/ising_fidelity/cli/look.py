"""The command for a first look at a trained model."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ising_fidelity.cli.commands import app
from ising_fidelity.cli.judge import check_output, finish
from ising_fidelity.cli.options import Folder, Seed, Silent, Workers
from ising_fidelity.models.sampling.options import Chain


@app.command()
def look(
    model: Annotated[
        str, typer.Argument(help="name of a shipped model, or checkpoint written by train")
    ] = "DiffIsing3-wide",
    temperature: Annotated[
        list[str] | None,
        typer.Option(help="in units of J/k_B; repeat for more; default: ten from 1.20 to 4.00"),
    ] = None,
    frames: Annotated[int, typer.Option(help="number of frames at each temperature", min=1)] = 200,
    lattice_size: Annotated[int, typer.Option(help="L; frames are L x L", min=2)] = 32,
    sampling_steps: Annotated[int, typer.Option(help="steps of the reverse chain", min=1)] = 24,
    output: Folder = Path("look"),
    seed: Seed = 0,
    workers: Workers = None,
    quiet: Silent = False,
) -> None:
    """Sample a trained model at ten temperatures and judge its frames, in a few minutes."""
    # Processes fill the cores; NumPy and torch read this when they are imported below.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from ising_fidelity.judgement import look as module

    check_output(output)
    card = module.look(
        model,
        temperatures=temperature or module.TEMPERATURES,
        frames=frames,
        L=lattice_size,
        seed=seed,
        chain=Chain(sampling_steps=sampling_steps),
        workers=workers,
        progress=not quiet,
    )
    finish(card, output, quiet)
