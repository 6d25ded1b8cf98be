"""Keep the main files of a finished run at the paper's scale, and draw figures from them.

ship     copy to resources/paper_scale: tables, losses, small models, files of the figures
figures  draw the figures from these files, without a GPU and without the run: make paper-figures
"""

import argparse
import shutil
import sys
from pathlib import Path

from ising_fidelity.config.load import load
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.run.figures import drawn_figures
from ising_fidelity.steps.plot import plot

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "paper_scale"
SMALL = 4 * 2**20
"""Size below which weights are kept, in bytes."""
PLACES = {
    "fidelity": "fidelity.nc",
    "exact": "exact.nc",
    "training": "models/*.training.nc",
    "model": "models/*.safetensors",
    "configurations": "configurations/*/T*.nc",
    "observables": "observables/*/T*.nc",
}
"""Paths of kinds of files in the folder of a run; other kinds are not kept."""


def ship(results: Path, output: Path, frames: int) -> None:
    """Copy the kept files of a finished run, with some frames of each file of configurations."""
    run = load([results / "provenance" / "config.yaml"])
    kept = {"fidelity.nc", "exact.nc", "scores.csv", "paper.csv", "claims.csv"}
    for model in run.trained_models:
        kept.add(f"models/{model}.training.nc")
        weights, times = f"models/{model}.safetensors", f"benchmarks/{model}.json"
        if (results / weights).exists() and (results / weights).stat().st_size < SMALL:
            kept.add(weights)
        if (results / times).exists():
            kept.add(times)
    for name, figure in drawn_figures(run).items():
        for kind in {"configurations", "observables"}.intersection(FIGURES[name].needs):
            kept |= {
                f"{kind}/{source}/T{T}.nc" for source in figure.sources for T in figure.temperatures
            }
    for name in kept:
        if not (results / name).exists():
            raise InputError(f"{results / name}: no such file; a finished run has it")
    for name in sorted(kept):
        target = output / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith("configurations/"):
            some = read_frames(results / name)
            some = some.isel(draw=slice(max(1, frames // some.sizes["chain"])))
            netcdf.write(some.drop_vars("field", errors="ignore"), target)
        else:
            shutil.copyfile(results / name, target)
    shutil.copyfile(results / "provenance" / "config.yaml", output / "config.yaml")
    total = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    print(f"{output}: {len(kept) + 1} files, {total / 1e6:.1f} MB")


def figures(shipped: Path, output: Path) -> None:
    """Draw the figures from the kept files."""
    if not (shipped / "fidelity.nc").exists():
        raise InputError(
            f"{shipped / 'fidelity.nc'}: no such file; no run at the paper's scale is shipped yet, "
            "see docs/results/paper-scale.md"
        )
    run = load([shipped / "config.yaml"])
    trained = {name: model.training_temperatures for name, model in run.trained_models.items()}
    for name, figure in drawn_figures(run).items():
        needs = [need for need in FIGURES[name].needs if need in PLACES]
        try:
            plot(
                figure=name,
                files=[path for need in needs for path in sorted(shipped.glob(PLACES[need]))],
                outputs=[output / f"{name}.svg", output / f"{name}.png"],
                temperatures=figure.temperatures,
                sources=figure.sources,
                training_temperatures=trained,
            )
        except InputError as error:
            print(f"{name}: left out ({error})")
    print(f"{output}: {len(list(output.glob('*.png')))} figures")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    lines = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    verbs = lines.add_subparsers(dest="verb", required=True)

    verb = verbs.add_parser(
        "ship", help="keep the files of a finished run that figures and tables need"
    )
    verb.add_argument("run", type=Path, metavar="FOLDER", help="results/paper-accelerated")
    verb.add_argument("--output", type=Path, default=SHIPPED)
    verb.add_argument(
        "--frames", type=int, default=256, help="frames per file of configurations to keep"
    )

    verb = verbs.add_parser("figures", help="draw the figures from the kept files")
    verb.add_argument("--shipped", type=Path, default=SHIPPED)
    verb.add_argument("--output", type=Path, default=Path("results/paper-figures"))
    return lines


def main() -> None:
    """Run the command line; bad input exits with status 2 and one line."""
    arguments = parser().parse_args()
    try:
        if arguments.verb == "ship":
            ship(arguments.run, arguments.output, arguments.frames)
        else:
            figures(arguments.shipped, arguments.output)
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
