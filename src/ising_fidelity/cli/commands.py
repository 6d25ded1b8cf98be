"""The commands, one per step of the walk, and the application that they are added to."""

from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any

import typer

from ising_fidelity.cli import found
from ising_fidelity.cli.options import (
    Device,
    Files,
    FramesFile,
    LatticeSize,
    Output,
    Quiet,
    Seed,
    Temperature,
    Temperatures,
    Trained,
    keep_apart,
    options_of,
    print_version,
)
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.temperatures import canonical
from ising_fidelity.models.sampling.options import Chain, GibbsFinish
from ising_fidelity.models.shipped import find

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


def take(step: str, given: dict[str, Any]) -> Any:
    """Call the step of this name; it is imported here, since steps import what others do not.

    What is given are the parameters of the command, as its ``locals()``: it has no other names.
    Whether the command is quiet is no matter of the step's.
    """
    keep_apart(given)
    given.pop("quiet", None)
    return resolve_name(f"ising_fidelity.steps.{step}:{step}")(**given)


@app.command()
def solve(lattice_size: LatticeSize, temperatures: Temperatures, output: Output) -> None:
    """Write the exact results for one lattice at some temperatures."""
    take("solve", locals() | {"temperatures": [canonical(T) for T in temperatures]})


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
    quiet: Quiet = False,
) -> None:
    """Make frames by Monte Carlo at one temperature, 0 and inf included."""
    made = take("simulate", locals() | {"temperature": canonical(temperature, infinite=True)})
    found.say(quiet, found.in_frames, made)


@app.command()
@options_of("chain", Chain)
@options_of("finish", GibbsFinish)
def sample(
    model: Trained,
    temperature: Temperature,
    frames: Annotated[int, typer.Option(help="how many", min=1, max=10**9)],
    lattice_size: LatticeSize,
    seed: Seed,
    output: Output,
    chain: Chain,
    finish: GibbsFinish | None,
    device: Device = "auto",
    quiet: Quiet = False,
) -> None:
    """Sample frames from a trained model at one temperature."""
    given = locals() | {"temperature": canonical(temperature), "model": find(model)}
    found.say(quiet, found.in_frames, take("sample", given))


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
    take("relax", locals())


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
    model: Trained | None = None,
    device: Device = "auto",
) -> None:
    """Follow energy and magnetisation from random starts, by Monte Carlo or a reverse chain."""
    if (sampler is None) == (model is None):
        raise InputError("equilibrate: give either --sampler or --model")
    take(
        "equilibrate",
        locals()
        | {
            "temperature": canonical(temperature),
            "sampler": sampler or "metropolis",
            "model": model and find(model),
        },
    )


@app.command()
def measure(frames: FramesFile, output: Output, seed: Seed = 0, quiet: Quiet = False) -> None:
    """Measure every observable of one file of frames, with error bars."""
    found.say(quiet, found.in_observables, take("measure", locals()))


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
    quiet: Quiet = False,
) -> None:
    """Measure the distances between two files of frames."""
    compared = take("compare", locals() | {"training": training or []})
    found.say(quiet, found.in_distances, compared)


@app.command()
def attribute(
    frames: FramesFile,
    sweeps: Annotated[list[int], typer.Option(help="of relaxation; repeat for more")],
    output: Output,
    seed: Seed = 0,
) -> None:
    """Split the excess of the specific heat over the exact one by its causes."""
    take("attribute", locals())


@app.command()
def scale(files: Files, output: Output, seed: Seed = 0) -> None:
    """Find the critical temperature and exponents from observables of several lattice sizes."""
    take("scale", locals())
