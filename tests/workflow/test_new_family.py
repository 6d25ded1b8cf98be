"""A family of models is one folder and one line: it is trained, sampled and scored as any other."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ising_fidelity.models.family import FOLDERS

ROOT = Path(__file__).resolve().parents[2]
TOY = ROOT / "tests" / "models" / "toy_family"
pytestmark = [pytest.mark.workflow, pytest.mark.long]


def library_with_the_toy(folder):
    """Return a copy of the library to which the toy is added."""
    shutil.copytree(ROOT / "src", folder / "src")
    models = folder / "src" / "ising_fidelity" / "models"
    shutil.copytree(TOY, models / "toy")
    registry = models / "family.py"
    before = f'"{FOLDERS[-1]}")'
    assert registry.read_text().count(before) == 1
    registry.write_text(registry.read_text().replace(before, f'"{FOLDERS[-1]}", "toy")'))
    return folder / "src"


def test_the_toy_is_small():
    assert sum(len(path.read_text().splitlines()) for path in TOY.glob("*.py")) <= 60


def test_a_new_family_is_trained_sampled_and_scored_and_retrains_no_other(fresh, tmp_path):
    project = replace(fresh, configs=["workflow/presets/tiny.yaml"])
    none = {name: None for name in ("DiffIsing2", "GAN")}
    toy = {"family": "toy", "training_temperatures": [2.0, 3.0], "epochs": 3}
    figures = {"fig3": {"sources": ["mc", "Toy"]}, "fig7": None, "training": {"sources": ["Toy"]}}
    project = project.lay_over(models={**none, "Toy": toy}, figures=figures)
    refused = project.snakemake("--dry-run")
    assert refused.returncode == 2
    assert "toy" in refused.stderr
    source = library_with_the_toy(tmp_path)
    project = replace(project, environment={"PYTHONPATH": str(source)})
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    scores = pd.read_csv(project.folder / "results" / "tiny" / "scores.csv", dtype=str)
    rows = scores[(scores["source"] == "Toy") & (scores["quantity"] == "energy")]
    assert {"2.00", "2.30", "3.00"} <= set(rows["temperature"])
    assert (project.folder / "results" / "tiny" / "figures" / "training.png").is_file()


def test_a_new_family_runs_nothing_again(finished, tmp_path):
    source = library_with_the_toy(tmp_path)
    assert replace(finished, environment={"PYTHONPATH": str(source)}).plan() == {}
