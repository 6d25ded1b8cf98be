"""The command that judges files of frames, as it is typed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ising_fidelity as ising
from ising_fidelity.cli.judge import named
from ising_fidelity.exceptions import InputError

COMMAND = Path(sys.executable).parent / "ising-fidelity"
WRITTEN = ["index.html", "scores.csv", "scores.json"]


def judge(*arguments, cwd):
    command = [str(COMMAND), "judge", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Frames at T = 3 of three kinds: good ones, coins, and those of T = 2.5 in other numbers."""
    place = tmp_path_factory.mktemp("own")
    good = ising.simulate(L=8, T=3.0, frames=300, chains=300, burn_in=50, seed=1).spins
    np.save(place / "good_T3.0.npy", good[:, 0])
    (place / "many").mkdir()
    for part, some in enumerate(np.split(good[:, 0] > 0, 3)):
        np.savez(place / "many" / f"part{part}.npz", spins=some, T=3.0)
    coins = np.random.default_rng(2).integers(0, 2, (300, 8, 8))
    np.save(place / "coins-at-3.0-.npy", 255 * coins.astype(np.uint8))
    np.save(place / "up.npy", np.full((5, 8, 8), 255, np.uint8))
    np.savez(place / "two.npz", a=coins, b=coins)
    return place


def test_several_samplers_in_one_call(folder):
    done = judge(
        "good=good_T3.0.npy", "many=many", "coins=coins-*.npy", "--temperature", 3,
        "--output", "out", "--require", "u<100", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (folder / "out").iterdir()) == WRITTEN
    found = json.loads((folder / "out" / "scores.json").read_text())["samplers"]
    verdicts = {name: one["verdict"] for name, one in found.items()}
    assert verdicts == {
        "good": "indistinguishable",
        "many": "indistinguishable",
        "coins": "distinguishable",
    }
    assert (
        found["many"]["temperatures"]["3.00"]["energy"]
        == (found["good"]["temperatures"]["3.00"]["energy"])
    )
    assert "coins" in done.stdout
    assert "0 as down, 255 as up" in done.stdout
    assert "True as up" in done.stdout


def test_what_is_required_decides_the_exit_status(folder):
    """Without a name they are called frames; all is written before the command ends."""
    done = judge(
        "coins-at-3.0-.npy", "--pattern", "-at-{T}-", "--require", "u<3", "--quiet",
        "--output", "strict", cwd=folder,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("not met: frames: u<3: it is ")
    assert sorted(path.name for path in (folder / "strict").iterdir()) == WRITTEN


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.npy"], "nothing.npy: no such file"),
        (
            ["coins-at-3.0-.npy"],
            "or in its name; --temperature or --pattern decides",
        ),
        (["good_T3.0.npy", "--temperature", "x"], "temperature 'x' is not a number"),
        (["good_T3.0.npy", "--require", "u"], "--require: 'u' is not a comparison"),
        (["good_T3.0.npy", "--require", "auc<1"], "--require: 'auc<1' needs"),
        (["good_T3.0.npy", "--alphabet", "1"], "--alphabet: '1'; allowed are two numbers"),
        (["good_T3.0.npy", "--output", "good_T3.0.npy"], "--output: good_T3.0.npy is a file"),
        (["good_T3.0.npy", "--workers", "0"], "--workers: 0; allowed are"),
        (["good_T3.0.npy", "--pattern", "T"], "--pattern: 'T'; allowed is"),
        (["mc=good_T3.0.npy"], "a sampler cannot be named 'mc'"),
        (["up.npy"], "--alphabet 0,255 or --alphabet 255,1 decides"),
        (["two.npz"], "a, b may be; --variable decides"),
        ([], "Missing argument"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(folder, arguments, said):
    before = sorted(folder.rglob("*"))
    done = judge(*arguments, "--quiet", cwd=folder)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert said in line
    assert sorted(folder.rglob("*")) == before


def test_names_stand_before_the_equals_sign_but_for_files(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run_T=2.3.npy").touch()
    assert named(["run_T=2.3.npy", "a=x.npy", "a=y.npy", "b=run_T=2.3.npy"]) == {
        "frames": ["run_T=2.3.npy"],
        "a": ["x.npy", "y.npy"],
        "b": ["run_T=2.3.npy"],
    }
    with pytest.raises(InputError, match="=x: no such file"):
        named(["=x"])
