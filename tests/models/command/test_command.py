"""Commands that train and sample, and how they fail."""

import os
import shlex
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml

from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.models.settings import parse
from ising_fidelity.steps.sample_command import sample_command
from ising_fidelity.steps.train_command import train_command

COMMAND = Path(sys.executable).with_name("ising-fidelity")
ROOT = Path(__file__).resolve().parents[3]
PYTHON = shlex.quote(sys.executable)
WRITE = f"{PYTHON} -c 'import sys, numpy; %s' {{output}} {{seed}} {{T}} {{n}} {{L}}"
COINS = (
    "out, seed, T, n, L = sys.argv[1:]; r = numpy.random.default_rng(int(seed)); "
    "numpy.save(out, r.integers(0, 2, (int(n), int(L), int(L))))"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give a folder with a name of several words, and work in it."""
    place = tmp_path / 'it\'s a "folder"'
    place.mkdir()
    monkeypatch.chdir(place)
    for T in (2.0, 3.0):
        spins = np.random.default_rng(int(T)).choice(np.array([-1, 1], np.int8), (1, 4, 6, 6))
        netcdf.write(frames_dataset(spins, T, "independent", {}), place / f"T {T}.nc")
    return place


def settings(**changes):
    plain = {"family": "command", "sample": WRITE % COINS}
    if "train" in changes:
        plain |= {"sample": "cat {model} {T} {output}", "training_temperatures": [2.0, 3.0]}
    return parse(plain | changes)


def sample(of, **changes):
    given = {"temperature": "2.30", "frames": 4, "lattice_size": 6, "seed": 7, "trained": None}
    output = Path("results", "T2.30.nc")
    sample_command(settings=of, model="Mine", output=output, **(given | changes))
    return read_frames(output)


def train(of, frames=("T 3.0.nc", "T 2.0.nc"), seed=7):
    output = Path("models", "Mine.model")
    paths = [Path(path) for path in frames]
    train_command(settings=of, model="Mine", seed=seed, frames=paths, output=output)
    return output.read_text()


def test_frames_of_a_command_keep_the_contract(folder):
    data = sample(settings())
    wanted = 2 * np.random.default_rng(7).integers(0, 2, (1, 4, 6, 6)) - 1
    np.testing.assert_array_equal(data["spin"], wanted)
    assert float(data["temperature"]) == 2.3
    said = data.attrs
    assert (said["sampling"], said["seed"], said["model"]) == ("independent", "7", "Mine")
    assert said["step"] == "sample_command"
    assert "0 as down, 1 as up" in said["taken_as"]
    assert str(folder) not in str(said)
    first = Path("results", "T2.30.nc").read_bytes()
    sample(settings())
    assert Path("results", "T2.30.nc").read_bytes() == first
    assert [path.name for path in Path("results").iterdir()] == ["T2.30.nc"]


def test_netcdf_says_how_its_frames_were_sampled(folder):
    spins = np.ones((2, 2, 6, 6), np.int8)
    netcdf.write(frames_dataset(spins, 2.3, "chain", {}), folder / "made.nc")
    data = sample(settings(sample="cp made.nc {output}; : {T}", inputs=["made.nc"]))
    assert (data.sizes["chain"], data.attrs["sampling"]) == (2, "chain")
    assert '"inputs":{"made.nc":"' in data.attrs["settings"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("echo 1 >&2; echo bad {T} >&2; exit 3", "the command ended with status 3: 1 / bad 2.30"),
        ("exit 4; : {T}", "the command ended with status 4, without a message"),
        ("kill -9 $$; : {T}", "the command ended by signal 9, without a message"),
        ("nothing-of-this-name {T} || exit 127", "the command ended with status 127: sh: "),
        (": {T}", "the command succeeded but wrote no file {output}"),
        ("mkdir {output}; : {T}", "{output} is a folder; allowed is a file"),
        ("touch {output}.a {output}.b; : {T}", "the command has written {output}.a, {output}.b"),
        ("echo 5 > {output}; : {T}", "{output}: "),
    ],
)
def test_a_command_that_fails_is_said_to_by_its_key(command, message, folder):
    full = command if "{output}" in command else f"{command}; : {{output}}"
    with pytest.raises(InputError) as caught:
        sample(settings(sample=full))
    assert str(caught.value).startswith(f"models.Mine.sample: {message}")
    assert not list(Path("results").iterdir())


@pytest.mark.parametrize(
    ("array", "message"),
    [
        ("numpy.ones((4, 5, 5))", "{output} has frames of L = 5; allowed is 6"),
        ("numpy.ones((3, 6, 6))", "{output} has a number of frames = 3; allowed is 4"),
        ("numpy.full((4, 6, 6), 0.3)", "{output}: values are"),
        ("numpy.full((4, 6, 6), numpy.nan)", "{output}: 144 of 144 values are missing (NaN)"),
        (
            "numpy.full((4, 6, 6), 255, numpy.uint8)",
            "{output}: all values are 255, which may be up",
        ),
    ],
)
def test_frames_that_were_not_asked_for_are_refused(array, message, folder):
    command = WRITE % f"numpy.save(sys.argv[1], {array})"
    with pytest.raises(InputError) as caught:
        sample(settings(sample=command))
    assert str(caught.value).startswith(f"models.Mine.sample: {message}")


def test_an_alphabet_and_a_variable_decide(folder):
    save = "numpy.save(sys.argv[1], numpy.full((4, 6, 6), 255, numpy.uint8))"
    data = sample(settings(sample=WRITE % save, alphabet=[255, 1]))
    assert (data["spin"] == -1).all()
    save = "numpy.savez(sys.argv[1], a=-numpy.ones((4, 6, 6)), b=numpy.ones((4, 6, 6)))"
    with pytest.raises(InputError, match=r"models.Mine.sample: \{output\}: .*variable: decides"):
        sample(settings(sample=WRITE % save))
    data = sample(settings(sample=WRITE % save, variable="a"))
    assert (data["spin"] == -1).all()


def test_frames_of_another_temperature_are_refused(folder):
    spins = np.ones((1, 4, 6, 6), np.int8)
    netcdf.write(frames_dataset(spins, 2.5, "independent", {}), folder / "made.nc")
    with pytest.raises(InputError, match=r"says T = 2.5; allowed is 2.30"):
        sample(settings(sample="cp made.nc {output}; : {T}"))


def test_a_missing_input_is_named(folder):
    with pytest.raises(InputError, match=r"^models.Mine.inputs: other.py: no such file$"):
        sample(settings(inputs=["other.py"]))


def test_a_model_is_whatever_the_command_writes(folder):
    of = settings(train="printf '%s|' {frames} {seed} {L} {threads} $OMP_NUM_THREADS > {output}")
    assert train(of) == "T 2.0.nc|T 3.0.nc|7|6|1|1|"
    with pytest.raises(InputError, match="trained: not given; Mine needs the file that"):
        sample(of)
    copied = settings(train=of.train, sample="cat {model} >&2; false {T} {output}")
    with pytest.raises(InputError, match=r"status 1: T 2.0.nc\|T 3.0.nc\|7\|6\|1\|1\|"):
        sample(copied, trained=Path("models", "Mine.model"))


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        (["T 2.0.nc"], "training_temperatures: no file of frames at T = 3.00 given"),
        (["T 2.0.nc"] * 2, "T 2.0.nc: a second file of frames at T = 2.00"),
        (["gone.nc"], "gone.nc: no such file"),
    ],
)
def test_training_frames_that_are_not_there(frames, message, folder):
    with pytest.raises(InputError) as caught:
        train(settings(train="cat {frames} > {output}"), frames)
    assert str(caught.value) == message


def test_a_training_finds_the_state_of_one_that_failed_and_was_the_same(folder):
    command = "echo x >> {state}/epochs; [ $(wc -l < {state}/epochs) -ge 3 ] && cat {state}/* "
    of = settings(train=command + "> {output}; : {frames}; test -s {output}")
    for _ in range(2):
        with pytest.raises(InputError, match=r"models.Mine.train: .*status 1"):
            train(of)
    with pytest.raises(InputError, match=r"models.Mine.train: .*status 1"):
        train(of, seed=8)  # which is another training
    assert Path("models", "Mine.state", "epochs").read_text() == "x\n"
    with pytest.raises(InputError, match="status 1"):
        train(of, seed=8)
    assert train(of, seed=8) == "x\n" * 3
    assert [path.name for path in Path("models").iterdir()] == ["Mine.model"]


def test_a_model_that_is_not_trained_cannot_be(folder):
    with pytest.raises(InputError, match=r"^models.Mine.train: null; the model is sampled without"):
        train(settings())


def config(folder, **models):
    path = folder / "change.yaml"
    path.write_text(yaml.safe_dump({"models": models}))
    return ["--config", str(ROOT / "config.yaml"), "--config", str(path)]


def test_ctrl_c_ends_the_command_too(folder):
    slow = "echo $$ > started; sleep 100; : {T} {output}"
    flags = config(folder, Slow={"family": "command", "sample": slow})
    flags += ["--model", "Slow", "--temperature", "2.3", "--frames", "4", "--lattice-size", "6"]
    words = [str(COMMAND), "sample-command", *flags, "--seed", "1", "--output", "results/T.nc"]
    # Where this test runs in the background, its children would not hear Ctrl-C at all.
    heard = {"preexec_fn": partial(signal.signal, signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(words, **heard) as running:
        try:
            for _ in range(600):
                if Path("started").exists() and Path("started").read_text():
                    break
                time.sleep(0.1)
            group = int(Path("started").read_text())
            running.send_signal(signal.SIGINT)
            assert running.wait(60) == 130
        finally:
            running.kill()
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        pytest.fail("the command goes on")
    assert not list(Path("results").iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["train", "--model", "Mine", "--finish", "--output", "m", "T 2.0.nc"],
            "--finish: Mine is trained by its own command; allowed is none",
        ),
        (
            ["train", "--model", "Mine", "--device", "cpu", "--output", "m", "T 2.0.nc"],
            "--device: Mine is trained by its own command; allowed is none",
        ),
        (
            ["sample-command", "--model", "GAN", "--temperature", "2.3", "--frames", "4",
             "--lattice-size", "6", "--seed", "1", "--output", "m"],
            "--model: GAN has no command of its own; use sample instead",
        ),
        (
            ["sample-command", "--model", "Mine", "--temperature", "2.3", "--frames", "4",
             "--lattice-size", "6", "--seed", "1", "--output", "m", "--trained", "gone"],
            "--trained: gone: no such file",
        ),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line(words, message, folder):
    of = settings(train="cat {frames} > {output}")
    flags = config(folder, Mine=of.plain())
    done = subprocess.run(
        [str(COMMAND), words[0], *flags, *words[1:]], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, f"ising-fidelity: {message}\n")


def test_how_likely_frames_are_is_kept(folder):
    save = "numpy.savez(sys.argv[1], spin=numpy.ones((4, 6, 6)), log_probability=%s)"
    data = sample(settings(sample=WRITE % (save % "-numpy.arange(4.)")))
    np.testing.assert_array_equal(data["log_probability"], [[0, -1, -2, -3]])
    with pytest.raises(InputError, match=r"\{output\}: log_probability of shape \(3,\)"):
        sample(settings(sample=WRITE % (save % "-numpy.ones(3)")))
