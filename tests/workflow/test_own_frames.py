"""The lines of docs/guide/configure.md put frames made elsewhere into every figure and score."""

import re
import shutil
import subprocess
import sys

import netCDF4
import numpy as np
import pandas as pd
import pytest
import yaml

from ising_fidelity.config import load
from ising_fidelity.frames import frames_dataset
from ising_fidelity.io import netcdf
from ising_fidelity.run.figures import drawn_figures

from .conftest import ROOT, Project

pytestmark = pytest.mark.workflow


def block(name):
    """Return the code between two marks of the page."""
    text = (ROOT / "docs" / "guide" / "configure.md").read_text()
    return re.search(rf"<!-- begin: {name} -->\n```\w+\n(.*?)```\n<!-- end", text, re.DOTALL)[1]


def test_files_of_another_run_are_refused_before_anything_is_simulated(fresh):
    """What files say of themselves by the plan, what they hold by the start of a run."""
    (fresh.folder / "own").mkdir()
    fresh.configs.append("workflow/presets/tiny.yaml")
    project = fresh.lay_over(sources={"mine": {"frames": "own/T{T}.nc"}})
    spins = np.ones((1, 8, 8, 8), np.int8)
    for T in (2.0, 2.3, 3.0):
        path = fresh.folder / "own" / f"T{T:.2f}.nc"
        netcdf.write(frames_dataset(spins, T, "independent", {}), path)
    assert project.plan()["measure"] == 15
    path = fresh.folder / "own" / "T2.30.nc"
    good = path.read_bytes()
    netcdf.write(frames_dataset(spins[..., :6, :6], 2.3, "independent", {}), path)
    done = project.snakemake("--dry-run")
    assert done.returncode == 2
    assert done.stderr == (
        "config: sources.mine.frames: own/T2.30.nc: frames are 6 x 6; allowed are 8 x 8, set by "
        "lattice_size: in the config\n"
    )
    path.write_bytes(good)
    with netCDF4.Dataset(path, "a") as file:
        file["spin"][0, 3, 0, 0] = 0
    done = project.snakemake()
    assert done.returncode == 2
    assert done.stderr.endswith(
        "config: sources.mine.frames: own/T2.30.nc: spin has values other than -1 and +1\n"
    )
    assert not (fresh.folder / "results").exists()


@pytest.mark.long
def test_the_lines_of_the_page_put_frames_beside_the_zoo(finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder, symlinks=True)
    lines = block("frames")
    assert len([line for line in lines.splitlines() if line]) == 11
    (folder / "coins.py").write_text(lines)
    (folder / "coins.yaml").write_text(block("sources"))
    subprocess.run([sys.executable, "coins.py", *finished.configs], cwd=folder, check=True)
    frames = yaml.safe_load(block("sources"))["sources"]["coins"]["frames"]
    with netCDF4.Dataset(folder / frames.format(T="2.30"), "a") as file:
        file["temperature"][...] = 2.300000000000001  # as numpy.arange makes it
    project = Project(folder, [*finished.configs, "coins.yaml"])
    plan = project.plan()
    run = load.load([folder / "config.yaml", *(folder / path for path in project.configs)])
    figures = [name for name, figure in drawn_figures(run).items() if "coins" in figure.sources]
    drawn = {f"plot_{name}": 1 for name in drawn_figures(run)}
    assert plan["measure"] == plan["compare"] == 3
    assert not {"simulate", "train", "sample"} & plan.keys()
    assert {f"plot_{name}" for name in figures} <= plan.keys() <= drawn.keys() | {
        "measure", "compare", "merge", "score",
    }  # fmt: skip

    done = project.snakemake("--printshellcmds")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in figures:
        assert re.search(rf"plot --figure {name} .*--source coins", done.stdout + done.stderr)
    scores = pd.read_csv(folder / "results" / "tiny" / "scores.csv", dtype={"temperature": str})
    of_coins = scores[(scores["source"] == "coins") & (scores["quantity"] == "energy")]
    compared = of_coins[of_coins["not_compared"] == 0]
    assert {"2.00", "2.30", "3.00"} <= set(compared["temperature"])
    assert "coins" in (folder / "results" / "tiny" / "scores.html").read_text()
    tree = netcdf.read_tree(folder / "results" / "tiny" / "fidelity.nc")
    # Spins that do not know of each other have the energy -2 m^2 per spin.
    data = tree["coins"].to_dataset().sel(temperature=2.0)
    deviation = float(data["energy"]) + 2 * float(data["magnetization"]) ** 2
    assert abs(deviation) < 5 * float(data["energy_error"])
    assert frames.endswith("{T}.nc")
