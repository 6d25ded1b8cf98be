"""Trained models as a notebook has them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ising_fidelity as ising
from ising_fidelity.frames import read_frames
from ising_fidelity.models.shipped import find, shipped

NAME = "DiffIsing3-wide"
FEW = {"sampling_steps": 4}


@pytest.fixture(scope="module")
def model():
    return ising.load_model(NAME, device="cpu")


def test_a_shipped_model_says_what_it_is(model):
    assert (model.name, model.L, model.family) == (NAME, 64, "continuous")
    assert model.training_temperatures[0] == 1.0
    assert repr(model).splitlines()[0] == f"Model {NAME}"
    assert f"weights: {model.weights:,}" in repr(model)
    assert f"<b>{NAME}</b>" in model._repr_html_()


def test_frames_are_those_of_the_command(model, tmp_path):
    command = Path(sys.executable).parent / "ising-fidelity"
    arguments = [
        "--model", NAME, "--temperature", "2.30", "--frames", "3", "--lattice-size", "16",
        "--seed", "5", "--sampling-steps", "4", "--output", "frames.nc", "--device", "cpu",
    ]  # fmt: skip
    subprocess.run([command, "sample", *arguments], cwd=tmp_path, check=True)
    frames = model.sample(T=2.30, frames=3, seed=5, L=16, progress=False, **FEW)
    assert (frames.L, len(frames), frames.T, frames.sampling) == (16, 3, 2.3, "independent")
    written = read_frames(tmp_path / "frames.nc")
    np.testing.assert_array_equal(frames.spins, written["spin"].values)
    assert frames.said == (f"sampled from {NAME}, seed 5; sampling_steps 4",)


def test_the_finish_is_on_request(model):
    plain, finished = (
        model.sample(T=2.6, frames=2, L=16, progress=False, **FEW, **finish)
        for finish in ({}, {"finish_sigma": 3.0, "finish_sweeps": 2})
    )
    assert "finish_noise" not in plain.attributes
    assert finished.attributes["finish_noise"] <= 3.0
    assert not np.array_equal(plain.spins, finished.spins)


def test_frames_have_the_size_of_the_training_frames_unless_told(model):
    assert model.sample(T=2.5, frames=1, progress=False, **FEW).L == 64


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"frames": 0}, "frames: 0; allowed are 1 to "),
        ({"seed": -1}, "seed: -1; allowed are 0 to "),
        ({"T": 0.0}, "allowed are finite numbers above 0"),
        ({"L": 0}, "lattice_size: 0; this model samples multiples of"),
        ({"L": 7}, "lattice_size: 7; this model samples multiples of"),
        ({"steps": 5}, "steps: not an option; allowed are sampling_steps, "),
        ({"sampling_steps": 0}, "sampling_steps: "),
        ({"finish_sweeps": 5}, "finish_sigma: "),
    ],
)
def test_what_a_model_cannot_do_is_refused(model, given, message):
    with pytest.raises(ising.InputError, match=message):
        model.sample(**({"T": 2.3, "frames": 1, "L": 16} | given))


def test_temperatures_outside_the_training_are_warned_of(model):
    with pytest.warns(UserWarning, match=f"T = 5.00 is outside {NAME}'s training temperatures"):
        model.sample(T=5, frames=1, L=16, progress=False, **FEW)


def test_a_name_that_is_none_is_answered_by_those_there_are(tmp_path):
    allowed = ", ".join(shipped())
    with pytest.raises(
        ising.InputError, match=f"no shipped model 'DiffIsing'; allowed are {allowed}"
    ):
        ising.load_model("DiffIsing")
    with pytest.raises(ising.InputError, match=r"gone\.safetensors: no such file"):
        ising.load_model(tmp_path / "gone.safetensors")


def test_a_path_may_be_written_in_every_way(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("weights").touch()
    assert find("weights") == Path("weights")
    assert find("./DiffIsing3-wide") == Path("DiffIsing3-wide")
    assert find(NAME) == shipped()[NAME]
