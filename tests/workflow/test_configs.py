"""Presets plan what they should, and bad configs end before any job."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..shared import write_frames

pytestmark = pytest.mark.workflow


def test_the_papers_dag(fresh):
    fresh.configs.append("workflow/presets/paper.yaml")
    plan = fresh.plan()
    assert plan["train"] == 5
    assert plan["sample"] == 5 * 32
    assert plan["measure"] == plan["compare"] == 7 * 32
    # Both Monte Carlo sources at 32 temperatures, and five between them for training.
    assert plan["simulate"] == 2 * 32 + 5
    assert sum(rule.startswith("plot_") for rule in plan) == 25
    assert not (fresh.folder / "results").exists()


def test_a_source_for_training_is_made_where_models_are_trained_and_not_measured(fresh):
    plan = fresh.plan()
    # Two sources at 32 temperatures, and at 18 for training: mc-train's, mc-paper's other five.
    assert plan["simulate"] == 2 * 32 + 18 + 5
    assert plan["measure"] == plan["compare"] == 9 * 32


def test_the_smoke_preset_has_every_rule_and_model_and_figures_beyond_the_default(fresh):
    default = fresh.plan()
    fresh.configs.append("workflow/presets/smoke.yaml")
    smoke = fresh.plan()
    assert smoke.keys() - default.keys() == {"plot_memory"}
    assert smoke.keys() >= default.keys()
    assert smoke["train"] == 6
    assert sum(smoke.values()) < 130


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature": [2.0]}, "no key 'temperature'; allowed are run, "),
        ({"temperatures": [2.0, "warm"]}, "temperature 'warm' is not a number"),
        ({"lattice_size": 12}, "lattice_size: 12 with models.DiffIsing2.family: diffusion"),
        ({"models": {"GAN": {"width": 0}}}, "models.GAN.width: Input should be greater than 0"),
        ({"reference": "wolff"}, "reference: wolff is not in monte_carlo"),
        ({"figures": {"fig3": {"sources": ["mcc"]}}}, "figures.fig3.sources: no source named mcc"),
        ({"temperatures": [2.0, "2.00"]}, "temperatures: 2.00 is named twice"),
        ({"temperatures": [0]}, "temperatures.0: temperature 0.00; allowed are those above 0"),
        ({"sampling": {"sampling_steps": 1001}}, "sampling.sampling_steps: 1001; allowed are at"),
        (
            {"monte_carlo": {"mc-paper": {"frames": 1}}},
            "models.DiffIsing2: only one frame per chain",
        ),
        ({"monte_carlo": {"mc-paper": None}}, "monte_carlo.mc-paper: null, but it is the training"),
    ],
)
def test_a_bad_config_ends_with_one_line_before_any_job(fresh, change, message):
    fresh.configs.append("workflow/presets/tiny.yaml")
    done = fresh.lay_over(**change).snakemake()
    assert done.returncode == 2
    *notices, line = (done.stdout + done.stderr).splitlines()
    assert line.startswith("config:")
    assert message in line
    assert all(notice.startswith("Config file config.yaml is extended") for notice in notices)
    assert not (fresh.folder / "results").exists()


def test_a_config_that_names_a_key_twice_ends_with_one_line(fresh):
    """Snakemake, which reads it first, goes by the last and says nothing."""
    fresh.configs.append("workflow/presets/tiny.yaml")
    project = fresh.lay_over(seed=1)
    with (fresh.folder / project.configs[-1]).open("a") as file:
        file.write("seed: 2\n")
    done = project.snakemake("--dry-run")
    assert done.returncode == 2
    line = (done.stdout + done.stderr).splitlines()[-1]
    assert line.endswith("change1.yaml: not valid YAML (line 2: seed is a key for the second time)")


def test_two_runs_in_one_folder_are_refused_by_a_lock(fresh):
    fresh.configs.append("workflow/presets/tiny.yaml")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--configfile", *fresh.configs]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with subprocess.Popen(
        command,
        cwd=fresh.folder,
        env=os.environ | {"PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as first:
        try:
            while not list(fresh.folder.glob(".snakemake/locks/*")):
                assert first.poll() is None
                time.sleep(0.1)
            done = fresh.snakemake("--rerun-incomplete")  # else that may be said first
        finally:
            os.killpg(first.pid, signal.SIGKILL)
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Directory cannot be locked" in text
    assert "Traceback" not in text


def test_frames_made_elsewhere_are_measured_where_they_are(fresh):
    fresh.configs.append("workflow/presets/tiny.yaml")
    (fresh.folder / "frames").mkdir()
    for temperature in ("2.00", "2.30", "3.00"):
        path = fresh.folder / "frames" / f"T{temperature}.nc"
        write_frames(path, (1, 4, 8, 8), float(temperature))
    plain = fresh.plan()
    plan = fresh.lay_over(sources={"mine": {"frames": "frames/T{T}.nc"}}).plan()
    assert plan == plain | {"measure": plain["measure"] + 3, "compare": plain["compare"] + 3}


def test_only_models_with_a_reverse_chain_are_told_how_to_walk_it(fresh):
    fresh.configs.append("workflow/presets/tiny.yaml")
    likely = {"family": "autoregressive", "training_temperatures": [2.3], "epochs": 1}
    project = fresh.lay_over(models={"AR": likely}, sampling={"sampling_steps": 4})
    done = project.snakemake("--dry-run", "--printshellcmds")
    assert done.returncode == 0, done.stdout + done.stderr
    commands = {
        model: [
            line
            for line in done.stdout.splitlines()
            if f"sample --model results/tiny/models/{model}." in line
        ]
        for model in ("AR", "DiffIsing2", "GAN")
    }
    told = {
        model: [("--sampling-steps 4" in line) for line in lines]
        for model, lines in commands.items()
    }
    assert all(told["DiffIsing2"])
    assert not any(told["AR"] + told["GAN"])
    assert len(told["AR"]) == len(told["DiffIsing2"]) > 0
