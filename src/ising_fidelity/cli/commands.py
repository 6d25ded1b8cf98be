"""The command ``ising-fidelity``: one command per step of the walk, each a thin cover.

Exit status: 0 done, 2 wrong usage or bad input (one line on stderr), 130 and 143 ended by Ctrl-C
and by SIGTERM, 1 anything else.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from ising_fidelity.exceptions import InputError
from ising_fidelity.files import abandon, check_writable
from ising_fidelity.temperatures import canonical

app = typer.Typer(
    help="How faithful are generative models to statistical physics? One command per step.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"ising-fidelity {version('ising-fidelity')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print it and exit")
    ] = False,
) -> None:
    pass


def _writable(value: Path | list[Path] | None) -> Path | list[Path] | None:
    """Refuse an output that cannot be written before anything is computed."""
    for path in value if isinstance(value, list) else [value] if value else []:
        check_writable(path)
    return value


LatticeSize = Annotated[int, typer.Option(help="L, frames are L x L")]
Temperature = Annotated[str, typer.Option(help="in units of J/k_B")]
Temperatures = Annotated[list[str], typer.Option("--temperature", help="repeat for more")]
Seed = Annotated[int, typer.Option(help="of every random number", min=0, max=2**63 - 1)]
Output = Annotated[Path, typer.Option(help="file to write", callback=_writable)]
FramesFile = Annotated[Path, typer.Argument(metavar="FRAMES.nc", help="frames to look at")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda")]
SamplingSteps = Annotated[
    int | None,
    typer.Option(
        help="of the reverse chain [N_t, or 100 of a continuous model]", min=2, max=100_000
    ),
]
ReverseVariance = Annotated[str, typer.Option(help="beta, posterior or spin")]


@app.command()
def solve(lattice_size: LatticeSize, temperature: Temperatures, output: Output) -> None:
    """Write the exact results for one lattice at some temperatures."""
    from ising_fidelity.steps.solve import solve

    temperatures = [canonical(value) for value in temperature]
    solve(lattice_size=lattice_size, temperatures=temperatures, output=output)


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
    from ising_fidelity.steps.simulate import simulate

    simulate(
        lattice_size=lattice_size,
        temperature=canonical(temperature, infinite=True),
        sampler=sampler,
        frames=frames,
        chains=chains,
        thermalization=thermalization,
        spacing=spacing,
        seed=seed,
        threads=threads,
        output=output,
        start=start,
    )


@app.command()
def train(
    config: Annotated[list[Path], typer.Option(help="repeat: each is laid over the one before")],
    model: Annotated[str, typer.Option(help="name of an entry of models: in the config")],
    output: Output,
    frames: Annotated[list[Path], typer.Argument(metavar="FRAMES.nc...")],
    device: Annotated[str | None, typer.Option(help="in place of the config's")] = None,
    finish: Annotated[
        bool, typer.Option("--finish", help="take a cut off training as it is, train no further")
    ] = False,
) -> None:
    """Train one model of the config; go on from where an earlier run was cut off."""
    from ising_fidelity.config import load

    settings = load(config)
    if model not in settings.trained_models:
        known = ", ".join(settings.trained_models) or "none"
        raise InputError(f"--model: no {model} in models: of the config; there are: {known}")
    from ising_fidelity.seeds import derive_seed
    from ising_fidelity.steps.train import train

    train(
        settings=settings.trained_models[model],
        model=model,
        seed=derive_seed(settings.seed, "train", model),
        frames=frames,
        output=output,
        device=device or settings.device,
        finish=finish,
    )


@app.command()
def sample(
    model: Annotated[Path, typer.Option(help="checkpoint written by train")],
    temperature: Temperature,
    frames: Annotated[int, typer.Option(help="how many", min=1, max=10**9)],
    lattice_size: LatticeSize,
    seed: Seed,
    output: Output,
    sampling_steps: SamplingSteps = None,
    reverse_variance: ReverseVariance = "beta",
    sampler: Annotated[
        str,
        typer.Option(
            help="of continuous models: trapezoid, multistep, ancestral, spin, gibbs, heun, churn"
        ),
    ] = "trapezoid",
    precision: Annotated[
        str, typer.Option(help="of networks that have a chain: float32 or bfloat16")
    ] = "float32",
    compile: Annotated[bool, typer.Option("--compile", help="compile the network first")] = False,
    finish_sigma: Annotated[
        float | None, typer.Option(help="stop at this noise, draw the rest by heat bath")
    ] = None,
    finish_sweeps: Annotated[int, typer.Option(help="of that heat bath", max=10**9)] = 10,
    device: Device = "auto",
) -> None:
    """Draw frames from a trained model at one temperature."""
    from ising_fidelity.steps.sample import sample

    sample(
        model=model,
        temperature=canonical(temperature),
        frames=frames,
        lattice_size=lattice_size,
        seed=seed,
        output=output,
        sampling_steps=sampling_steps,
        reverse_variance=reverse_variance,
        sampler=sampler,
        precision=precision,
        compile=compile,
        finish_sigma=finish_sigma,
        finish_sweeps=finish_sweeps,
        device=device,
    )


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
    from ising_fidelity.steps.relax import relax

    relax(frames=frames, sweeps=sweeps, seed=seed, output=output, sampler=sampler)


@app.command()
def equilibrate(
    temperature: Temperature,
    lattice_size: LatticeSize,
    starts: Annotated[int, typer.Option(help="how many walks", min=1)],
    seed: Seed,
    output: Output,
    sampler: Annotated[str | None, typer.Option(help="metropolis or checkerboard")] = None,
    sweeps: Annotated[int, typer.Option(help="length of a Monte Carlo walk", min=1)] = 1000,
    model: Annotated[Path | None, typer.Option(help="checkpoint of a diffusion model")] = None,
    sampling_steps: SamplingSteps = None,
    reverse_variance: ReverseVariance = "beta",
    device: Device = "auto",
) -> None:
    """Follow energy and magnetisation from random starts, by Monte Carlo or a reverse chain."""
    from ising_fidelity.steps.equilibrate import equilibrate

    if (sampler is None) == (model is None):
        raise InputError("equilibrate: give either --sampler or --model")
    equilibrate(
        temperature=canonical(temperature),
        lattice_size=lattice_size,
        starts=starts,
        seed=seed,
        output=output,
        sampler=sampler or "metropolis",
        sweeps=sweeps,
        model=model,
        sampling_steps=sampling_steps,
        reverse_variance=reverse_variance,
        device=device,
    )


@app.command()
def measure(frames: FramesFile, output: Output, seed: Seed = 0) -> None:
    """Measure every observable of one file of frames, with error bars."""
    from ising_fidelity.steps.measure import measure

    measure(frames=frames, output=output, seed=seed)


@app.command()
def compare(
    frames: FramesFile,
    reference: Annotated[Path, typer.Option(help="frames to hold them against")],
    output: Output,
    training: Annotated[
        list[Path] | None, typer.Option(help="training frames; repeat for more")
    ] = None,
    memory_frames: Annotated[
        int, typer.Option(help="to hold against training frames modulo all symmetries", min=0)
    ] = 0,
    classifier: Annotated[
        bool, typer.Option("--classifier", help="train a network to tell the two apart")
    ] = False,
    seed: Seed = 0,
) -> None:
    """Measure the distances between two files of frames."""
    from ising_fidelity.steps.compare import compare

    compare(
        frames=frames,
        reference=reference,
        training=training or [],
        output=output,
        seed=seed,
        memory_frames=memory_frames,
        classify=classifier,
    )


@app.command()
def attribute(
    frames: FramesFile,
    sweeps: Annotated[list[int], typer.Option(help="of relaxation; repeat for more")],
    output: Output,
    seed: Seed = 0,
) -> None:
    """Split the excess of the specific heat over the exact one by its causes."""
    from ising_fidelity.steps.attribute import attribute

    attribute(frames=frames, sweeps=sweeps, output=output, seed=seed)


@app.command()
def scale(files: Files, output: Output, seed: Seed = 0) -> None:
    """Find the critical temperature and exponents from observables of several lattice sizes."""
    from ising_fidelity.steps.scale import scale

    scale(files=files, output=output, seed=seed)


@app.command()
def merge(files: Files, output: Output) -> None:
    """Join observables and comparisons (or attributions) of all sources in one tree."""
    from ising_fidelity.steps.merge import merge

    merge(files=files, output=output)


@app.command()
def score(
    fidelity: Annotated[Path, typer.Option(help="written by merge")],
    exact: Annotated[Path, typer.Option(help="written by solve")],
    reference: Annotated[str, typer.Option(help="source to hold the others against")],
    output: Annotated[Path, typer.Option(help="table to write, CSV", callback=_writable)],
    table: Annotated[Path, typer.Option(help="page to write, HTML", callback=_writable)],
    training_temperatures: Annotated[str, typer.Option(help="JSON: model to list")] = "{}",
    paper: Annotated[Path | None, typer.Option(help="the numbers that the paper quotes")] = None,
    paper_table: Annotated[
        Path | None, typer.Option(help="its table beside ours, CSV", callback=_writable)
    ] = None,
    repeats: Annotated[str, typer.Option(help="JSON: model to sources of other seeds")] = "{}",
    claims: Annotated[
        Path | None, typer.Option(help="what the paper says, YAML; the shipped list if not given")
    ] = None,
    claims_table: Annotated[
        Path | None, typer.Option(help="verdicts to write, CSV", callback=_writable)
    ] = None,
    finite_size: Annotated[
        list[Path] | None, typer.Option(help="exponents of a source, named after it; repeat")
    ] = None,
    attribution: Annotated[
        Path | None, typer.Option(help="parts of the specific heat's excess, of every model")
    ] = None,
) -> None:
    """Hold every source against exact results and Monte Carlo, and the paper against the run."""
    from ising_fidelity.steps.score import score

    score(
        fidelity=fidelity,
        exact=exact,
        models=_lists(training_temperatures, "--training-temperatures"),
        reference=reference,
        output=output,
        table=table,
        paper=paper,
        paper_table=paper_table,
        repeats=_lists(repeats, "--repeats"),
        claims=claims,
        claims_table=claims_table,
        finite_size=finite_size or [],
        attribution=attribution,
    )


@app.command()
def plot(
    files: Files,
    figure: Annotated[str, typer.Option(help="fig3, figS1, ...")],
    output: Annotated[list[Path], typer.Option(help="repeat: .svg, .png", callback=_writable)],
    source: Annotated[list[str] | None, typer.Option(help="in the legend's order")] = None,
    temperature: Annotated[list[str] | None, typer.Option(help="repeat for more")] = None,
    training_temperatures: Annotated[str, typer.Option(help="JSON: model to list")] = "{}",
    foreign: Annotated[
        str, typer.Option(help="JSON: source of frames made elsewhere to its path with {T}")
    ] = "{}",
) -> None:
    """Draw one figure of the paper from the run's files."""
    from ising_fidelity.steps.plot import plot

    plot(
        figure=figure,
        files=files,
        outputs=output,
        sources=source or [],
        temperatures=[canonical(value) for value in temperature or []],
        training_temperatures=_lists(training_temperatures, "--training-temperatures"),
        foreign=_patterns(foreign, "--foreign"),
    )


def _lists(text: str, flag: str) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for name, content in _mapping(text, flag).items():
        if not isinstance(content, list) or not all(isinstance(one, str) for one in content):
            raise InputError(f'{flag}: {name}: a list of texts is needed, such as ["2.30"]')
        lists[name] = content
    return lists


def _patterns(text: str, flag: str) -> dict[str, str]:
    patterns: dict[str, str] = {}
    for name, content in _mapping(text, flag).items():
        if not isinstance(content, str) or content.count("{T}") != 1:
            raise InputError(f"{flag}: {name}: a path with one {{T}} in it is needed")
        patterns[name] = content
    return patterns


def _mapping(text: str, flag: str) -> dict[str, Any]:
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{flag}: not valid JSON ({error})") from error
    if not isinstance(mapping, dict):
        raise InputError(f"{flag}: a mapping is needed, such as {{}}")
    return mapping


def main() -> None:
    """Run the command line."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as it is in the background
            signal.signal(number, _end)
    try:
        sys.exit(app(standalone_mode=False))
    except InputError as error:
        _refuse(str(error))
    except MemoryError as error:
        _refuse(f"more memory is needed than there is ({error})")
    except Exception as error:
        # Wrong usage, in the words of the command-line library; all else is an error of ours.
        if not hasattr(error, "format_message"):
            raise
        _refuse(error.format_message() or "a command is needed; allowed are those above")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _: object) -> NoReturn:
    """End at once after Ctrl-C or SIGTERM, without what is half written.

    Nothing is raised: in the midst of a library an exception may be lost, or leave a lock behind
    that closing the file then waits for, as xarray's did.
    """
    abandon()
    os._exit(128 + number)


def _refuse(message: str) -> NoReturn:
    """End with status 2 and one line, whatever was typed or is in a file."""
    print(f"ising-fidelity: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)
