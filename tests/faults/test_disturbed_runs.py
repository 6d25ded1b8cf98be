"""A whole run, disturbed again and again, comes to the bytes of an undisturbed one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ..namespaces import unshare
from ..workflow.conftest import copy_of_the_workflow
from . import undisturbed
from .undisturbed import COMMAND, RESULTS, TINY, left_over, products

pytestmark = [pytest.mark.workflow, pytest.mark.long]

HERE = Path(__file__).resolve().parent
SIGNALS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "Ctrl-C": signal.SIGINT}
CLOCKS = {"the clock jumps forward": 6 * 3600, "the clock jumps back": -6 * 3600}
VICTIM = RESULTS / "observables" / "GAN" / "T2.30.nc"
READ_BY_THE_VICTIM = RESULTS / "configurations" / "GAN" / "T2.30.nc"
FULL, KILLED, DAMAGED = "the disk is full", "a job is killed", "a file is damaged"
DISTURBANCES = [FULL, *SIGNALS, *CLOCKS, KILLED, DAMAGED]
"""In this order, in one run. After the last two nothing but what hangs on the victim is missing."""

ON_A_SMALL_DISK = """
mkdir -p results real
mount --bind results real && mount -t tmpfs -o size=600k none results || exit 9
"$@"
status=$?
cp -a results/. real
exit $status
"""
"""Where the state of no training fits, nor all frames."""

EARLIEST, LATEST = 1, 9
"""Seconds after a run's start within which it is ended: in its start or in its work."""


def tiny(folder):
    """Copy the workflow; one model has two threads, on one core, too.

    For time, a temperature that is trained on is not evaluated.
    """
    project = copy_of_the_workflow(folder)
    project.configs.append(TINY)
    return project.lay_over(models={"GAN": {"threads": 2}}, temperatures=[2.0, 2.3])


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Give the products of an undisturbed run, one command after the other."""
    return products(undisturbed.run(tiny(tmp_path_factory.mktemp("undisturbed"))).folder)


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    """Give a library that makes the clock jump."""
    library = tmp_path_factory.mktemp("clock") / "clock.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", library, HERE / "clock.c"]
    subprocess.run(command, check=True)
    return library


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Give a run that is disturbed by one test after the other."""
    given = tiny(tmp_path_factory.mktemp("disturbed"))
    (given.folder / "bin").mkdir()
    before = given.folder / "bin" / "ising-fidelity"
    shutil.copy(HERE / "trouble.sh", before)
    before.chmod(0o755)
    return given


def command(project, cores, *more):
    """Return the command line of a run, as make run has it."""
    profile = ["--workflow-profile", "workflow/profiles/local", "--cores", str(cores)]
    return [sys.executable, "-m", "snakemake", *profile, "--configfile", *project.configs, *more]


def environment(project, **more):
    """Return the environment of a run, with what stands before ising-fidelity."""
    path = [project.folder / "bin", COMMAND.parent, os.environ["PATH"]]
    own = {"PATH": os.pathsep.join(map(str, path)), "OMP_NUM_THREADS": "1"}
    return os.environ | own | {"COMMAND": str(COMMAND), "VICTIM": "none"} | more


def start(project, cores, within=(), **more):
    """Start a run in a group of its own."""
    with (project.folder / "said.txt").open("w") as said:
        return subprocess.Popen(
            [*within, *command(project, cores)],
            cwd=project.folder,
            env=environment(project, **more),
            stdout=said,
            stderr=said,
            # Where the tests run in the background, their children would not hear Ctrl-C at all.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.default_int_handler),
            start_new_session=True,
        )


def end(running, seconds, number):
    """End a run, its jobs too, after some time; return its status."""
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, number)
    return running.wait()


def unlock(project):
    """Do what docs/operate/interrupted-runs.md says is to be done after SIGKILL."""
    done = subprocess.run(
        command(project, 1, "--unlock"), cwd=project.folder, env=environment(project),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def finish(project):
    """Run to the end; return status and what was said."""
    status = start(project, 2).wait()
    return status, (project.folder / "said.txt").read_text()


def look(project, expected):
    """Require that every product that is there is whole."""
    for name, content in products(project.folder).items():
        assert content == expected[name], f"{name} is half written"


def shift(folder, since, seconds):
    """Give files the times that they would have been written at by a clock that was wrong."""
    for path in folder.rglob("*"):
        if path.is_file() and (modified := path.stat().st_mtime) >= since:
            os.utime(path, (modified + seconds, modified + seconds))


@pytest.mark.parametrize("trouble", DISTURBANCES)
def test_a_run_that_is_disturbed(trouble, project, expected, clock):
    """It resumes where the test before left it; number of cores and moments vary."""
    place = DISTURBANCES.index(trouble)
    cores, moment = 1 + place % 2, np.random.default_rng(place).uniform(EARLIEST, LATEST)
    if trouble in CLOCKS:
        jump = CLOCKS[trouble]
        more = {"LD_PRELOAD": str(clock), "JUMP_BY": str(jump)}
        at = time.time() + moment
        jumping = start(project, cores, **more, JUMP_AT=str(int(time.monotonic() + moment)))
        status = end(jumping, moment + 5, signal.SIGINT)
        shift(project.folder, at, jump)
    elif trouble == FULL:
        small = [*unshare("--mount"), "sh", "-c", ON_A_SMALL_DISK, "sh"]
        status = start(project, 2, within=small).wait()
        assert status == 1
        assert len(products(project.folder)) >= 2
        assert not list((project.folder / RESULTS).glob("models/*.safetensors"))
    elif trouble == KILLED:
        (project.folder / VICTIM).unlink(missing_ok=True)  # A test before may have come so far.
        status = start(project, 2, VICTIM=str(VICTIM), TROUBLE="killed").wait()
        assert not (project.folder / VICTIM).exists()
    elif trouble == DAMAGED:
        damaged = project.folder / READ_BY_THE_VICTIM
        damaged.write_bytes(damaged.read_bytes()[:1000])
        status, said = finish(project)
        assert f"{READ_BY_THE_VICTIM}: not a readable" in said
        damaged.unlink()
    else:
        number = SIGNALS[trouble]
        status = end(start(project, cores), moment, number)
        if number == signal.SIGKILL:
            unlock(project)
    assert status != 0
    look(project, expected)


def test_the_disturbed_run_comes_to_the_same_bytes(project, expected):
    status, said = finish(project)
    assert status == 0, said
    assert products(project.folder) == expected
    assert left_over(project.folder) == []
    sums = ["sha256sum", "--check", "--quiet", "provenance/checksums.sha256"]
    subprocess.run(sums, cwd=project.folder / RESULTS, check=True)
