"""Which environments conda would make for a run; a stand-in answers what Snakemake asks of it."""

import os

import pytest

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
