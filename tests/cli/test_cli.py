"""The commands as they are typed; what they refuse is in ``tests/faults``."""

import inspect
import signal
import subprocess
import sys
from functools import partial
from importlib import metadata
from pathlib import Path

import pytest

from ising_fidelity.cli.main import app
from ising_fidelity.cli.options import WRITTEN, writable

COMMAND = Path(sys.executable).parent / "ising-fidelity"
SIMULATE = [
    "simulate", "--lattice-size", "8", "--temperature", "2.3", "--sampler", "cluster", "--frames",
    "6", "--chains", "2", "--thermalization", "10", "--spacing", "1", "--seed", "1",
]  # fmt: skip


def run(*arguments, cwd=None):
    command = [str(COMMAND), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "mc" / "T2.30.nc"
    done = run(*SIMULATE, "--quiet", "--output", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return path


def test_simulate_measure_compare_solve_by_hand(frames, tmp_path):
    commands = [
        ["measure", "--output", tmp_path / "o.nc", frames],
        ["compare", "--reference", frames, "--training", frames, "--output", "c.nc", frames],
        ["solve", "--lattice-size", 8, "--temperature", "2.3", "--temperature", "2.40",
         "--output", "exact.nc"],
        ["relax", "--sweeps", 5, "--sampler", "cluster", "--seed", 1, "--output", "frames2.nc",
         frames],
        [*SIMULATE[:4], "1.00", *SIMULATE[5:], "--output", "cold.nc"],
        ["attribute", "--sweeps", 1, "--sweeps", 5, "--output", "parts.nc", "cold.nc"],
    ]  # fmt: skip
    for command in commands:
        done = run(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "c.nc", "cold.nc", "exact.nc", "frames2.nc", "o.nc", "parts.nc",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sampler", "threads"),
    [
        ("checkerboard", 2),
        pytest.param("metropolis", 1, marks=pytest.mark.long),
        pytest.param("cluster", 2, marks=pytest.mark.long),
    ],
)
def test_a_simulation_ends_soon_after_it_is_interrupted(sampler, threads, tmp_path):
    arguments = ["--lattice-size", "256", "--temperature", "2.3", "--sampler", sampler]
    arguments += ["--frames", "2", "--chains", "2", "--thermalization", "100000000"]
    arguments += ["--spacing", "1", "--seed", "1", "--threads", str(threads)]
    command = [str(COMMAND), "simulate", *arguments, "--output", str(tmp_path / "frames.nc")]
    # Where this test runs in the background, its children would not hear Ctrl-C at all.
    heard = {"preexec_fn": partial(signal.signal, signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, **heard) as running:
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(6)
            running.send_signal(signal.SIGINT)
            assert running.wait(30) != 0
        finally:
            running.kill()
    assert not list(tmp_path.iterdir())


def test_every_verb_has_help():
    listed = run("--help").stdout
    for verb in (
        "simulate", "train", "sample", "relax", "equilibrate", "measure", "compare", "attribute",
        "solve", "merge", "score", "plot",
    ):  # fmt: skip
        assert verb in listed


def test_the_version_is_that_of_the_package():
    assert run("--version").stdout == f"ising-fidelity {metadata.version('ising-fidelity')}\n"


def test_no_command_is_bad_input_and_commands_are_listed():
    done = run()
    assert done.returncode == 2
    assert "simulate" in done.stdout
    assert done.stderr == "ising-fidelity: a command is needed; allowed are those above\n"


def test_every_file_that_is_written_is_kept_apart_from_those_that_are_read():
    found = {
        name
        for command in app.registered_commands
        for name, parameter in inspect.signature(command.callback).parameters.items()
        for about in getattr(parameter.annotation, "__metadata__", ())
        if getattr(about, "callback", None) is writable
    }
    assert found == set(WRITTEN)


@pytest.mark.parametrize("words", [["--help"], ["measure", "--help"]])
def test_help_waits_for_nothing_that_computes(words):
    code = f"""
import sys
sys.argv = ["ising-fidelity", *{words}]
from ising_fidelity.cli.main import main
try:
    main()
finally:
    slow = {{"matplotlib", "numpy", "pandas", "scipy", "torch", "xarray"}} & {{*sys.modules}}
    assert not slow, slow
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
