"""The command that judges frames of any origin."""

import os
from collections.abc import Sequence
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ising_fidelity.cli.commands import app
from ising_fidelity.cli.options import Folder, Seed, Silent, Workers
from ising_fidelity.exceptions import InputError

if TYPE_CHECKING:
    from ising_fidelity.judgement.scorecard import Scorecard

WRITTEN = ("index.html", "scores.csv", "scores.json")
DECIDE = {
    "; T: decides": "; --temperature or --pattern decides",
    "; variable: decides": "; --variable decides",
    "; L: ": "; --lattice-size ",
    "alphabet: (0, 255) or (255, 1) decides": "--alphabet 0,255 or --alphabet 255,1 decides",
    "that alphabet: (down, up) names": "that --alphabet DOWN,UP names",
}
"""Words of errors about parameters, and the words for options in their place."""
UNMET = 1
"""Exit status of ``judge`` if a requirement is not met."""


@app.command()
def judge(
    frames: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME=]FRAMES...",
            help="files (.npy, .npz, netCDF, HDF5), folders or patterns; NAME for each of several "
            "samplers",
        ),
    ],
    temperature: Annotated[
        str | None,
        typer.Option(
            help="T of the frames, if files and their names lack it; 1.8,2.27 for an axis of T"
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            help="place of T or beta in names of files or folders, e.g. 'run_T{T}', 'b{beta}'"
        ),
    ] = None,
    sampling: Annotated[
        str | None, typer.Option(help="independent, or chain if successive frames are correlated")
    ] = None,
    variable: Annotated[
        str | None, typer.Option(help="name of the array of frames in files with several arrays")
    ] = None,
    alphabet: Annotated[
        str | None, typer.Option(help="values of spin down and up, e.g. 0,255")
    ] = None,
    lattice_size: Annotated[
        int | None, typer.Option(help="L, if a matrix may be one frame or have a frame per row")
    ] = None,
    training: Annotated[
        list[str] | None,
        typer.Option(help="training frames, to test for copies; repeat for more"),
    ] = None,
    classifier: Annotated[
        bool,
        typer.Option("--classifier", help="train a network to separate frames and reference"),
    ] = False,
    require: Annotated[
        str,
        typer.Option(help="exit status 1 unless this holds at every T, e.g. 'energy<3 auc<0.6'"),
    ] = "",
    keep: Annotated[
        Path | None, typer.Option(help="folder to store references in for reuse")
    ] = None,
    output: Folder = Path("judgement"),
    seed: Seed = 0,
    workers: Workers = None,
    quiet: Silent = False,
) -> None:
    """Judge whether frames of any origin are equilibrium samples; name likely causes if not.

    Exit status 1 if a requirement is not met; all files are written.
    """
    # Processes fill the cores; NumPy reads this when it is imported below.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from ising_fidelity.judgement import judge as module
    from ising_fidelity.judgement.require import requirements

    requirements(require, classifier)
    check_output(output)
    options: dict[str, Any] = {
        "T": None if temperature is None else _temperatures(temperature),
        "sampling": sampling,
        "variable": variable,
        "alphabet": None if alphabet is None else _alphabet(alphabet),
        "pattern": pattern,
        "L": lattice_size,
    }
    try:
        card = module.judge(
            named(frames),
            training=training or None,
            classifier=classifier,
            seed=seed,
            keep=keep,
            workers=workers,
            progress=not quiet,
            **options,
        )
    except InputError as error:
        raise InputError(_as_options(str(error))) from error
    unmet = module.unmet(card, require)
    finish(card, output, quiet)
    for line in unmet:
        typer.echo(f"not met: {line}", err=True)
    if unmet:
        raise typer.Exit(UNMET)


def finish(card: "Scorecard", output: Path, quiet: bool) -> None:
    """Write a judgement to a folder, and print it unless ``quiet``."""
    from ising_fidelity.judgement import scorecard, terminal

    scorecard.write(card, output, WRITTEN)
    if not quiet:
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        terminal.show(card, console)
        console.print(f"{output / WRITTEN[0]}: full report with figures", style="dim")


def named(given: Sequence[str]) -> dict[str, list[str]]:
    """Return the paths of each sampler; paths without a name belong to one sampler.

    The text before the first equals sign is the name, unless the whole argument is an existing
    path.
    """
    found: dict[str, list[str]] = {}
    for one in given:
        name, equals, path = one.partition("=")
        if not equals or Path(one).exists() or glob(one):
            name, path = "frames", one
        if not name or "/" in name:
            raise InputError(f"{one}: no such file; allowed are paths and name=path")
        found.setdefault(name, []).append(path)
    return found


def _as_options(message: str) -> str:
    """Return an error of reading frames with options in place of parameters."""
    for said, option in DECIDE.items():
        message = message.replace(said, option)
    return message


def _temperatures(text: str) -> float | list[float]:
    from ising_fidelity.io.temperatures import canonical

    found = [float(canonical(one)) for one in text.split(",")]
    return found if len(found) > 1 else found[0]


def _alphabet(text: str) -> tuple[float, float]:
    """Return the values of spin down and up."""
    try:
        down, up = map(float, text.split(","))
    except ValueError:
        raise InputError(f"alphabet: {text!r}; allowed are two numbers, such as 0,255") from None
    return down, up


def check_output(folder: Path) -> None:
    """Refuse a folder that cannot be written before anything is computed."""
    from ising_fidelity.io.files import check_writable

    if folder.exists() and not folder.is_dir():
        raise InputError(f"output: {folder} is a file; allowed is a folder")
    for name in WRITTEN:
        check_writable(folder / name)
