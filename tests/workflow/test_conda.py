"""Which environments conda would make for a run; a stand-in answers what Snakemake asks of it."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from ..namespaces import without_a_network
from . import environments

pytestmark = pytest.mark.workflow

ANSWERS = """#!/bin/sh
case "$*" in
*--version*) echo conda 25.1.0 ;;
*config*) echo '{"get": {"channel_priority": "strict"}}' ;;
*info*) echo '{"conda_prefix": "/none", "root_prefix": "/none", "platform": "linux-64"}' ;;
esac
"""


@pytest.mark.parametrize(("device", "torch"), [("auto", "torch"), ("cuda", "torch-cuda")])
def test_models_have_the_environment_of_their_device(fresh, monkeypatch, device, torch):
    stand_in = fresh.folder / "bin" / "conda"
    stand_in.parent.mkdir()
    stand_in.write_text(ANSWERS)
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}")
    fresh.configs.append("workflow/presets/tiny.yaml")
    project = fresh.lay_over(device=device)
    done = project.snakemake("--sdm", "conda", "--list-conda-envs")
    assert done.returncode == 0, done.stdout + done.stderr
    _, table = done.stdout.split("environment\tcontainer\tlocation\n")
    named = {line.split("\t")[0] for line in table.splitlines()}
    assert named == {f"envs/{name}.yaml" for name in ("analysis", "montecarlo", torch)}


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    """Give the folder of what keeps each environment to its packages."""
    return environments.stand_in(tmp_path_factory.mktemp("environments")).parent


@pytest.mark.parametrize("verb", sorted(environments.environment_of()))
def test_a_step_finds_what_it_imports(limited, verb):
    """What it imports only where it is used, the whole run of the next test finds."""
    within = os.environ | {"PYTHONPATH": str(limited / environments.environment_of()[verb])}
    code = f"import ising_fidelity.cli.main, ising_fidelity.steps.{verb}"
    done = subprocess.run(
        [sys.executable, "-c", code], env=within, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_a_run_needs_no_network_and_no_more_than_its_environments(fresh, limited):
    """Every step has the packages of its environment alone, imported where they are used, too."""
    fresh.configs.append("workflow/presets/tiny.yaml")
    path = os.pathsep.join([str(limited / "bin"), os.environ["PATH"]])
    done = replace(fresh, environment={"PATH": path}).snakemake(within=without_a_network())
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_step_does_not_find_what_its_environment_lacks(limited):
    within = os.environ | {"PYTHONPATH": str(limited / "montecarlo")}
    done = subprocess.run(
        [sys.executable, "-c", "import torch"], env=within, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "No module named 'torch'" in done.stderr
