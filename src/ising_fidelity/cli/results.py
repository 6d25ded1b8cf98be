"""Commands that merge observables, score sources and draw figures."""

from pathlib import Path
from typing import Annotated

import typer

from ising_fidelity.cli.commands import app, take
from ising_fidelity.cli.options import NOT_COMPARED, Files, Output, lists, patterns, writable
from ising_fidelity.io.temperatures import canonical


@app.command()
def merge(files: Files, output: Output) -> None:
    """Merge observables and comparisons (or attributions) of all sources into one file."""
    take("merge", locals())


@app.command()
def score(
    fidelity: Annotated[Path, typer.Option(help="file written by merge")],
    exact: Annotated[Path, typer.Option(help="file written by solve")],
    reference: Annotated[str, typer.Option(help="source to compare the others with")],
    output: Annotated[Path, typer.Option(help="table to write (CSV)", callback=writable)],
    table: Annotated[Path, typer.Option(help="page to write (HTML)", callback=writable)],
    models: Annotated[
        str,
        typer.Option(
            "--training-temperatures", help="JSON mapping of models to lists of temperatures"
        ),
    ] = "{}",
    paper: Annotated[
        Path | None,
        typer.Option(help="numbers quoted in the paper (YAML); default: the shipped list"),
    ] = None,
    paper_table: Annotated[
        Path | None,
        typer.Option(
            help="table to write with the paper's numbers and ours (CSV)", callback=writable
        ),
    ] = None,
    repeats: Annotated[
        str, typer.Option(help="JSON mapping of models to sources of further training seeds")
    ] = "{}",
    claims: Annotated[
        Path | None, typer.Option(help="claims of the paper (YAML); default: the shipped list")
    ] = None,
    claims_table: Annotated[
        Path | None,
        typer.Option(help="table to write with verdicts on claims (CSV)", callback=writable),
    ] = None,
    finite_size: Annotated[
        list[Path] | None,
        typer.Option(help="file written by scale, named after its source; repeat for more"),
    ] = None,
    attribution: Annotated[
        Path | None, typer.Option(help="file of merged attributions of the excess specific heat")
    ] = None,
    notes: Annotated[
        list[str] | None,
        typer.Option("--note", help="remark on what the run omits, for the page; repeat for more"),
    ] = None,
    frames: Annotated[
        str,
        typer.Option(help="JSON mapping of sources to paths of frames with {T}, for the page"),
    ] = "{}",
    observables: Annotated[
        str | None, typer.Option(help="path of observables with {source} and {T}, for the page")
    ] = None,
) -> None:
    """Compare every source with exact results and Monte Carlo, and judge the paper's claims.

    Exit status 3 if a quantity could not be compared; all files are written.
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
    figure: Annotated[str, typer.Option(help="name of the figure: fig3, figS1, ...")],
    outputs: Annotated[
        list[Path],
        typer.Option("--output", help=".svg or .png; repeat for more", callback=writable),
    ],
    sources: Annotated[
        list[str] | None,
        typer.Option("--source", help="sources in the order of the legend; repeat for more"),
    ] = None,
    temperatures: Annotated[
        list[str] | None, typer.Option("--temperature", help="temperatures; repeat for more")
    ] = None,
    training_temperatures: Annotated[
        str, typer.Option(help="JSON mapping of models to lists of temperatures")
    ] = "{}",
    foreign: Annotated[
        str, typer.Option(help="JSON mapping of imported sources to their paths with {T}")
    ] = "{}",
) -> None:
    """Draw one figure from the files of a run."""
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
