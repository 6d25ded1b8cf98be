"""What runs again after a change, and what does not."""

import os
import shutil
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from ising_fidelity.config import load

from .conftest import copy_of_the_workflow

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.workflow

SUMMARY = {"merge": 1, "score": 1, "plot_fig3": 1}
EVERYTHING = {
    "simulate": 6,
    "train": 2,
    "sample": 6,
    "measure": 12,
    "compare": 12,
    "solve": 1,
    "plot_fig7": 1,
    "plot_training": 1,
}
RETRAINED = {
    "train": 1,
    "sample": 3,
    "measure": 3,
    "compare": 3,
    "plot_fig7": 1,
    "plot_training": 1,
}
CURVES = (
    "fig3",
    "fig4_gan",
    "fig5",
    "fig6",
    "figS1",
    "figS2",
    "figS5",
    "figS6",
    "independence",
    "distances",
    "memory",
    "classifier",
    "local",
    "structure",
    "clusters",
    "ordering",
    "energy_slope",
    "windows",
)
STAND_IN = """#!/bin/sh
while [ $# -gt 0 ]; do
    case $1 in --output | --table | --paper-table | --claims-table) : > "$2"; out=$2 ;; esac
    case $out in *.safetensors) : > "${out%.safetensors}.training.nc" ;; esac
    shift
done
"""


def layers(project):
    """Return the config files of a project."""
    return [project.folder / path for path in ("config.yaml", *project.configs)]


def test_a_finished_run_has_nothing_to_do(finished):
    assert finished.plan() == {}


def test_a_run_leaves_its_logs_and_where_it_came_from(finished):
    results = finished.folder / "results" / "tiny"
    logs = [path.read_text() for path in (results / "logs").rglob("*.log")]
    assert len(logs) == sum(finished.plan("--forceall").values())
    assert not any("\r" in log for log in logs)
    resolved = load.load([results / "provenance" / "config.yaml"])
    assert resolved == load.load(layers(finished))
    assert f"numpy=={version('numpy')}" in (results / "provenance" / "versions.txt").read_text()


def test_one_more_temperature_runs_what_depends_on_it_and_no_training(finished):
    more = finished.lay_over(temperatures=[2.0, 2.27, 2.3, 3.0])
    assert more.plan() == SUMMARY | {
        "simulate": 2,
        "sample": 2,
        "measure": 4,
        "compare": 4,
        "solve": 1,
    }


def test_one_more_temperature_with_all_models_and_figures(fresh):
    """Planning knows files and their records, not what is in them: a stand-in writes them empty."""
    fresh.configs.append("workflow/presets/smoke.yaml")
    fresh = fresh.lay_over(comparison={"classifier": True})
    path = fresh.folder / "bin" / "ising-fidelity"
    path.parent.mkdir()
    path.write_text(STAND_IN)
    path.chmod(0o755)
    fresh.environment["PATH"] = os.pathsep.join([str(path.parent), os.environ["PATH"]])
    script = fresh.folder / "workflow" / "scripts" / "record_run.py"
    script.unlink()
    script.touch()  # of empty files there is nothing to record
    done = fresh.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert fresh.plan() == {}
    more = fresh.lay_over(temperatures=[1.6, 2.27, 2.3, 3.0])
    assert more.plan() == {
        "simulate": 2,
        "sample": 6,
        "sample_finished": 1,
        "measure": 9,
        "compare": 9,
        "solve": 1,
        "merge": 1,
        "score": 1,
    } | {f"plot_{figure}": 1 for figure in CURVES}
    # A model's training temperatures are the business of those figures alone that show the model.
    retrained = fresh.lay_over(models={"GAN": {"training_temperatures": [1.6, 3.0]}})
    assert retrained.plan() == {
        "train": 1,
        "sample": 3,
        "measure": 3,
        "compare": 3,
        "merge": 1,
        "score": 1,
        "plot_fig7": 1,
        "plot_training": 1,
    } | {f"plot_{figure}": 1 for figure in CURVES}


def test_comments_and_the_order_of_keys_run_nothing(finished):
    path = finished.folder / "config.yaml"
    before = path.read_text()
    try:
        reordered = dict(reversed(yaml.safe_load(before).items()))
        path.write_text("# a comment\n" + yaml.safe_dump(reordered, sort_keys=False))
        assert finished.plan() == {}
    finally:
        path.write_text(before)


def test_another_way_to_write_a_temperature_runs_nothing(finished):
    assert finished.lay_over(temperatures=["2.300", 2, "3.0"]).plan() == {}


def test_one_more_training_temperature_retrains_the_models_that_use_it(finished):
    more = finished.lay_over(models={"GAN": {"training_temperatures": [2.0, 2.3, 3.0]}})
    assert more.plan() == SUMMARY | RETRAINED


def test_a_classifier_is_trained_by_comparisons_alone(finished):
    plan = finished.lay_over(comparison={"classifier": True}).plan()
    assert plan == SUMMARY | {"compare": 12, "plot_classifier": 1}
    assert finished.lay_over(comparison={"memory_frames": 0}).plan() == {}


def test_a_training_temperature_of_no_other_use_is_simulated_once(finished):
    plan = finished.lay_over(models={"GAN": {"training_temperatures": [2.0, 2.5, 3.0]}}).plan()
    assert plan == SUMMARY | RETRAINED | {"simulate": 1}


def test_an_edit_of_one_model_rebuilds_that_model_and_what_hangs_on_it(finished):
    plan = finished.lay_over(models={"DiffIsing2": {"learning_rate": 0.001}}).plan()
    assert plan == SUMMARY | RETRAINED


def test_another_number_of_threads_is_another_model(finished):
    assert finished.lay_over(models={"GAN": {"threads": 2}}).plan() == SUMMARY | RETRAINED


def test_one_more_model_is_trained_and_drawn_and_the_others_are_left(finished):
    more = finished.lay_over(models={"mine": load.load(layers(finished)).models["GAN"].plain()})
    assert more.plan() == SUMMARY | {"train": 1, "sample": 3, "measure": 3, "compare": 3}


def test_files_that_are_touched_run_nothing(finished, tmp_path):
    shutil.copytree(finished.folder, tmp_path / "run", symlinks=True)
    touched = replace(finished, folder=tmp_path / "run")
    now = time.time()
    # The later in the walk, the older: the worst order.
    files = sorted(path for path in (tmp_path / "run").rglob("*") if path.is_file())
    for age, path in enumerate(reversed(files)):
        os.utime(path, (now - age, now - age))
    assert touched.plan() == {}


def test_results_that_are_restored_beside_a_fresh_clone_are_taken_as_they_are(finished, tmp_path):
    clone = copy_of_the_workflow(tmp_path)
    shutil.copytree(finished.folder / "results", tmp_path / "results")
    assert replace(clone, configs=["workflow/presets/tiny.yaml"]).plan() == {}


@pytest.mark.parametrize(
    ("change", "plan"),
    [
        # What was made of it is there: frames may be deleted to save disk.
        ({}, {}),
        (
            {"comparison": {"classifier": True}},
            SUMMARY
            | {"simulate": 1, "measure": 1, "compare": 12, "plot_classifier": 1, "plot_fig7": 1},
        ),
    ],
)
def test_a_lost_file_of_frames_is_made_again_when_a_step_reads_it(finished, change, plan):
    path = finished.folder / "results" / "tiny" / "configurations" / "mc" / "T2.00.nc"
    aside = path.with_suffix(".aside")
    path.rename(aside)
    try:
        assert finished.lay_over(**change).plan() == plan
    finally:
        aside.rename(path)


def test_another_length_of_the_reverse_chain_trains_nothing(finished):
    plan = finished.lay_over(sampling={"sampling_steps": 4}).plan()
    assert plan["sample"] == 3
    assert "train" not in plan


GAN_ALONE = SUMMARY | {"train": 1, "sample": 3, "measure": 3, "compare": 3}
CHANGED = "\nCHANGED = True\n"


@pytest.mark.parametrize(
    ("module", "before", "after", "rules"),
    [
        # Words that no number depends on.
        ("steps/measure.py", "with error bars", "with errors", {}),
        ("montecarlo/stripes.py", "\ndef ", "\n# A comment.\ndef ", {}),
        ("observables/labels.py", "in units of J", "in J", {}),
        ("comparison/dataset.py", "two or more are needed", "more are needed", {}),
        ("models/gan/settings.py", "Gaussian latent vector", "normal latent vector", {}),
        ("figures/registry.py", "The first and the middle frame", "Frames", {"plot_fig7": 1}),
        # Code, by how far it reaches.
        ("steps/measure.py", "", CHANGED, SUMMARY | {"measure": 12}),
        ("observables/clusters.py", "", CHANGED, SUMMARY | {"measure": 12}),
        ("comparison/distances.py", "", CHANGED, SUMMARY | {"compare": 12}),
        ("figures/paper/fig7.py", "", CHANGED, {"plot_fig7": 1}),
        ("models/gan/trainer.py", "", CHANGED, GAN_ALONE | {"plot_fig7": 1, "plot_training": 1}),
        ("models/gan/sampler.py", "", CHANGED, GAN_ALONE | {"train": 0, "plot_fig7": 1}),
        ("montecarlo/kernels/single_spin.pyx", "", "\n", SUMMARY | EVERYTHING | {"solve": 0}),
        # The spin conventions are everyone's.
        ("lattice.py", "", CHANGED, SUMMARY | EVERYTHING),
        # Figures draw the exact curves by the same functions.
        (
            "exact/finite.py",
            "",
            CHANGED,
            {"solve": 1, "score": 1, "plot_fig3": 1, "plot_fig7": 1, "plot_training": 1},
        ),
        # What the paper says.
        ("paper/numbers.yaml", "value: 64", "value: 63", {"score": 1}),
        ("paper/claims.yaml", "tolerance: 0.05", "tolerance: 0.06", {"score": 1}),
        ("paper/claims.yaml", "# ", "#  ", {}),
    ],
)
def test_changed_code_runs_the_steps_that_it_is_part_of(
    finished, tmp_path, module, before, after, rules
):
    """``before`` is replaced by ``after``, which is appended where ``before`` is empty."""
    shutil.copytree(ROOT / "src", tmp_path / "src")
    path = tmp_path / "src" / "ising_fidelity" / module
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1) if before else text + after)
    changed = replace(finished, environment={"PYTHONPATH": str(tmp_path / "src")})
    assert changed.plan() == {rule: count for rule, count in rules.items() if count}


def test_runs_of_other_names_do_not_meet(finished):
    other = finished.lay_over(run="other")
    assert other.plan()["train"] == 2
    assert finished.plan() == {}
