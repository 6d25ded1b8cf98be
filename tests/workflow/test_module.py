"""The workflow as a part of another one."""

from pathlib import Path

import pytest

from .conftest import Project

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.workflow, pytest.mark.long]

SNAKEFILE = f"""configfile: "{ROOT}/config.yaml"
module ising:
    snakefile: "{ROOT}/Snakefile"
    config: config
use rule * from ising as ising_*
"""


def test_five_lines_take_the_whole_workflow_and_run_it_in_a_folder_of_their_own(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    project = Project(tmp_path, [f"{ROOT}/workflow/presets/tiny.yaml"])
    plan = project.plan()
    assert (plan["ising_simulate"], plan["ising_train"], plan["ising_score"]) == (6, 2, 1)
    done = project.snakemake("--until", "ising_train")
    assert done.returncode == 0, done.stdout + done.stderr
    results = tmp_path / "results" / "tiny"
    assert {path.name for path in (results / "models").glob("*.safetensors")} == {
        "DiffIsing2.safetensors",
        "GAN.safetensors",
    }
    assert (results / "provenance" / "commit").read_text().strip()
    left = project.plan()
    assert "ising_train" not in left
    assert left["ising_score"] == 1
