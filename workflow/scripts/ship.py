"""Keep the main files of finished runs under version control, and draw figures from them.

run      keep of a run: tables, losses, weights, and the files of the figures
model    write a trained model with weights in bfloat16: half the size, the same frames
figures  draw the figures of kept runs, without the runs and without a GPU: make paper-figures

python workflow/scripts/ship.py run results/compact resources/compact
"""

import argparse
import shutil
import sys
from pathlib import Path, PurePosixPath

from ising_fidelity.config.load import load
from ising_fidelity.config.run import Config
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.run.figures import drawn_figures
from ising_fidelity.run.paths import Paths
from ising_fidelity.steps.plot import plot

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
SMALL = 4 * 2**20
"""Size up to which weights are kept, in bytes."""
SMALLEST = {"_FillValue": None, "zlib": True, "shuffle": True, "complevel": 9}
"""Encoding of long time series, without loss."""


def ship_model(model: Path, output: Path) -> None:
    """Write a checkpoint with weights rounded to bfloat16; sampling computes as before."""
    import torch

    from ising_fidelity.models import checkpoint

    trained = checkpoint.load(model)
    weights = {
        name: weight.to(torch.bfloat16) if weight.is_floating_point() else weight
        for name, weight in trained.network.state_dict().items()
    }
    about = {
        key: value
        for key, value in trained.metadata.items()
        if key not in ("model", "lattice_size")
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.save(output, weights, trained.settings, trained.lattice_size, about)


def ship_run(results: Path, output: Path, frames: int) -> None:
    """Copy the kept files of a finished run, with some frames of each file of configurations."""
    run = load([results / "provenance" / "config.yaml"])
    kept = {"fidelity.nc", "exact.nc", "scores.csv", "paper.csv", "claims.csv"}
    kept |= {name for figure in drawn_figures(run) for name in _read_by(run, figure)}
    times = {f"benchmarks/{model}.json" for model in run.trained_models}
    kept |= {name for name in times if (results / name).exists()}
    for model in run.trained_models:
        kept |= {f"models/{model}.training.nc", f"models/{model}.safetensors"}
    for name in sorted(kept):
        source, target = results / name, output / name
        if source.suffix == ".safetensors":
            if source.exists() and source.stat().st_size / 2 < SMALL:
                ship_model(source, target)
            continue
        if not source.exists():
            raise InputError(f"{source}: no such file; a finished run has it")
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith("configurations/"):
            some = read_frames(source)
            some = some.isel(draw=slice(max(1, frames // some.sizes["chain"])))
            netcdf.write(some.drop_vars("field", errors="ignore"), target)
        elif name.startswith("equilibration/"):
            series = netcdf.read(source)
            long = [key for key in ("energy", "magnetization") if key in series]
            series.to_netcdf(target, encoding={key: SMALLEST for key in long})
        else:
            shutil.copyfile(source, target)
    shutil.copyfile(results / "provenance" / "config.yaml", output / "config.yaml")
    sizes = [path.stat().st_size for path in output.rglob("*") if path.is_file()]
    print(f"{output}: {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB")


def figures(shipped: Path, output: Path) -> None:
    """Draw the figures from the kept files."""
    if not (shipped / "fidelity.nc").exists():
        raise InputError(
            f"{shipped / 'fidelity.nc'}: no such file; no run is kept in this folder, "
            "see docs/results/paper-scale.md"
        )
    run = load([shipped / "config.yaml"])
    trained = {name: model.training_temperatures for name, model in run.trained_models.items()}
    for name, figure in drawn_figures(run).items():
        files = [shipped / file for file in _read_by(run, name)]
        try:
            plot(
                figure=name,
                files=[path for path in files if path.exists()],
                outputs=[output / f"{name}.svg", output / f"{name}.png"],
                temperatures=figure.temperatures,
                sources=figure.sources,
                training_temperatures=trained,
            )
        except InputError as error:
            print(f"{name}: left out ({error})")
    print(f"{output}: {len(list(output.glob('*.png')))} figures")


def _read_by(run: Config, figure: str) -> list[str]:
    """Return what a figure is drawn from, as paths in the folder of the run."""
    paths = Paths(run)
    return [
        str(PurePosixPath(file).relative_to(paths.results)) for file in paths.read_by_figure(figure)
    ]


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    lines = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    verbs = lines.add_subparsers(dest="verb", required=True)

    verb = verbs.add_parser("run", help="keep the files of a finished run")
    verb.add_argument("results", type=Path, metavar="RESULTS", help="results/compact")
    verb.add_argument("output", type=Path, metavar="OUTPUT", help="resources/compact")
    verb.add_argument(
        "--frames", type=int, default=256, help="frames per file of configurations to keep"
    )

    verb = verbs.add_parser("model", help="write a trained model with weights in bfloat16")
    verb.add_argument("model", type=Path, metavar="MODEL")
    verb.add_argument("output", type=Path, metavar="OUTPUT")

    verb = verbs.add_parser("figures", help="draw the figures of kept runs")
    verb.add_argument(
        "folders", type=Path, nargs="*", metavar="FOLDER", help="of kept runs; default: all"
    )
    verb.add_argument("--output", type=Path, default=Path("results/paper-figures"))
    return lines


def main() -> None:
    """Run the command line; bad input exits with status 2 and one line."""
    arguments = parser().parse_args()
    try:
        if arguments.verb == "run":
            ship_run(arguments.results, arguments.output, arguments.frames)
        elif arguments.verb == "model":
            ship_model(arguments.model, arguments.output)
        else:
            kept = sorted(path.parent for path in RESOURCES.glob("*/fidelity.nc"))
            for folder in arguments.folders or kept:
                figures(folder, arguments.output / folder.name)
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
