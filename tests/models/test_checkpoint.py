"""Checkpoints: they are read as written, and other files are rejected."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ising_fidelity.exceptions import InputError
from ising_fidelity.models import checkpoint
from ising_fidelity.models.sampling.draw import draw

from .small import CONTINUOUS, DIFFUSION, FAMILIES, network_of


@pytest.mark.parametrize("settings", FAMILIES, ids=lambda settings: settings.family)
def test_a_model_comes_back_as_it_was(settings, tmp_path):
    network = network_of(settings)
    path = tmp_path / "m.safetensors"
    checkpoint.save(path, network.state_dict(), settings, 16, {"name": "m", "seed": 3})
    model = checkpoint.load(path)
    assert model.settings == settings
    assert model.lattice_size == 16
    assert model.metadata["seed"] == 3
    for name, weight in network.state_dict().items():
        assert torch.equal(model.network.state_dict()[name], weight)
    assert not model.network.training
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.safetensors"]


def test_the_same_model_is_written_as_the_same_bytes(tmp_path):
    network = network_of(DIFFUSION)
    for name in ("a", "b"):
        checkpoint.save(tmp_path / name, network.state_dict(), DIFFUSION, 16, {"name": "m"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def save_of_version_0_1(path, prediction, **network):
    """Write a checkpoint of a continuous model with the keys that it had in version 0.1."""
    settings = CONTINUOUS.plain() | {"prediction": prediction}
    settings["network"] |= {
        "hamiltonian": False,
        "temperature_as": ["T", "beta", "log", "steps"],
        "temperature_at": "everywhere",
        **network,
    }
    described = json.dumps({"model": settings, "lattice_size": 16, "name": "m"})
    torch.manual_seed(1)
    save_file(network_of(CONTINUOUS).state_dict(), path, {checkpoint.FORMAT: described})


def test_a_checkpoint_of_version_0_1_loads_and_draws(tmp_path):
    path = tmp_path / "m.safetensors"
    save_of_version_0_1(path, "cavity")
    model = checkpoint.load(path)
    assert model.settings == CONTINUOUS
    sample = draw(model, 2.3, 2, 16, 1)
    assert sample.spins.shape == (2, 16, 16)
    assert np.isfinite(sample.field).all()


@pytest.mark.parametrize(
    ("prediction", "network", "named"),
    [
        ("edm", {}, "prediction is 'edm'"),
        ("cavity", {"hamiltonian": True}, "network.hamiltonian is True"),
        ("cavity", {"temperature_as": ["T"]}, r"network.temperature_as is \['T'\]"),
        ("cavity", {"temperature_at": "sites"}, "network.temperature_at is 'sites'"),
    ],
)
def test_a_checkpoint_of_a_removed_kind_is_refused_and_says_what_to_do(
    prediction, network, named, tmp_path
):
    path = tmp_path / "m.safetensors"
    save_of_version_0_1(path, prediction, **network)
    with pytest.raises(InputError, match=f"^{path}: .*{named}") as error:
        checkpoint.load(path)
    assert "train the model again, or sample it with version 0.1" in str(error.value)
    assert "\n" not in str(error.value)
