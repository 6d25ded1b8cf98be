"""Checkpoints and states of training that are none, and never run what is in them."""

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import save_file

from ising_fidelity import files
from ising_fidelity.models import checkpoint
from ising_fidelity.models.settings import AdversarialSettings, DiffusionSettings

ROOT = Path(__file__).resolve().parents[2]
DIFFUSION = DiffusionSettings(
    family="diffusion",
    training_temperatures=["2.30"],
    network={"width": 4, "embedding": 8},
    diffusion_steps=20,
)
GAN = AdversarialSettings(family="gan", training_temperatures=["2.30"], width=2)


DAMAGE = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "short of the last bytes": lambda content: content[:-100],
    "text": lambda content: b"weights",
}


class Touch:
    """What runs a command where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def described(settings=DIFFUSION, **changed):
    known = {"name": "m", "lattice_size": 8, "model": settings.plain()} | changed
    return {checkpoint.FORMAT: json.dumps(known)}


def write_checkpoint(path, kind):
    """Write a checkpoint with this fault."""
    torch.manual_seed(1)
    weights = checkpoint.build_network(DIFFUSION, 8).state_dict()
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
        changed = {
            "of another architecture": described(GAN),
            "of another width": described(
                DIFFUSION.model_copy(
                    update={"network": DIFFUSION.network.model_copy(update={"width": 8})}
                )
            ),
            "of a network beyond memory": described(
                DIFFUSION.model_copy(
                    update={"network": DIFFUSION.network.model_copy(update={"width": 4096})}
                )
            ),
            "of unknown settings": described(model=DIFFUSION.plain() | {"depth": 3}),
            "of a lattice in words": described(lattice_size="8"),
            "of a lattice beyond memory": described(lattice_size=10**9),
            "of no settings": {checkpoint.FORMAT: json.dumps({"lattice_size": 8})},
            "of no mapping": {checkpoint.FORMAT: "[1]"},
            "of no JSON": {checkpoint.FORMAT: "{"},
        }
        save_file(weights, path, changed[kind])


APART = "settings and weights do not belong together ("
CHECKPOINTS = {
    "pickled": "not a readable safetensors file (",
    "pickled by PyTorch": "not a readable safetensors file (",
    "empty": "not a readable safetensors file (",
    "truncated": "not a readable safetensors file (",
    "short of the last bytes": "not a readable safetensors file (",
    "text": "not a readable safetensors file (",
    "of weights NaN": APART + "weights are not all finite numbers)",
    "of a part of the weights": APART,
    "of another project": "its metadata has no 'ising-fidelity model 1'; not a model made by train",
    "of another architecture": APART,
    "of another width": APART,
    "of a network beyond memory": APART,
    "of unknown settings": "its metadata is not of a model: no key 'depth'; allowed are ",
    "of a lattice in words": APART + "lattice_size is '8'; allowed are such as 32)",
    "of a lattice beyond memory": APART + "lattice_size is 1000000000; allowed are multiples of 8",
    "of no settings": "its metadata has no 'model'",
    "of no mapping": APART,
    "of no JSON": APART,
}


@pytest.mark.parametrize(("kind", "message"), CHECKPOINTS.items(), ids=CHECKPOINTS)
def test_checkpoints_that_are_none(kind, message, refused, tmp_path):
    path = tmp_path / "m.safetensors"
    write_checkpoint(path, kind)
    line = refused(
        "sample", "--model", path, "--temperature", 2.3, "--frames", 1, "--lattice-size", 8,
        "--seed", 1, "--output", "frames.nc",
    )  # fmt: skip
    assert line.startswith(f"ising-fidelity: {path}: {message}")
    assert len(line) < 500
    assert not (tmp_path / "ran").exists()


SAMPLES = {
    "T = 0": ({"temperature": 0}, "--temperature: 0.0; allowed are finite numbers above 0"),
    "T = inf": ({"temperature": "inf"}, "temperature 'inf' is not a number"),
    "zero frames": ({"frames": 0}, "Invalid value for '--frames'"),
    "L that the network does not divide": (
        {"lattice_size": 12},
        "--lattice-size: 12; this model d",
    ),
    "a lattice beyond memory": (
        {"lattice_size": 8 * 10**6},
        "--lattice-size: 8000000; allowed are",
    ),
    "more steps than there are": ({"sampling_steps": 30}, "cannot be respaced to 30"),
    "a seed beyond all": ({"seed": 2**64}, "Invalid value for '--seed'"),
    "a device that is none": ({"device": "tpu"}, "--device: tpu; allowed are auto, cpu, cuda"),
    "a finish in no noise": ({"finish_sigma": "nan"}, "--finish-sigma: nan"),
}


@pytest.mark.parametrize(("changes", "message"), SAMPLES.values(), ids=SAMPLES)
def test_samples_that_cannot_be_drawn(changes, message, refused, tmp_path):
    path = tmp_path / "m.safetensors"
    weights = checkpoint.build_network(DIFFUSION, 8).state_dict()
    checkpoint.save(path, weights, DIFFUSION, 8, {"name": "m"})
    given = {"temperature": 2.3, "frames": 1, "lattice_size": 8, "seed": 1, "output": "f.nc"}
    flags = [
        word
        for flag, value in (given | changes).items()
        for word in (f"--{flag.replace('_', '-')}", value)
    ]
    assert message in refused("sample", "--model", path, *flags)


@pytest.fixture
def training(tmp_path, write_frames):
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
    assert "m.resume.pt: not a state to go on training from; without the file training" in line
    assert not (tmp_path / "ran").exists()


def test_frames_of_another_lattice_than_the_networks(training, refused, write_frames, tmp_path):
    command = training()
    write_frames(tmp_path / "frames.nc", (1, 40, 7, 7))
    assert "the frames have lattice size 7; models of family gan and this network" in refused(
        *command
    )


def test_a_training_without_end_in_numbers(training, refused):
    """Its state is left: given again, the command says the same without training again."""
    command = training(generator_learning_rate=1e38, critic_steps=1, weight_clip=1e30)
    line = refused(*command, left=["m.resume.pt"])
    assert "models.GAN: after 1 epochs the weights are not finite numbers" in line


def test_two_trainings_of_one_model_at_once(training, refused, tmp_path):
    command = training()
    with files.alone(tmp_path / "m.safetensors"):
        line = refused(*command)
    assert line == "ising-fidelity: m.safetensors: another process is making it; wait for that, " \
        "or stop it"  # fmt: skip
    assert not list(tmp_path.glob(".*"))
