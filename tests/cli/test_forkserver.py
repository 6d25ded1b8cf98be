"""Jobs that a run's fork server runs: as if each were a process of its own, but sooner."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ising_fidelity.cli import main, start
from ising_fidelity.cli.forkserver import THREADS
from ising_fidelity.cli.start import VARIABLE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no fork server")

COMMAND = Path(sys.executable).with_name("ising-fidelity")
# A run: starts a server, says where it is, and ends when its input does.
RUN = f"""
import os, sys
from ising_fidelity.cli import forkserver
forkserver.start()
path = os.environ[{VARIABLE!r}]
while not os.path.exists(path):
    pass
print(path, forkserver._STARTED[0].pid, flush=True)
sys.stdin.read()
"""
# The command itself, and a word if it was not forked.
ASK = """
import sys
from ising_fidelity.cli.start import VARIABLE, _try_fork
import os
sys.argv = ["ising-fidelity", *sys.argv[1:]]
_try_fork(os.environ[VARIABLE])
print("here")
"""
LONG = [
    *("simulate", "--lattice-size", "64", "--temperature", "2.30", "--sampler", "metropolis"),
    *("--frames", "100000", "--thermalization", "10", "--spacing", "1000", "--seed", "1"),
]
SHORT = [
    *("simulate", "--lattice-size", "16", "--temperature", "2.30", "--sampler", "cluster"),
    *("--frames", "20", "--thermalization", "10", "--spacing", "1", "--seed", "1"),
]


def clean():
    """Return the environment of this test without what differs from job to job."""
    left_out = (VARIABLE, "PYTEST_CURRENT_TEST")
    return {name: value for name, value in os.environ.items() if name not in left_out}


@pytest.fixture
def run():
    """Start a process that has started a server."""
    with subprocess.Popen(
        [sys.executable, "-c", RUN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=clean(),
        text=True,
        preexec_fn=in_the_foreground,
    ) as process:
        path, server = process.stdout.readline().split()
        process.path, process.server = Path(path), int(server)
        yield process
        process.stdin.close()


def in_the_foreground():
    """Let Ctrl-C end a process, which it does not if these tests run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def job(run, **more):
    """Return the environment of a job of one thread."""
    return clean() | dict.fromkeys(THREADS, "1") | {VARIABLE: str(run.path)} | more


def forked(run):
    """Return the processes that a server has forked."""
    listed = Path(f"/proc/{run.server}/task/{run.server}/children")
    with contextlib.suppress(FileNotFoundError):
        return [int(one) for one in listed.read_text().split()]
    return []


def until(holds, seconds=60):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def catches(process, number):
    """Return whether a process has a handler of a signal."""
    status = Path(f"/proc/{process}/status").read_text()
    (mask,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(mask, 16) >> (number - 1) & 1)


@contextlib.contextmanager
def long_job(run, tmp_path):
    """Yield a client and its forked process, which writes its file."""
    words = [COMMAND, *LONG, "--output", tmp_path / "frames.nc"]
    with subprocess.Popen(
        words, env=job(run), stderr=subprocess.PIPE, text=True, preexec_fn=in_the_foreground
    ) as client:
        try:
            until(lambda: forked(run))
            (process,) = forked(run)
            # The process is ready when it has set its own handlers of signals.
            until(lambda: catches(process, signal.SIGTERM))
            time.sleep(0.5)  # it has then checked that its file can be written
            yield client, process
            until(lambda: not forked(run))
        finally:  # a failed test ends, too
            client.kill()
    assert not list(tmp_path.iterdir())


def test_a_job_has_the_streams_folder_mask_and_status_of_its_command(run, tmp_path):
    def done(*words, **more):
        command = [COMMAND, *words]
        given = {"capture_output": True, "text": True, "check": False, "cwd": tmp_path}
        return subprocess.run(command, env=job(run), **given, **more)

    good = done(*SHORT, "--output", "here.nc", umask=0o077)
    assert good.returncode == 0
    assert good.stderr.startswith("u = ")
    assert (tmp_path / "here.nc").stat().st_mode & 0o777 == 0o600
    bad = done("measure", "--output", "o.nc", "absent.nc")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr == "ising-fidelity: absent.nc: no such file\n"
    # A file written in a process of its own has the same bytes.
    words = [COMMAND, *SHORT, "--quiet", "--output", tmp_path / "alone.nc"]
    subprocess.run(words, env=clean() | dict.fromkeys(THREADS, "1"), check=True)
    assert (tmp_path / "alone.nc").read_bytes() == (tmp_path / "here.nc").read_bytes()


def test_the_second_job_imports_nothing_again(run, tmp_path):
    for output in ("a.nc", "b.nc"):
        words = [COMMAND, *SHORT, "--output", tmp_path / output]
        subprocess.run(words, env=job(run), check=True, stderr=subprocess.DEVNULL)
    maps = Path(f"/proc/{run.server}/maps").read_text()
    assert "multispin" in maps
    assert "netCDF4" in maps


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "ising-fidelity"),
        ({"HDF5_PLUGIN_PATH": "as netCDF4 sets it"}, "ising-fidelity"),
        ({"OMP_NUM_THREADS": "2"}, "here"),
        ({"PYTHONHASHSEED": "1"}, "here"),
    ],
)
def test_jobs_of_another_environment_are_not_forked(run, more, words):
    command = [sys.executable, "-c", ASK, "--version"]
    done = subprocess.run(command, env=job(run, **more), capture_output=True, text=True, check=True)
    assert done.stdout.startswith(words)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_job_and_leaves_nothing(run, tmp_path, number, status):
    with long_job(run, tmp_path) as (client, _):
        client.send_signal(number)
        assert client.wait(60) == status


def test_a_killed_command_ends_its_job(run, tmp_path):
    with long_job(run, tmp_path) as (client, _):
        client.kill()
        client.wait()


def test_a_killed_job_ends_its_command_in_the_same_way(run, tmp_path):
    with long_job(run, tmp_path) as (client, process):
        os.kill(process, signal.SIGKILL)
        assert client.wait(60) == -signal.SIGKILL


def test_without_its_server_a_job_ends_with_an_error(run, tmp_path):
    with long_job(run, tmp_path) as (client, process):
        os.kill(run.server, signal.SIGKILL)
        assert client.wait() == 1
        assert "the fork server of the run was ended" in client.stderr.read()
        until(lambda: not Path(f"/proc/{process}").exists())


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)]
)
def test_a_server_ends_with_its_run_after_the_last_job(run, tmp_path, number):
    words = [COMMAND, *SHORT, "--output", tmp_path / "frames.nc"]
    with subprocess.Popen(words, env=job(run), stderr=subprocess.DEVNULL) as client:
        until(lambda: forked(run) or client.poll() is not None)
        run.send_signal(number)
        assert client.wait() == 0
    until(lambda: not Path(f"/proc/{run.server}").exists() or is_zombie(run.server))
    assert not run.path.parent.exists()
    # The variable is set still, and the command runs without a server.
    subprocess.run(words, env=job(run), check=True, stderr=subprocess.DEVNULL)


def is_zombie(process):
    return "State:\tZ" in Path(f"/proc/{process}/status").read_text()


@pytest.mark.parametrize(("verb", "forks"), [("sample", True), ("train", False), ("", True)])
def test_trainings_are_not_forked_as_their_processor_time_is_recorded(monkeypatch, verb, forks):
    asked = []
    monkeypatch.setenv(VARIABLE, "path")
    monkeypatch.setattr(sys, "argv", ["ising-fidelity", *([verb] if verb else [])])
    monkeypatch.setattr(start, "_try_fork", asked.append)
    monkeypatch.setattr(main, "main", lambda: None)
    start.main()
    assert asked == ["path"] * forks


def test_no_server_is_started_if_the_variable_is_set():
    code = RUN.replace("while not os.path.exists(path):\n    pass\n", "")
    code = code.replace(
        "print(path, forkserver._STARTED[0].pid, flush=True)", "print(forkserver._STARTED)"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(
        words, env=clean() | {VARIABLE: ""}, input="", capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
