"""Models that are shipped: whole, small, and drawing frames near equilibrium at once."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from ising_fidelity import exact, lattice
from ising_fidelity.models import checkpoint, sampling
from ising_fidelity.models.settings import ContinuousSettings

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted((ROOT / "resources" / "pretrained").glob("*.safetensors"))


def test_there_are_some():
    assert [path.name for path in SHIPPED] == ["DiffIsing3-L64.safetensors"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_models_draw_frames_of_their_energy(path):
    """At L = 32 and T = 3.0, 24 frames in 12 steps and 3 sweeps: within 5 standard errors of 0.011.

    False alarms, if the model were exact: 6e-7.
    """
    assert path.stat().st_size < 2**22
    model = checkpoint.load(path)
    assert model.metadata["code_hash"]
    T, size = 3.0, 32
    noisy = sampling.draw_noisy(model, T, 24, size, 1, sampling.Chain(12), 1.2)
    u = lattice.energy(sampling.finished(noisy, T, 3, 1))
    spread = np.sqrt(exact.kaufman(size, T).specific_heat) * T / size
    assert abs(u.mean() - exact.kaufman(size, T).energy) < 5 * spread / np.sqrt(24)


def test_shipping_halves_the_bytes_and_keeps_what_is_known_of_a_model(tmp_path):
    path = ROOT / "workflow" / "scripts" / "ship_model.py"
    spec = importlib.util.spec_from_file_location("ship_model", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    settings = ContinuousSettings(
        family="continuous", training_temperatures=["2.30"], network={"width": 16}
    )
    torch.manual_seed(1)
    network = checkpoint.build_network(settings, 16)
    weights = {name: torch.randn_like(value) for name, value in network.state_dict().items()}
    about = {"name": "Mine", "code_hash": "abc"}
    checkpoint.save(tmp_path / "whole.safetensors", weights, settings, 16, about)
    script.ship(tmp_path / "whole.safetensors", tmp_path / "made" / "half.safetensors")
    sizes = [
        (tmp_path / name).stat().st_size for name in ("whole.safetensors", "made/half.safetensors")
    ]
    assert sizes[1] < 0.6 * sizes[0]
    model = checkpoint.load(tmp_path / "made" / "half.safetensors")
    assert (model.settings, model.lattice_size) == (settings, 16)
    assert model.metadata["name"] == "Mine"
    for name, weight in model.network.state_dict().items():
        assert weight.dtype == torch.float32
        torch.testing.assert_close(weight, weights[name], rtol=2**-8, atol=0)
