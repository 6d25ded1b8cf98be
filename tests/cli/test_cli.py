"""The commands as they are typed: exit status, one line of error, nothing half-written."""

import signal
import subprocess
import sys
from functools import partial
from importlib import metadata
from pathlib import Path

import pytest

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
    done = run(*SIMULATE, "--output", path)
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
    ("sampler", "threads"), [("metropolis", 1), ("checkerboard", 2), ("cluster", 2)]
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*SIMULATE[:4], "cold", *SIMULATE[5:]], "temperature 'cold' is not a number"),
        ([*SIMULATE, "--chains", "4"], "--frames: 6; allowed are multiples of --chains (4)"),
        ([*SIMULATE, "--sampler", "heatbath"], "--sampler: heatbath; allowed are"),
        (["measure", "gone.nc"], "gone.nc: no such file"),
        (["sample", "--model", "gone", "--temperature", "2", "--frames", "1",
          "--lattice-size", "8", "--seed", "1"], "gone: no such file"),
        (["equilibrate", "--temperature", "2", "--lattice-size", "8", "--starts", "1",
          "--seed", "1"], "either --sampler or --model"),
        (["relax", "--sweeps", "5", "--seed", "1", "gone.nc"], "gone.nc: no such file"),
        (["attribute", "--sweeps", "0", "gone.nc"], "--sweeps: [0]; allowed are"),
        (["plot", "--figure", "fig99", "gone.nc"], "fig99"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_status_2(arguments, message, tmp_path):
    output = "out.svg" if arguments[0] == "plot" else "out.nc"
    done = run(*arguments, "--output", output, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("ising-fidelity: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["measure", "--colour"], "--colour"),
        (["paint"], "paint"),
        ([*SIMULATE, "--output", "f.nc", "--seed", "-1"], "--seed"),
        ([*SIMULATE, "--output", "f.nc", "--frames", "many"], "--frames"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments, message, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert message in line


def test_a_config_without_the_model_names_those_it_has(tmp_path):
    config = Path(__file__).resolve().parents[1] / "config.yaml"
    done = run("train", "--config", config, "--model", "VAE", "--output", "m", "f.nc", cwd=tmp_path)
    assert done.returncode == 2
    assert "--model: no VAE" in done.stderr
    assert "DiffIsing2" in done.stderr
