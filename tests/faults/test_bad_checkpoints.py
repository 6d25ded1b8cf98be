"""Checkpoints and states of training that are none, and never run what is in them."""

import json
import os
import pickle

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import save_file

from ising_fidelity.io import files
from ising_fidelity.models import checkpoint
from ising_fidelity.models.family import family_of

from ..models.small import DIFFUSION, GAN, model_of
from ..shared import write_frames
from .conftest import DAMAGED, ROOT

DAMAGE = DAMAGED | {"text": lambda content: b"weights"}


class Touch:
    """What runs a command where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def described(settings=DIFFUSION, **changed):
    known = {"name": "m", "lattice_size": 8, "model": settings.plain()} | changed
    return {checkpoint.FORMAT: json.dumps(known)}


def of_width(width):
    network = DIFFUSION.network.model_copy(update={"width": width})
    return DIFFUSION.model_copy(update={"network": network})


UNREADABLE = "not a readable safetensors file ("
APART = "settings and weights do not match ("
DESCRIBED = {
    "of another architecture": (described(GAN), APART),
    "of another width": (described(of_width(8)), APART),
    "of a network beyond memory": (described(of_width(4096)), APART),
    "of unknown settings": (
        described(model=DIFFUSION.plain() | {"depth": 3}),
        "its metadata is not of a model: no key 'depth'; allowed are ",
    ),
    "of a lattice in words": (
        described(lattice_size="8"),
        APART + "lattice_size is '8'; allowed are such as 32)",
    ),
    "of a lattice beyond memory": (
        described(lattice_size=10**9),
        APART + "lattice_size is 1000000000; allowed are multiples of 8",
    ),
    "of no settings": (
        {checkpoint.FORMAT: json.dumps({"lattice_size": 8})},
        "its metadata has no 'model'",
    ),
    "of no mapping": ({checkpoint.FORMAT: "[1]"}, APART),
    "of no JSON": ({checkpoint.FORMAT: "{"}, APART),
}
CHECKPOINTS = {
    **dict.fromkeys(["pickled", "pickled by PyTorch", *DAMAGE], UNREADABLE),
    "of weights NaN": APART + "weights are not all finite numbers)",
    "of a part of the weights": APART,
    "of another project": "its metadata has no 'ising-fidelity model 1'; not a model written by",
    **{kind: message for kind, (_, message) in DESCRIBED.items()},
}


def write_checkpoint(path, kind):
    """Write a checkpoint with this fault."""
    torch.manual_seed(1)
    weights = family_of(DIFFUSION).build_network(DIFFUSION, 8).state_dict()
    first = next(iter(weights))
    if kind == "pickled":
        path.write_bytes(pickle.dumps({"model": Touch(path.with_name("ran"))}))
    elif kind == "pickled by PyTorch":
        torch.save({"model": Touch(path.with_name("ran"))}, path)
    elif kind in DAMAGE:
        checkpoint.save(path, weights, DIFFUSION, 8, {"name": "m"})
        path.write_bytes(DAMAGE[kind](path.read_bytes()))
    elif kind == "of weights NaN":
        checkpoint.save(path, weights | {first: weights[first] * np.nan}, DIFFUSION, 8, {})
    elif kind == "of a part of the weights":
        save_file({first: weights[first]}, path, described())
    elif kind == "of another project":
        save_file({first: weights[first]}, path)
    else:
        save_file(weights, path, DESCRIBED[kind][0])


@pytest.mark.parametrize(("kind", "message"), CHECKPOINTS.items(), ids=CHECKPOINTS)
def test_checkpoints_that_are_none(kind, message, refused, tmp_path):
    path = tmp_path / "m.safetensors"
    write_checkpoint(path, kind)
    line = refused(
        "sample", "--model", path, "--temperature", 2.3, "--frames", 1, "--lattice-size", 8,
        "--seed", 1, "--output", "frames.nc",
    )  # fmt: skip
    assert line.startswith(f"ising-fidelity: {path}: {message}")
    assert len(line) < 600
    assert not (tmp_path / "ran").exists()


SAMPLES = [
    ("temperature", 0, "0.0; allowed are finite numbers above 0"),
    ("lattice-size", 12, "12; this model samples multiples of 8"),
    ("lattice-size", 8 * 10**6, "8000000; allowed are"),
    ("sampling-steps", 30, "a chain of 20 steps cannot be respaced to 30"),
    ("sampling-steps", 1, "Input should be greater than or equal to 2 (given: 1)"),
    ("device", "tpu", "tpu; allowed are auto, cpu, cuda"),
    ("finish-sigma", "nan", "Input should be a finite number (given: nan)"),
    ("finish-sigma", 0, "Input should be greater than 0 (given: 0.0)"),
    ("finish-sigma", 1e6, "1000000.0; allowed are 0.01 to "),
    ("finish-sweeps", -1, "Input should be greater than or equal to 0 (given: -1)"),
    ("reverse-variance", "gamma", "Input should be 'beta' or 'posterior' (given: 'gamma')"),
    ("sampler", "euler", "Input should be 'trapezoid' or 'multistep' (given: 'euler')"),
    ("precision", "half", "Input should be 'float32' or 'bfloat16' (given: 'half')"),
]


@pytest.mark.parametrize(
    ("flag", "value", "message"),
    [
        *((flag, value, f"--{flag}: {message}") for flag, value, message in SAMPLES),
        ("temperature", "inf", "temperature 'inf' is not a number"),
        ("frames", 0, "Invalid value for '--frames'"),
        ("seed", 2**64, "Invalid value for '--seed'"),
        (
            "finish-sigma",
            "3_0",
            "Invalid value for '--finish-sigma': '3_0' is not a number such as",
        ),
    ],
)
def test_samples_that_cannot_be_drawn(flag, value, message, refused, tmp_path):
    model_of(DIFFUSION, tmp_path)
    given = {"temperature": 2.3, "frames": 1, "lattice-size": 8, "seed": 1, "output": "f.nc"}
    if flag == "finish-sweeps":
        given["finish-sigma"] = 0.4
    flags = [word for name, one in (given | {flag: value}).items() for word in (f"--{name}", one)]
    assert message in refused("sample", "--model", tmp_path / "m.safetensors", *flags)


@pytest.fixture
def training(tmp_path):
    """Give the command line that trains a tiny model; keys of its settings may be changed."""

    def command(**changed):
        change = {"models": {"GAN": {"training_temperatures": [2.3], "epochs": 1, **changed}}}
        (tmp_path / "change.yaml").write_text(yaml.safe_dump(change))
        write_frames(tmp_path / "frames.nc", (1, 40, 8, 8))
        configs = [ROOT / "config.yaml", ROOT / "workflow" / "presets" / "tiny.yaml", "change.yaml"]
        flags = [word for path in configs for word in ("--config", path)]
        return ["train", *flags, "--model", "GAN", "--output", "m.safetensors", "frames.nc"]

    return command


def test_a_state_that_is_none(training, refused, tmp_path):
    command = training()
    torch.save({"identity": Touch(tmp_path / "ran")}, tmp_path / "m.resume.pt")
    line = refused(*command)
    assert "m.resume.pt: not the state of a training; delete the file to train" in line
    assert not (tmp_path / "ran").exists()


def test_frames_of_another_lattice_than_the_networks(training, refused, tmp_path):
    command = training()
    write_frames(tmp_path / "frames.nc", (1, 40, 7, 7))
    assert "the frames have lattice size 7; models of family gan and this network" in refused(
        *command
    )


def test_a_training_without_end_in_numbers(training, refused):
    """It ends with the epoch, before all others, and nothing of it is kept."""
    command = training(epochs=1000, generator_learning_rate=1e38, critic_steps=1, weight_clip=1e30)
    line = refused(*command)
    assert line.startswith("ising-fidelity: models.GAN: ")
    assert " in epoch 1 of 1000, and training ends here; smaller learning rates are needed" in line
    assert "generator_learning_rate: 1e+38" in line
    assert line.endswith("there is no epoch before it to keep")


def test_two_trainings_of_one_model_at_once(training, refused, tmp_path):
    command = training()
    with files.alone(tmp_path / "m.safetensors"):
        line = refused(*command)
    assert line == "ising-fidelity: m.safetensors: another process is making it; wait for it, " \
        "or stop it"  # fmt: skip
    assert not list(tmp_path.glob(".*"))
