"""A run on a cluster, with trouble on the way, ends with the same bytes as a run on one machine."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PARTS = ("Snakefile", "config.yaml", "workflow", "envs", "resources")
NAME = os.environ.get("PRESET") or "tiny"
CONFIGS = [f"workflow/presets/{NAME}.yaml", "fewer.yaml"]
FEWER = "temperatures: [2.30]" if NAME == "tiny" else "{}"
"""For time: on a cluster the jobs of a group run one after the other, each with its own start."""
RUN = Path("results", NAME)
TABLE = RUN / "fidelity.nc"
JOBS = {"tiny": 7, "smoke": 15}[NAME]
"""Frames, each training, samples, measurements, tables, figures; of smoke also walks."""
USER = ["--default-resources", "slurm_account=physics", "slurm_partition=main"]
PARTITIONS = "partitions: {main: {max_runtime: 24h}, gpu: {max_runtime: 24h, max_gpu: 1}}"
MEMORY = 1500  # MB: the simulations ask for 1000 at first, then for 2000


@dataclass
class Run:
    """A finished run on the cluster: its folder, what Snakemake said, what SLURM knew."""

    folder: Path
    said: str
    jobs: list[list[str]]


def workflow(folder):
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    (folder / "fewer.yaml").write_text(FEWER)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Give the settings of a run in which two jobs meet with trouble."""
    folder = tmp_path_factory.mktemp("bin")
    shutil.copy(HERE / "trouble.py", folder / "ising-fidelity")
    (folder / "ising-fidelity").chmod(0o755)
    path = [str(folder), str(Path(sys.executable).parent), os.environ["PATH"]]
    trouble = {"NEEDY": str(RUN / "configurations/mc/T2.30.nc"), "MEMORY": str(MEMORY)}
    return trouble | {"PATH": os.pathsep.join(path), "OMP_NUM_THREADS": "1"}


def snakemake(cluster, folder, environment, profile, *arguments):
    """Run Snakemake on the cluster and return what it said and what SLURM knew of the jobs."""
    before = {number for number, *_ in cluster.jobs("%i")}
    done = cluster.run(
        *[sys.executable, "-m", "snakemake", "--configfile", *CONFIGS],
        *["--workflow-profile", f"workflow/profiles/{profile}"],
        *["--slurm-init-seconds-before-status-checks", 2, *arguments],
        folder=folder,
        environment=environment,
    )
    # Comment, state, memory, account, partition.
    known = cluster.jobs("%i", "%k", "%T", "%m", "%a", "%P")
    jobs = [job for number, *job in known if number not in before]
    assert done.returncode == 0, f"{done.stdout}\n{jobs}"
    return Run(folder, done.stdout, jobs)


@pytest.fixture(scope="module")
def on_the_cluster(cluster, environment, tmp_path_factory):
    """Give a run through SLURM with the shipped profile, an account and a partition."""
    folder = workflow(tmp_path_factory.mktemp("cluster"))
    return snakemake(cluster, folder, environment, "slurm", *USER)


@pytest.fixture(scope="module")
def on_one_machine(tmp_path_factory):
    """Give a run without a cluster, which has begun and goes on beside the one with."""
    folder = workflow(tmp_path_factory.mktemp("local"))
    scripts = str(Path(sys.executable).parent)
    path = os.pathsep.join([scripts, os.environ["PATH"]])
    profile = ["--workflow-profile", "workflow/profiles/local", "--configfile", *CONFIGS]
    with (
        (folder / "said").open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "snakemake", *profile, "--cores", "2", TABLE],
            cwd=folder,
            env=os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as run,
    ):
        yield folder, run


def test_the_bytes_are_those_of_one_machine(on_one_machine, on_the_cluster):
    folder, run = on_one_machine
    assert run.wait() == 0, (folder / "said").read_text()
    assert (on_the_cluster.folder / TABLE).read_bytes() == (folder / TABLE).read_bytes()


def test_small_jobs_go_together_and_trainings_alone(on_the_cluster):
    submitted = re.findall("has been submitted with SLURM jobid", on_the_cluster.said)
    # Two of them twice.
    assert len(submitted) == len(on_the_cluster.jobs) == JOBS + 2


def test_a_job_that_needs_more_memory_is_given_more(on_the_cluster):
    asked = {
        (state == "COMPLETED", memory)
        for comment, state, memory, *_ in on_the_cluster.jobs
        if comment.startswith("rule_frames")
    }
    assert asked - {(True, "1000M")} == {(False, "1000M"), (True, "2000M")}


def test_a_job_that_is_cancelled_is_seen_and_runs_again(on_the_cluster):
    states = [
        state for comment, state, *_ in on_the_cluster.jobs if comment == "rule_train_wildcards_GAN"
    ]
    assert sorted(states) == ["CANCELLED", "COMPLETED"]


def test_account_and_partition_are_those_that_the_user_names(on_the_cluster):
    assert {tuple(job[-2:]) for job in on_the_cluster.jobs} == {("physics", "main")}


def test_a_gpu_is_asked_for_where_the_user_says_that_there_are_some(
    cluster, environment, on_the_cluster
):
    (on_the_cluster.folder / "partitions.yaml").write_text(PARTITIONS)
    where = ["--slurm-partition-config", "partitions.yaml", "--force"]
    wanted = RUN / "configurations/GAN/T2.30.nc"
    again = snakemake(cluster, on_the_cluster.folder, environment, "slurm-gpu", *where, wanted)
    ((_, state, *_, partition),) = again.jobs
    assert (state, partition) == ("COMPLETED", "gpu")
    asked = cluster.run("scontrol", "--oneliner", "show", "jobs").stdout.splitlines()
    assert ["TresPerJob=gres:gpu:1" in line for line in asked].count(True) == 1
