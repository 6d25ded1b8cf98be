"""The run at the paper's scale, on a small one: packed, trained elsewhere, back, shipped."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from ising_fidelity.config.load import check, load
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.models import checkpoint
from ising_fidelity.remote import __main__ as command_line
from ising_fidelity.remote import parcel
from ising_fidelity.remote.transfer import carried_config, unpack
from ising_fidelity.remote.work import Work
from ising_fidelity.run import code
from workflow.scripts import ship

from .conftest import ROOT, copy_of_the_workflow

pytestmark = pytest.mark.workflow

MISSING = ("netCDF4", "xarray", "pyerrors", "snakemake", "typer",
           "ising_fidelity.montecarlo.kernels")  # fmt: skip
BARE = f"""
import importlib.machinery, runpy, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if any(name == one or name.startswith(one + ".") for one in {MISSING}):
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec):
        raise ModuleNotFoundError(f"{{spec.name}} is not there", name=spec.name)
    def exec_module(self, module): ...
sys.meta_path.insert(0, Missing())
runpy.run_module("ising_fidelity.remote", run_name="__main__", alter_sys=True)
"""
"""A Python that lacks what a GPU machine may lack."""


@pytest.fixture(scope="module")
def back(finished, tmp_path_factory):
    """Give what a GPU machine, this one, has made of the tiny run's training frames."""
    folder = tmp_path_factory.mktemp("away")
    change = folder / "change.yaml"
    change.write_text(yaml.safe_dump({"models": {"DiffIsing2": {"diffusion_steps": 20}}}))
    configs = [str(ROOT / "workflow" / "presets" / "tiny.yaml"), str(change)]
    results = str(finished.folder / "results")
    subprocess.run(
        [sys.executable, "-m", "ising_fidelity.remote", "pack", *configs,
         "--results", results, "--output", str(folder)], cwd=ROOT, check=True,
    )  # fmt: skip
    said = []
    for seconds in ("0", "600"):
        options = ["--model", "DiffIsing2", "--state", str(folder / "state"), "--device", "cpu"]
        options += ["--output", str(folder / "out"), "--seconds", seconds]
        done = subprocess.run(
            [sys.executable, "-c", BARE, "work", *map(str, folder.glob("training.*")),
             *options, "--whole-chain-frames", "4"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert said[0].startswith("1 epochs in ")
    assert said[0].endswith("not finished: run the same command again to continue training\n")
    assert said[1].endswith("done\n")
    return sorted((folder / "out").iterdir())


def test_it_comes_back_in_few_files_with_where_it_came_from(back):
    assert [path.name for path in back] == ["DiffIsing2.1-of-1.safetensors"]
    _, about = parcel.read(back)
    run = check(about["config"])
    assert about["training"]["code_hash"] == code.of_training(run, "DiffIsing2")
    assert about["training"].keys() > {"device", "torch_version", "config_hash", "seed"}
    assert len(about["history"]["loss"]) == 2
    assert about["frames"].keys() == {"DiffIsing2", "DiffIsing2-20steps"}
    assert about["frames"]["DiffIsing2"]["2.30"]["code_hash"] == code.of_sampling(run, "DiffIsing2")


def test_the_workflow_takes_what_came_back_for_its_own(back, finished, tmp_path, monkeypatch):
    project = copy_of_the_workflow(tmp_path)
    results = tmp_path / "results" / "tiny"
    for kind in ("configurations", "observables", "comparisons"):
        for source in ("mc", "mc-paper"):
            shutil.copytree(finished.folder / "results" / "tiny" / kind / source,
                            results / kind / source)  # fmt: skip
    monkeypatch.chdir(tmp_path)
    unpack(back, Path("results"))
    there = replace(project, configs=["results/tiny/carried.yaml"])
    plan = there.plan()
    assert not {"simulate", "train", "sample"} & plan.keys()
    assert (plan["measure"], plan["compare"]) == (6, 6)
    run = load([tmp_path / path for path in ("config.yaml", *there.configs)])
    assert list(run.trained_models) == ["DiffIsing2"]
    assert list(run.sources) == ["DiffIsing2-20steps"]

    arrays, about = parcel.read(back)
    frames = read_frames(results / "configurations" / "DiffIsing2-20steps" / "T2.30.nc")
    bits = arrays["frames/DiffIsing2-20steps/2.30"]
    assert np.array_equal(frames["spin"].values[0], parcel.unpack(bits, 8))
    assert frames.attrs["sampling_steps"] == 20
    model = checkpoint.load(results / "models" / "DiffIsing2.safetensors")
    assert model.metadata["device"] == about["training"]["device"]
    losses = netcdf.read(results / "models" / "DiffIsing2.training.nc")
    assert losses["loss"].values.tolist() == about["history"]["loss"]

    # A figure of models that are not there has nothing to show, whatever stands beside them.
    figures = {"fig3": {"sources": ["mc", "GAN"]}, "fig5": {"sources": ["mc", "DiffIsing2", "GAN"]}}
    whole = check(about["config"] | {"figures": figures})
    content = carried_config(whole, results)
    assert content["figures"]["fig3"] is None
    assert content["figures"]["fig5"]["sources"] == ["mc", "DiffIsing2", "GAN"]

    # A model that was trained here is a part of the run, and its frames are drawn here.
    (results / "models" / "GAN.training.nc").touch()
    content = carried_config(whole, results)
    assert content["models"]["GAN"] is not None
    assert content["figures"]["fig3"] is not None
    assert content["temperatures"] == list(run.temperatures)


def test_a_model_that_is_not_in_the_parcel_is_named(back, tmp_path, monkeypatch, capsys):
    frames = parcel.write(tmp_path, "training", {"a": parcel.pack(np.ones((1, 2, 2), np.int8))},
                           {"config": parcel.read(back)[1]["config"]})  # fmt: skip
    message = "model: no X in the parcel's config; allowed are: DiffIsing2, GAN"
    with pytest.raises(InputError, match=f"^{message}$"):
        Work(frames, "X", tmp_path, None)
    options = ["--model", "X", "--state", str(tmp_path), "--output", str(tmp_path)]
    monkeypatch.setattr("sys.argv", ["remote", "work", *map(str, frames), *options])
    with pytest.raises(SystemExit) as end:
        command_line.main()
    assert end.value.code == 2
    assert capsys.readouterr().err == f"--{message}\n"


def test_figures_are_drawn_from_what_is_shipped(finished, tmp_path, capsys):
    shipped, drawn = tmp_path / "shipped", tmp_path / "figures"
    ship.ship_run(finished.folder / "results" / "tiny", shipped, frames=8)
    assert (shipped / "models" / "GAN.training.nc").exists()
    frames = read_frames(shipped / "configurations" / "mc" / "T2.00.nc")
    assert frames.sizes["chain"] > 1
    assert frames.sizes["chain"] * frames.sizes["draw"] == 8
    capsys.readouterr()
    ship.figures(shipped, drawn)
    assert capsys.readouterr().out == f"{drawn}: 3 figures\n"
    own = finished.folder / "results" / "tiny" / "figures"
    assert {path.name for path in drawn.iterdir()} == {path.name for path in own.iterdir()}
    assert (drawn / "fig3.svg").read_bytes() == (own / "fig3.svg").read_bytes()


def test_without_anything_shipped_it_says_so_in_one_line(tmp_path, monkeypatch, capsys):
    options = ["figures", str(tmp_path), "--output", str(tmp_path / "figures")]
    monkeypatch.setattr("sys.argv", ["ship.py", *options])
    with pytest.raises(SystemExit) as end:
        ship.main()
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "fidelity.nc: no such file; no run is kept in this folder" in said
    assert not (tmp_path / "figures").exists()
