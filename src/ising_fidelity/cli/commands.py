"""The commands, one per step of the walk, and the application that they are added to."""

from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any

import typer

from ising_fidelity.cli.options import (
    NOT_COMPARED,
    Device,
    Files,
    FramesFile,
    LatticeSize,
    Output,
    Seed,
    Temperature,
    Temperatures,
    keep_apart,
    lists,
    options_of,
    patterns,
    print_version,
    writable,
)
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.temperatures import canonical
from ising_fidelity.models.sampling.options import Chain, GibbsFinish

app = typer.Typer(
    help="How faithful are generative models to statistical physics? One command per step.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="print it and exit"),
    ] = False,
) -> None:
    pass


def _take(step: str, given: dict[str, Any]) -> Any:
    """Call the step of this name; it is imported here, since steps import what others do not.

    What is given are the parameters of the command, as its ``locals()``: it has no other names.
    """
    keep_apart(given)
    return resolve_name(f"ising_fidelity.steps.{step}:{step}")(**given)


@app.command()
def solve(lattice_size: LatticeSize, temperatures: Temperatures, output: Output) -> None:
    """Write the exact results for one lattice at some temperatures."""
    _take("solve", locals() | {"temperatures": [canonical(T) for T in temperatures]})


@app.command()
def simulate(
    lattice_size: LatticeSize,
    temperature: Temperature,
    sampler: Annotated[str, typer.Option(help="metropolis, checkerboard, cluster or auto")],
    frames: Annotated[int, typer.Option(help="over all chains, a multiple of them")],
    thermalization: Annotated[int, typer.Option(help="sweeps before the first frame")],
    spacing: Annotated[int, typer.Option(help="sweeps between frames")],
    seed: Seed,
    output: Output,
    chains: Annotated[int, typer.Option(help="independent chains")] = 1,
    threads: Annotated[int, typer.Option(help="that compute at a time")] = 1,
    start: Annotated[str, typer.Option(help="of chains: both kinds, random or ordered")] = "both",
) -> None:
    """Make frames by Monte Carlo at one temperature, 0 and inf included."""
    _take("simulate", locals() | {"temperature": canonical(temperature, infinite=True)})


@app.command()
@options_of("chain", Chain)
@options_of("finish", GibbsFinish)
def sample(
    model: Annotated[Path, typer.Option(help="checkpoint written by train")],
    temperature: Temperature,
    frames: Annotated[int, typer.Option(help="how many", min=1, max=10**9)],
    lattice_size: LatticeSize,
    seed: Seed,
    output: Output,
    chain: Chain,
    finish: GibbsFinish | None,
    device: Device = "auto",
) -> None:
    """Sample frames from a trained model at one temperature."""
    _take("sample", locals() | {"temperature": canonical(temperature)})


@app.command()
def relax(
    frames: Annotated[Path, typer.Argument(metavar="FRAMES.nc", help="frames to begin with")],
    sweeps: Annotated[
        int, typer.Option(help="of L^2 attempted flips, or clusters; 0 changes nothing")
    ],
    seed: Seed,
    output: Output,
    sampler: Annotated[str, typer.Option(help="metropolis or cluster")] = "metropolis",
) -> None:
    """Move frames on by some Monte Carlo sweeps, or clusters, at their own temperature."""
    _take("relax", locals())


@app.command()
@options_of("chain", Chain, only=("sampling_steps", "reverse_variance"))
def equilibrate(
    temperature: Temperature,
    lattice_size: LatticeSize,
    starts: Annotated[int, typer.Option(help="how many walks", min=1)],
    seed: Seed,
    output: Output,
    chain: Chain,
    sampler: Annotated[str | None, typer.Option(help="metropolis or checkerboard")] = None,
    sweeps: Annotated[int, typer.Option(help="length of a Monte Carlo walk", min=1)] = 1000,
    model: Annotated[Path | None, typer.Option(help="checkpoint of a diffusion model")] = None,
    device: Device = "auto",
) -> None:
    """Follow energy and magnetisation from random starts, by Monte Carlo or a reverse chain."""
    if (sampler is None) == (model is None):
        raise InputError("equilibrate: give either --sampler or --model")
    _take(
        "equilibrate",
        locals() | {"temperature": canonical(temperature), "sampler": sampler or "metropolis"},
    )


@app.command()
def measure(frames: FramesFile, output: Output, seed: Seed = 0) -> None:
    """Measure every observable of one file of frames, with error bars."""
    _take("measure", locals())


@app.command()
def compare(
    frames: FramesFile,
    reference: Annotated[Path, typer.Option(help="frames to compare them with")],
    output: Output,
    training: Annotated[
        list[Path] | None, typer.Option(help="training frames; repeat for more")
    ] = None,
    memory_frames: Annotated[
        int, typer.Option(help="to compare with training frames modulo all symmetries", min=0)
    ] = 0,
    classify: Annotated[
        bool, typer.Option("--classifier", help="train a network to tell the two apart")
    ] = False,
    seed: Seed = 0,
) -> None:
    """Measure the distances between two files of frames."""
    _take("compare", locals() | {"training": training or []})


@app.command()
def attribute(
    frames: FramesFile,
    sweeps: Annotated[list[int], typer.Option(help="of relaxation; repeat for more")],
    output: Output,
    seed: Seed = 0,
) -> None:
    """Split the excess of the specific heat over the exact one by its causes."""
    _take("attribute", locals())


@app.command()
def scale(files: Files, output: Output, seed: Seed = 0) -> None:
    """Find the critical temperature and exponents from observables of several lattice sizes."""
    _take("scale", locals())


@app.command()
def merge(files: Files, output: Output) -> None:
    """Join observables and comparisons (or attributions) of all sources in one tree."""
    _take("merge", locals())


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
) -> None:
    """Compare every source with exact results and Monte Carlo, and the paper against the run.

    Exit status 3, all being written, if something could not be compared.
    """
    lacking = _take(
        "score",
        locals()
        | {
            "models": lists(models, "--training-temperatures"),
            "repeats": lists(repeats, "--repeats"),
            "finite_size": finite_size or [],
            "notes": notes or [],
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
    _take(
        "plot",
        locals()
        | {
            "sources": sources or [],
            "temperatures": [canonical(T) for T in temperatures or []],
            "training_temperatures": lists(training_temperatures, "--training-temperatures"),
            "foreign": patterns(foreign, "--foreign"),
        },
    )
