"""The application, and its commands for simulation, sampling and measurement."""

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
    help="Compare generative models of the 2D Ising model with exact results and Monte Carlo. "
    "One command per step.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="print the version and exit"
        ),
    ] = False,
) -> None:
    pass


def take(step: str, given: dict[str, Any]) -> Any:
    """Import the step of this name and call it with the parameters of the command.

    Steps are imported when needed, as their imports are slow. ``given`` are the ``locals()`` of the
    command, which has no other variables; ``quiet`` is not passed on.
    """
    keep_apart(given)
    given.pop("quiet", None)
    return resolve_name(f"ising_fidelity.steps.{step}:{step}")(**given)


@app.command()
def solve(lattice_size: LatticeSize, temperatures: Temperatures, output: Output) -> None:
    """Compute exact results for one lattice at some temperatures."""
    take("solve", locals() | {"temperatures": [canonical(T) for T in temperatures]})


@app.command()
def simulate(
    lattice_size: LatticeSize,
    temperature: Temperature,
    sampler: Annotated[str, typer.Option(help="metropolis, checkerboard, cluster or auto")],
    frames: Annotated[
        int, typer.Option(help="number of frames over all chains, a multiple of chains")
    ],
    thermalization: Annotated[int, typer.Option(help="sweeps of burn-in before the first frame")],
    spacing: Annotated[int, typer.Option(help="sweeps between frames")],
    seed: Seed,
    output: Output,
    chains: Annotated[int, typer.Option(help="number of independent chains")] = 1,
    threads: Annotated[int, typer.Option(help="number of threads")] = 1,
    start: Annotated[
        str, typer.Option(help="start of chains: random, ordered, or both alternately")
    ] = "both",
    quiet: Quiet = False,
) -> None:
    """Simulate frames by Monte Carlo at one temperature, which may be 0 or inf."""
    made = take("simulate", locals() | {"temperature": canonical(temperature, infinite=True)})
    found.say(quiet, found.in_frames, made)


@app.command()
@options_of("chain", Chain)
@options_of("finish", GibbsFinish)
def sample(
    model: Trained,
    temperature: Temperature,
    frames: Annotated[int, typer.Option(help="number of frames", min=1, max=10**9)],
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
    frames: Annotated[Path, typer.Argument(metavar="FRAMES.nc", help="frames to start from")],
    sweeps: Annotated[
        int, typer.Option(help="number of sweeps (L^2 attempted flips each), or of clusters")
    ],
    seed: Seed,
    output: Output,
    sampler: Annotated[str, typer.Option(help="metropolis or cluster")] = "metropolis",
) -> None:
    """Update frames by Monte Carlo sweeps, or cluster flips, at their own temperature."""
    take("relax", locals())


@app.command()
def metropolise(
    frames: Annotated[
        Path, typer.Argument(metavar="FRAMES.nc", help="frames with the probability of each")
    ],
    seed: Seed,
    output: Output,
) -> None:
    """Make frames of known probability exact by an independence Metropolis chain."""
    take("metropolise", locals())


@app.command()
@options_of("chain", Chain, only=("sampling_steps", "reverse_variance"))
def equilibrate(
    temperature: Temperature,
    lattice_size: LatticeSize,
    starts: Annotated[int, typer.Option(help="number of random starts", min=1)],
    seed: Seed,
    output: Output,
    chain: Chain,
    sampler: Annotated[
        str | None, typer.Option(help="metropolis or checkerboard, without a model")
    ] = None,
    sweeps: Annotated[int, typer.Option(help="Monte Carlo sweeps from each start", min=1)] = 1000,
    model: Annotated[
        str | None, typer.Option(help="checkpoint of a diffusion model, or name of a shipped one")
    ] = None,
    device: Device = "auto",
) -> None:
    """Record energy and magnetisation from random starts, by Monte Carlo or a reverse chain."""
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
    reference: Annotated[Path, typer.Option(help="frames to compare with")],
    output: Output,
    training: Annotated[
        list[Path] | None, typer.Option(help="training frames; repeat for more")
    ] = None,
    memory_frames: Annotated[
        int,
        typer.Option(
            help="number of frames to compare with all training frames, up to symmetries", min=0
        ),
    ] = 0,
    classify: Annotated[
        bool, typer.Option("--classifier", help="train a network to separate frames and reference")
    ] = False,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Measure distances between two files of frames."""
    compared = take("compare", locals() | {"training": training or []})
    found.say(quiet, found.in_distances, compared)


@app.command()
def attribute(
    frames: FramesFile,
    sweeps: Annotated[
        list[int], typer.Option(help="Monte Carlo sweeps of relaxation; repeat for more")
    ],
    output: Output,
    seed: Seed = 0,
) -> None:
    """Attribute the excess of the specific heat over its exact value to causes."""
    take("attribute", locals())


@app.command()
def scale(files: Files, output: Output, seed: Seed = 0) -> None:
    """Fit critical temperature and exponents to observables of several lattice sizes."""
    take("scale", locals())
