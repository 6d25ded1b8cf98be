"""Pack files for the remote machine, and unpack the result as files of the run."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import yaml

from ising_fidelity.config.load import check, load
from ising_fidelity.config.run import Config
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.models import checkpoint
from ising_fidelity.models.training.dataset import history
from ising_fidelity.remote import parcel


def pack(configs: Sequence[Path], results: Path, output: Path) -> None:
    """Write all training frames and the config to a folder."""
    run = load(configs)
    arrays = {}
    for model, settings in run.networks.items():
        if settings.other_sizes:
            raise InputError(
                f"models.{model}.further_lattice_sizes: {list(settings.other_sizes)}; parcels have "
                "frames of one lattice size, allowed is []"
            )
        source = run.trained_on(model)
        for T in settings.training_temperatures:
            path = results / run.run / "configurations" / source / f"T{T}.nc"
            arrays[f"{source}/{T}"] = parcel.pack(read_frames(path)["spin"].values)
    for path in parcel.write(output, "training", arrays, {"config": run.plain()}):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def unpack(files: Sequence[Path], results: Path) -> None:
    """Write the result as files of its run, and a config that accepts them."""
    runs = {}
    for part in parcel.parcels(files):
        arrays, about = parcel.read(part)
        run = check(about["config"])
        runs[run.run] = run
        receive(arrays, about, run, results / run.run)
    for name, run in runs.items():
        folder = results / name
        content = carried_config(run, folder)
        path = folder / "carried.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        print(f"snakemake --cores 2 --configfile {path}")


def receive(
    arrays: dict[str, torch.Tensor], about: dict[str, Any], run: Config, folder: Path
) -> None:
    """Write frames, losses and weights of one model as files of a run."""
    model, size = about["model"], run.lattice_size
    settings, described = run.trained_models[model], about["training"]
    # In the order of the steps, as files must not be older than their inputs.
    weights = {
        name.removeprefix("weights/"): array
        for name, array in arrays.items()
        if name.startswith("weights/")
    }
    path = folder / "models" / f"{model}.safetensors"
    checkpoint.save(path, weights, settings, size, described | {"name": model})
    losses = history(about["history"], about["best_epoch"], settings, described)
    netcdf.write(losses, path.with_suffix(".training.nc"))
    for source, temperatures in about["frames"].items():
        for T, attributes in temperatures.items():
            spins = parcel.unpack(arrays[f"frames/{source}/{T}"], size)[None]
            frames = frames_dataset(spins, float(T), "independent", attributes)
            netcdf.write(frames, folder / "configurations" / source / f"T{T}.nc")
    taken = {key: about[key] for key in ("training_seconds", "sampling_seconds")}
    path = folder / "benchmarks" / f"{model}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(taken | {"device": described["device"]}, indent=2) + "\n")


def carried_config(run: Config, folder: Path) -> dict[str, Any]:
    """Return the config of a run with only those models and temperatures that were transferred.

    Snakemake accepts files that it has not made if they are newer than their inputs. Frames by all
    steps of a chain, whose names are not models, become imported sources.
    """
    content = run.plain()
    sources = []
    for name in run.models:
        if not (folder / "models" / f"{name}.training.nc").exists():
            content["models"][name] = None
            continue
        if (folder / "configurations" / name).exists():  # else they are sampled here
            sources.append(folder / "configurations" / name)
        for place in (folder / "configurations").glob(f"{name}-*steps"):
            content["sources"][place.name] = {"frames": str(place / "T{T}.nc")}
            sources.append(place)
    here = {name for name, model in content["models"].items() if model is not None}
    for name, figure in run.figures.items():
        shown = {*run.models}.intersection(figure.sources if figure else ())
        if shown and not shown & here:  # not with imported frames only
            content["figures"][name] = None
    content["temperatures"] = [
        T for T in run.temperatures if all((place / f"T{T}.nc").exists() for place in sources)
    ]
    return content
