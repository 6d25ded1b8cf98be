"""What runs again after a change, and what does not."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.workflow

SUMMARY = {"merge": 1, "score": 1, "plot_fig3": 1}
CURVES = ("fig3", "fig4_gan", "fig5", "fig6", "figS1", "figS2", "figS5", "figS6")


def test_a_finished_run_has_nothing_to_do(finished):
    assert finished.plan() == {}


def test_one_more_temperature_runs_what_depends_on_it_and_no_training(finished):
    more = finished.lay_over(temperatures=[2.0, 2.27, 2.3, 3.0])
    assert more.plan() == SUMMARY | {
        "simulate": 2,
        "sample": 2,
        "measure": 4,
        "compare": 4,
        "solve": 1,
    }


def test_one_more_temperature_of_the_default_run(fresh):
    """The whole default run with all its models and figures, its files there but empty."""
    listed = fresh.snakemake("--summary")
    assert listed.returncode == 0, listed.stderr
    files = [line.split("\t")[0] for line in listed.stdout.splitlines()[1:]]
    assert len(files) > 700
    for name in files:
        path = fresh.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (2e9, 2e9))  # all of one age, and younger than the committed inputs
    assert fresh.plan() == {}
    temperatures = yaml.safe_load((fresh.folder / "config.yaml").read_text())["temperatures"]
    more = fresh.lay_over(temperatures=[*temperatures, 2.27])
    # Empty files have no record of how they were made: those whose command changes are named.
    changed = ["--forcerun", "solve", "merge", "score"]
    assert more.plan(*changed) == {
        "simulate": 2,
        "sample": 5,
        "measure": 7,
        "compare": 7,
        "solve": 1,
        "merge": 1,
        "score": 1,
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
    assert more.plan() == SUMMARY | {
        "train": 1,
        "sample": 3,
        "measure": 3,
        "compare": 3,
        "plot_fig7": 1,
        "plot_training": 1,
    }


def test_an_edit_of_one_model_rebuilds_that_model_and_what_hangs_on_it(finished):
    plan = finished.lay_over(models={"DiffIsing2": {"learning_rate": 0.001}}).plan()
    assert plan["train"] == 1
    assert plan["sample"] == plan["measure"] == plan["compare"] == 3
    assert "simulate" not in plan


def test_another_length_of_the_reverse_chain_trains_nothing(finished):
    plan = finished.lay_over(sampling={"sampling_steps": 4}).plan()
    assert plan["sample"] == 3
    assert "train" not in plan


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("steps/measure.py", {"measure": 12}),
        ("comparison.py", {"compare": 12}),
        ("figures/fig7.py", {"plot_fig7": 1}),
        # Figures draw the exact curves by the same functions.
        ("exact.py", {"solve": 1, "plot_fig7": 1, "plot_training": 1}),
    ],
)
def test_changed_code_runs_the_steps_that_it_is_part_of(finished, tmp_path, module, rules):
    shutil.copytree(ROOT / "src", tmp_path / "src")
    path = tmp_path / "src" / "ising_fidelity" / module
    path.write_text(path.read_text() + "\nCHANGED = True\n")
    changed = replace(finished, environment={"PYTHONPATH": str(tmp_path / "src")})
    plan = changed.plan()
    first = {rule: count for rule, count in plan.items() if rule not in SUMMARY}
    assert first == rules


def test_runs_of_other_names_do_not_meet(finished):
    other = finished.lay_over(run="other")
    assert other.plan()["train"] == 2
    assert finished.plan() == {}
