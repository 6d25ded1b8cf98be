"""The commands that join what was measured, score and draw it."""

from pathlib import Path
from typing import Annotated

import typer

from ising_fidelity.cli.commands import app, take
from ising_fidelity.cli.options import NOT_COMPARED, Files, Output, lists, patterns, writable
from ising_fidelity.io.temperatures import canonical


@app.command()
def merge(files: Files, output: Output) -> None:
    """Join observables and comparisons (or attributions) of all sources in one tree."""
    take("merge", locals())


@app.command()
def score(
    fidelity: Annotated[Path, typer.Option(help="written by merge")],
    exact: Annotated[Path, typer.Option(help="written by solve")],
    reference: Annotated[str, typer.Option(help="source to compare the others with")],
    output: Annotated[Path, typer.Option(help="table to write, CSV", callback=writable)],
    table: Annotated[Path, typer.Option(help="page to write, HTML", callback=writable)],
    models: Annotated[
        str, typer.Option("--training-temperatures", help="JSON: model to list")
    ] = "{}",
    paper: Annotated[
        Path | None,
        typer.Option(help="the numbers that the paper quotes, YAML; the shipped ones if not given"),
    ] = None,
    paper_table: Annotated[
        Path | None, typer.Option(help="its table beside ours, CSV", callback=writable)
    ] = None,
    repeats: Annotated[str, typer.Option(help="JSON: model to sources of other seeds")] = "{}",
    claims: Annotated[
        Path | None, typer.Option(help="what the paper says, YAML; the shipped list if not given")
    ] = None,
    claims_table: Annotated[
        Path | None, typer.Option(help="verdicts to write, CSV", callback=writable)
    ] = None,
    finite_size: Annotated[
        list[Path] | None, typer.Option(help="exponents of a source, named after it; repeat")
    ] = None,
    attribution: Annotated[
        Path | None, typer.Option(help="parts of the specific heat's excess, of every model")
    ] = None,
    notes: Annotated[
        list[str] | None, typer.Option("--note", help="what the run leaves out; repeat")
    ] = None,
    frames: Annotated[
        str, typer.Option(help="JSON: source to the path of its frames with {T}, for the page")
    ] = "{}",
    observables: Annotated[
        str | None, typer.Option(help="path of observables with {source} and {T}, for the page")
    ] = None,
) -> None:
    """Compare every source with exact results and Monte Carlo, and the paper against the run.

    Exit status 3, all being written, if something could not be compared.
    """
    lacking = take(
        "score",
        locals()
        | {
            "models": lists(models, "--training-temperatures"),
            "repeats": lists(repeats, "--repeats"),
            "finite_size": finite_size or [],
            "notes": notes or [],
            "frames": patterns(frames, "--frames"),
        },
    )
    typer.echo("\n".join(lacking), err=True, nl=bool(lacking))
    if lacking:
        raise typer.Exit(NOT_COMPARED)


@app.command()
def plot(
    files: Files,
    figure: Annotated[str, typer.Option(help="fig3, figS1, ...")],
    outputs: Annotated[
        list[Path], typer.Option("--output", help="repeat: .svg, .png", callback=writable)
    ],
    sources: Annotated[
        list[str] | None, typer.Option("--source", help="in the legend's order")
    ] = None,
    temperatures: Annotated[
        list[str] | None, typer.Option("--temperature", help="repeat for more")
    ] = None,
    training_temperatures: Annotated[str, typer.Option(help="JSON: model to list")] = "{}",
    foreign: Annotated[
        str, typer.Option(help="JSON: source of frames made elsewhere to its path with {T}")
    ] = "{}",
) -> None:
    """Draw one figure of the paper from the run's files."""
    take(
        "plot",
        locals()
        | {
            "sources": sources or [],
            "temperatures": [canonical(T) for T in temperatures or []],
            "training_temperatures": lists(training_temperatures, "--training-temperatures"),
            "foreign": patterns(foreign, "--foreign"),
        },
    )
