"""Models of other frameworks: the examples, trained, sampled, scored and made again."""

import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

from ising_fidelity.io import netcdf

from ..shared import made_once
from .conftest import ROOT, Project, copy_of_the_workflow

pytestmark = [pytest.mark.workflow, pytest.mark.long]
NAMES = ("RBM", "VAE")
REMADE = {"sample_command": 2, "measure": 2, "compare": 2, "merge": 1, "score": 1}


def small(name):
    """Return what makes an example one of seconds."""
    config = yaml.safe_load((ROOT / "examples" / f"{name.lower()}.yaml").read_text())
    train = re.sub("--epochs [0-9]+", "--epochs 2", config["models"][name]["train"])
    assert train != config["models"][name]["train"]
    return {"train": train, "training_source": "mc-paper", "training_temperatures": [2.0, 3.0]}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Give a run of both examples alone, with no network of the project."""

    def make(folder):
        project = copy_of_the_workflow(folder)
        shutil.copytree(ROOT / "examples", folder / "examples")
        project.configs += ["workflow/presets/tiny.yaml", "examples/rbm.yaml", "examples/vae.yaml"]
        models = {name: small(name) for name in NAMES} | dict.fromkeys(("DiffIsing2", "GAN"))
        project = project.lay_over(
            temperatures=[2.0, 3.0],
            models=models,
            relaxation={"sweeps": [1], "models": ["RBM"]},
            attribution={"temperatures": [2.0], "sweeps": [1]},
            figures={"fig3": {"sources": ["mc", "RBM", "VAE", "RBM+1sweeps"]}, "fig7": None},
        )
        ran = project.snakemake()
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return project

    made = made_once(tmp_path_factory, "command (it's & co)", make)
    own = tmp_path_factory.mktemp("c d (e)") / "it's & co"
    shutil.copytree(made.folder, own, symlinks=True)
    return replace(made, folder=own)


@pytest.fixture
def edited(done, tmp_path):
    """Give a copy of the run that a test may change."""
    shutil.copytree(done.folder, tmp_path / "run", symlinks=True)
    return Project(tmp_path / "run", done.configs)


def test_the_examples_are_scored_without_any_network(done):
    results = done.folder / "results" / "tiny"
    assert {path.name for path in (results / "models").iterdir()} == {"RBM.model", "VAE.model"}
    scores = pd.read_csv(results / "scores.csv", dtype={"temperature": str})
    for source in (*NAMES, "RBM+1sweeps"):
        rows = scores[(scores["source"] == source) & (scores["quantity"] == "energy")]
        compared = rows[rows["not_compared"] == 0]
        assert {"2.00", "3.00"} <= set(compared["temperature"]), source
        frames = netcdf.read(results / "configurations" / source / "T2.00.nc")
        s = frames["spin"].values.astype(float)
        energy = -(s * (np.roll(s, 1, axis=2) + np.roll(s, 1, axis=3))).mean()
        at_two = rows[rows["temperature"] == "2.00"]
        np.testing.assert_allclose(at_two["value"].astype(float), energy, rtol=1e-4, atol=1e-6)
    frames = netcdf.read(results / "configurations" / "VAE" / "T2.00.nc")
    assert frames.sizes == {"chain": 1, "draw": 16, "y": 8, "x": 8}
    assert (frames.attrs["model"], frames.attrs["sampling"]) == ("VAE", "independent")
    parts = netcdf.read_tree(results / "attribution.nc")
    assert {*NAMES} <= set(parts.children)
    assert (results / "figures" / "fig3.png").is_file()
    sums = (results / "provenance" / "checksums.sha256").read_text()
    assert all(f"/{name}.py\n" in sums for name in ("rbm", "vae"))
    assert not (results / "figures" / "training.png").exists()


def test_the_examples_know_nothing_of_the_project():
    for name in NAMES:
        assert "ising_fidelity" not in (ROOT / "examples" / f"{name.lower()}.py").read_text()


def test_a_finished_run_and_a_touched_input_have_nothing_to_do(edited):
    assert edited.plan() == {}
    (edited.folder / "examples" / "rbm.py").touch()
    assert edited.plan() == {}


def test_one_more_temperature_trains_nothing(done):
    plan = done.lay_over(temperatures=[2.0, 2.5, 3.0]).plan()
    assert plan["sample_command"] == 2
    assert not {"train", "train_command"} & plan.keys()


def test_a_changed_input_makes_its_model_again_and_no_other(edited):
    path = edited.folder / "examples" / "vae.py"
    path.write_text(path.read_text() + "\n# changed\n")
    assert edited.plan() == REMADE | {
        "train_command": 1, "attribute": 1, "merge_attributions": 1, "plot_fig3": 1,
    }  # fmt: skip
    listed = edited.snakemake("--dry-run").stdout
    assert "models/VAE.model" in listed
    assert "models/RBM.model" not in re.sub(r"input: .*", "", listed)


def test_a_changed_command_makes_what_it_is_for(edited):
    of = small("VAE")
    train = edited.lay_over(models={"VAE": {"train": of["train"] + " --epochs 3"}})
    assert train.plan()["train_command"] == 1
    config = yaml.safe_load((ROOT / "examples" / "vae.yaml").read_text())["models"]["VAE"]
    sample = edited.lay_over(models={"VAE": {"sample": "true; " + config["sample"]}})
    assert sample.plan() == REMADE | {"attribute": 1, "merge_attributions": 1, "plot_fig3": 1}


def test_a_missing_input_is_refused_before_anything_runs(edited):
    (edited.folder / "examples" / "vae.py").unlink()
    refused = edited.snakemake("--dry-run")
    assert refused.returncode == 2
    assert refused.stderr.endswith("config: models.VAE.inputs: examples/vae.py: no such file\n")


def test_a_command_that_fails_is_said_to_by_the_run(edited):
    broken = edited.lay_over(models={"RBM": {"sample": "false {model} {T} {output}"}})
    ran = broken.snakemake("results/tiny/configurations/RBM/T2.00.nc")
    assert ran.returncode == 1
    log = edited.folder / "results" / "tiny" / "logs" / "sample" / "RBM" / "T2.00.log"
    assert log.read_text() == (
        "ising-fidelity: models.RBM.sample: the command ended with status 1, without a message\n"
    )


def test_sizes_of_finite_size_scaling_are_asked_of_the_command(done):
    sizes = {"lattice_sizes": [8, 12, 16], "temperatures": [2.2, 2.3, 2.4], "sources": ["Coins"]}
    coins = {"family": "command", "sample": "coins {T} {L} {n} {output}"}
    plan = done.lay_over(models={"Coins": coins}, finite_size=sizes).plan()
    assert plan["sample_command_at_size"] == 9
    assert plan["sample_command"] == 2
    assert "train_command" not in plan
