"""The number of cores changes no bytes, of a model with two threads neither."""

import pytest

from .conftest import copy_of_the_workflow

pytestmark = [pytest.mark.workflow, pytest.mark.long]

RESULTS = "results/tiny"
TARGETS = [f"{RESULTS}/models/GAN.safetensors", f"{RESULTS}/configurations/GAN/T2.30.nc"]


def test_any_number_of_cores_makes_the_same_bytes(tmp_path):
    """What is random or sums in threads; the rest is made on one core and two in tests/faults."""
    made = []
    for cores in ("1", "2"):
        folder = tmp_path / cores
        folder.mkdir()
        project = copy_of_the_workflow(folder)
        project.configs.append("workflow/presets/tiny.yaml")
        threaded = project.lay_over(models={"GAN": {"threads": 2}})
        done = threaded.snakemake("--cores", cores, *TARGETS)
        assert done.returncode == 0, done.stdout + done.stderr
        results = folder / RESULTS
        made.append(
            {
                str(path.relative_to(results)): path.read_bytes()
                for kind in ("configurations", "models")
                for path in (results / kind).rglob("*.*")
            }
        )
    one, two = made
    assert one == two
    assert len(one) == 2 + 2 + 1  # training frames, model and history, frames
