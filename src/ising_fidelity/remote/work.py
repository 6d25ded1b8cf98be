"""The run at the paper's own scale: what happens on a GPU machine, and what is made of it here.

pack     here: training frames and the config of a run, as one parcel
work     there: train a model, draw its frames and pack them, in pieces of so many seconds
unpack   here: what came back becomes files of the run, which the workflow takes for its own
ship     here: what is kept of the finished run goes to resources/paper_scale
figures  here: the figures of what is kept, without a GPU and without the run

``work`` needs PyTorch, safetensors, pydantic, PyYAML and tqdm; no netCDF4, xarray or Snakemake, nor
the compiled kernels. README.md, "The paper at its own scale", has all commands in their order.
"""

import argparse
import json
import platform
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
import yaml

from ising_fidelity import carried, config, provenance
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import FIGURES
from ising_fidelity.files import whole
from ising_fidelity.models import checkpoint, sampling, training
from ising_fidelity.seeds import derive_seed
from ising_fidelity.steps import sample, train

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "resources" / "paper_scale"
SMALL = 4 * 2**20
"""Bytes of weights that are kept."""
PLACES = {
    "fidelity": "fidelity.nc",
    "exact": "exact.nc",
    "training": "models/*.training.nc",
    "model": "models/*.safetensors",
    "configurations": "configurations/*/T*.nc",
    "observables": "observables/*/T*.nc",
}
"""Where kinds of files are in the folder of a run; those of other kinds are not kept."""


# Here, before.


def pack(configs: Sequence[Path], results: Path, output: Path) -> None:
    """Write all frames that models are trained on, and the config, into a folder."""
    from ising_fidelity import dataset

    run = config.load([ROOT / "config.yaml", *configs])
    arrays = {}
    for model, settings in run.trained_models.items():
        source = run.trained_on(model)
        for T in settings.training_temperatures:
            path = results / run.run / "configurations" / source / f"T{T}.nc"
            arrays[f"{source}/{T}"] = carried.pack(dataset.read_frames(path)["spin"].values)
    for path in carried.write(output, "training", arrays, {"config": run.plain()}):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


# There.


class Work:
    """One model on a GPU machine.

    Attributes
    ----------
    state
        Folder that is there from one piece to the next.
    """

    def __init__(
        self, parcel: Sequence[Path], model: str, state: Path, device: torch.device
    ) -> None:
        self.arrays, about = carried.read(parcel)
        self.run = config.check(about["config"])
        if model not in self.run.trained_models:
            known = ", ".join(self.run.trained_models)
            raise InputError(f"--model: no {model} in the parcel's config; there are: {known}")
        self.model, self.state, self.device = model, state, device
        self.settings = self.run.trained_models[model]
        self.checkpoint = state / f"{model}.safetensors"
        self.about = state / f"{model}.json"

    def train(self, seconds: float, at_most: float) -> bool:
        """Train on; return whether training is done, by epochs or by its time in all pieces."""
        size, begun = self.run.lattice_size, time.monotonic()
        source = self.run.trained_on(self.model)
        spins = {
            float(T): carried.unpack(self.arrays[f"{source}/{T}"], size)
            for T in self.settings.training_temperatures
        }
        seed = derive_seed(self.run.seed, "train", self.model)
        described = train.attributes(self.settings, self.model, size, seed) | self.provenance()
        clock = self.state / f"{self.model}.seconds"
        spent = float(clock.read_text()) if clock.exists() else 0.0
        trained = training.train(
            self.settings,
            spins,
            seed,
            self.device,
            self.state / f"{self.model}.resume.pt",
            train.identity_of(described, spins),
            seconds=min(seconds, at_most - spent),
        )
        train.check_weights(trained, self.model)
        spent += time.monotonic() - begun
        clock.write_text(str(spent))
        row = {name: values[-1] for name, values in trained.history.items()}
        say(f"{trained.epochs} epochs in {spent:.0f} s: {row}")
        # Less time is left than an epoch takes, or none.
        if trained.epochs < self.settings.epochs and spent * (1 + 1 / trained.epochs) < at_most:
            return False
        about = {
            "training": described,
            "history": trained.history,
            "best_epoch": trained.best_epoch,
            "training_seconds": spent,
        }
        with whole(self.about) as place:
            place.write_text(json.dumps(about))
        described = described | {"name": self.model}
        checkpoint.save(self.checkpoint, trained.weights, self.settings, size, described)
        return True

    def chains(self, whole_chain_frames: int) -> Iterator[tuple[str, int, sampling.Chain]]:
        """Yield the name of each source of this model, how many frames it has, and their chain."""
        said = self.run.sampling
        chain = sampling.Chain(
            said.sampling_steps, said.reverse_variance, said.sampler, said.precision
        )
        yield self.model, said.frames, chain
        steps = getattr(self.settings, "diffusion_steps", 0)
        if whole_chain_frames and steps > (chain.steps or steps):
            paper = sampling.Chain(precision=said.precision)
            yield f"{self.model}-{steps}steps", whole_chain_frames, paper

    def sample(self, seconds: float, whole_chain_frames: int) -> bool:
        """Draw frames, a file for each source and temperature; return whether all are there."""
        begun, last = time.monotonic(), 0.0
        model = checkpoint.load(self.checkpoint, self.device)
        if self.run.sampling.compile:
            model = sampling.quick(model)
        for source, frames, chain in self.chains(whole_chain_frames):
            for T in self.run.temperatures:
                if list((self.state / source).glob(f"{T}.*.safetensors")):
                    continue
                start = time.monotonic()
                if start - begun + last > seconds:
                    return False
                seed = derive_seed(self.run.seed, "sample", source, T)
                size = self.run.lattice_size
                drawn = sample.draw(model, T, frames, size, seed, chain)
                if not drawn.finite:
                    raise InputError(f"{source}: its frames at T = {T} are not finite numbers")
                last = time.monotonic() - start
                about = {"attributes": drawn.attributes | self.provenance(), "seconds": last}
                bits = {"bits": carried.pack(drawn.spins)}
                carried.write(self.state / source, T, bits, about)
                say(f"{source}, T = {T}: {frames} frames in {last:.1f} s")
        return True

    def deliver(self, output: Path, whole_chain_frames: int) -> list[Path]:
        """Write all that there is so far as one parcel."""
        about = json.loads(self.about.read_text()) | {
            "model": self.model,
            "config": self.run.plain(),
            "frames": {},
            "sampling_seconds": {},
        }
        arrays = {}
        for name, weight in checkpoint.load(self.checkpoint).network.state_dict().items():
            half = weight.to(torch.bfloat16) if weight.is_floating_point() else weight
            arrays[f"weights/{name}"] = half
        for source, *_ in self.chains(whole_chain_frames):
            about["frames"][source], about["sampling_seconds"][source] = {}, 0.0
            for T in self.run.temperatures:
                files = list((self.state / source).glob(f"{T}.*.safetensors"))
                if not files:
                    continue
                found, said = carried.read(files)
                arrays[f"frames/{source}/{T}"] = found["bits"]
                about["frames"][source][T] = said["attributes"]
                about["sampling_seconds"][source] += said["seconds"]
        for path in output.glob(f"{self.model}.*-of-*.safetensors"):
            path.unlink()  # of an earlier piece
        return carried.write(output, self.model, arrays, about)

    def provenance(self) -> dict[str, str]:
        """Return what is said of all that is made here."""
        gpu = self.device.type == "cuda"
        return {
            "config_hash": provenance.settings_hash(self.run.plain()),
            "device": torch.cuda.get_device_name(self.device) if gpu else platform.machine(),
            "torch_version": torch.__version__,
        }


def work(arguments: argparse.Namespace) -> None:
    """Do as much as there is time for, training first."""
    begun = time.monotonic()
    device = sampling.compute_device(arguments.device)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True  # shapes stay the same for minutes
    torch.set_num_threads(arguments.threads)
    model = Work(arguments.parcel, arguments.model, arguments.state, device)
    arguments.state.mkdir(parents=True, exist_ok=True)

    def left() -> float:
        return float(arguments.seconds - (time.monotonic() - begun))

    if not model.checkpoint.exists() and not model.train(left(), arguments.training_seconds):
        say("not done: give the same command again to train on")
        return
    done = model.sample(left(), arguments.whole_chain_frames)
    for path in model.deliver(arguments.output, arguments.whole_chain_frames):
        print(f"{path}: {path.stat().st_size / 2**20:.1f} MiB")
    say("done" if done else "not done: give the same command again to draw the other frames")


def say(text: str) -> None:
    print(text, flush=True)


# Here, after.


def unpack(files: Sequence[Path], results: Path) -> None:
    """Write what came back as files of its run, and the config that takes them as they are."""
    runs = {}
    for parcel in carried.parcels(files):
        arrays, about = carried.read(parcel)
        run = config.check(about["config"])
        runs[run.run] = run
        receive(arrays, about, run, results / run.run)
    for name, run in runs.items():
        folder = results / name
        content = carried_config(run, folder)
        path = folder / "carried.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        print(f"snakemake --cores 2 --configfile {path}")


def receive(
    arrays: dict[str, torch.Tensor], about: dict[str, Any], run: config.Config, folder: Path
) -> None:
    """Write frames, losses and weights of one model by the contracts that all files keep."""
    from ising_fidelity import dataset

    model, size = about["model"], run.lattice_size
    settings, described = run.trained_models[model], about["training"]
    # In the order of the walk, since files must not be older than what they are made from.
    weights = {
        name.removeprefix("weights/"): array
        for name, array in arrays.items()
        if name.startswith("weights/")
    }
    path = folder / "models" / f"{model}.safetensors"
    checkpoint.save(path, weights, settings, size, described | {"name": model})
    losses = train.history(about["history"], about["best_epoch"], settings, described)
    dataset.write(losses, path.with_suffix(".training.nc"))
    for source, temperatures in about["frames"].items():
        for T, attributes in temperatures.items():
            spins = carried.unpack(arrays[f"frames/{source}/{T}"], size)
            drawn = sample.Drawn(float(T), spins, attributes)
            dataset.write(drawn.as_dataset(), folder / "configurations" / source / f"T{T}.nc")
    taken = {key: about[key] for key in ("training_seconds", "sampling_seconds")}
    path = folder / "benchmarks" / f"{model}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(taken | {"device": described["device"]}, indent=2) + "\n")


def carried_config(run: config.Config, folder: Path) -> dict[str, Any]:
    """Return the config of a run with those models and temperatures alone that have come back.

    Snakemake knows nothing of how files came here that it has not made, and takes them for made
    as long as they are younger than what they would be made from. Frames by whole chains, whose
    names are no models, are sources of frames made elsewhere.
    """
    content = run.plain()
    sources = []
    for name in run.models:
        if not (folder / "models" / f"{name}.training.nc").exists():
            content["models"][name] = None
            continue
        if (folder / "configurations" / name).exists():  # else they are drawn here
            sources.append(folder / "configurations" / name)
        for place in (folder / "configurations").glob(f"{name}-*steps"):
            content["sources"][place.name] = {"frames": str(place / "T{T}.nc")}
            sources.append(place)
    here = {name for name, model in content["models"].items() if model is not None}
    for name, figure in run.figures.items():
        shown = {*run.models}.intersection(figure.sources if figure else ())
        if shown and not shown & here:  # frames made elsewhere alone are not what it is about
            content["figures"][name] = None
    content["temperatures"] = [
        T for T in run.temperatures if all((place / f"T{T}.nc").exists() for place in sources)
    ]
    return content


def ship(results: Path, output: Path, frames: int) -> None:
    """Copy what is kept of a finished run: tables, losses, small models, files of its figures."""
    from ising_fidelity import dataset

    run = config.load([results / "provenance" / "config.yaml"])
    kept = {"fidelity.nc", "exact.nc", "scores.csv", "paper.csv", "claims.csv"}
    for model in run.trained_models:
        kept.add(f"models/{model}.training.nc")
        weights, times = f"models/{model}.safetensors", f"benchmarks/{model}.json"
        if (results / weights).exists() and (results / weights).stat().st_size < SMALL:
            kept.add(weights)
        if (results / times).exists():
            kept.add(times)
    for name, figure in run.drawn_figures.items():
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
            some = dataset.read_frames(results / name)
            some = some.isel(draw=slice(max(1, frames // some.sizes["chain"])))
            dataset.write(some.drop_vars("field", errors="ignore"), target)
        else:
            shutil.copyfile(results / name, target)
    shutil.copyfile(results / "provenance" / "config.yaml", output / "config.yaml")
    total = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    print(f"{output}: {len(kept) + 1} files, {total / 1e6:.1f} MB")


def figures(shipped: Path, output: Path) -> None:
    """Draw the figures of what is kept, by the code that draws those of every run."""
    from ising_fidelity.steps.plot import plot

    if not (shipped / "fidelity.nc").exists():
        raise InputError(
            f"{shipped / 'fidelity.nc'}: no such file; no run at the paper's scale is shipped yet, "
            "see README.md, 'The paper at its own scale'"
        )
    run = config.load([shipped / "config.yaml"])
    trained = {name: model.training_temperatures for name, model in run.trained_models.items()}
    for name, figure in run.drawn_figures.items():
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
    """Return what the command line may say."""
    lines = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    verbs = lines.add_subparsers(dest="verb", required=True)
    results = {"type": Path, "default": Path("results"), "metavar": "FOLDER"}

    verb = verbs.add_parser("pack", help="training frames and config, in one parcel")
    verb.add_argument("configs", type=Path, nargs="+", metavar="CONFIG", help="over config.yaml")
    verb.add_argument("--results", **results)
    verb.add_argument("--output", type=Path, required=True, help="folder")

    verb = verbs.add_parser("work", help="train a model and draw its frames, on a GPU machine")
    verb.add_argument(
        "parcel", type=Path, nargs="+", metavar="PARCEL", help="what pack has written"
    )
    verb.add_argument("--model", required=True)
    verb.add_argument("--state", type=Path, required=True, help="folder kept between pieces")
    verb.add_argument("--output", type=Path, required=True, help="folder for what is brought back")
    verb.add_argument("--seconds", type=float, default=540, help="of this piece")
    verb.add_argument(
        "--training-seconds", type=float, default=float("inf"), help="of training in all pieces"
    )
    verb.add_argument(
        "--whole-chain-frames", type=int, default=125, help="frames with all N_t steps; 0: none"
    )
    verb.add_argument("--device", default="auto", help="auto, cpu or cuda")
    verb.add_argument("--threads", type=int, default=1, help="of a CPU")

    verb = verbs.add_parser("unpack", help="files of the run from what came back")
    verb.add_argument("files", type=Path, nargs="+", metavar="FILE")
    verb.add_argument("--results", **results)

    verb = verbs.add_parser("ship", help="what is kept of the finished run")
    verb.add_argument("run", type=Path, metavar="FOLDER", help="results/paper-accelerated")
    verb.add_argument("--output", type=Path, default=SHIPPED)
    verb.add_argument(
        "--frames", type=int, default=256, help="of each file of configurations, over all chains"
    )

    verb = verbs.add_parser("figures", help="figures of what is kept")
    verb.add_argument("--shipped", type=Path, default=SHIPPED)
    verb.add_argument("--output", type=Path, default=Path("results/paper-figures"))
    return lines


def main() -> None:
    """Do what the command line says; bad input ends with status 2 and one line."""
    arguments = parser().parse_args()
    try:
        if arguments.verb == "pack":
            pack(arguments.configs, arguments.results, arguments.output)
        elif arguments.verb == "work":
            work(arguments)
        elif arguments.verb == "unpack":
            unpack(arguments.files, arguments.results)
        elif arguments.verb == "ship":
            ship(arguments.run, arguments.output, arguments.frames)
        else:
            figures(arguments.shipped, arguments.output)
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
