"""Models that are shipped: whole, small, and drawing frames near equilibrium at once."""

import numpy as np
import pytest
import torch

from ising_fidelity import lattice
from ising_fidelity.exact import finite
from ising_fidelity.models import checkpoint
from ising_fidelity.models.continuous.settings import ContinuousSettings
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling import finish
from ising_fidelity.models.sampling.dataset import sampled
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.shipped import shipped
from ising_fidelity.observables.dataset import measured
from workflow.scripts import ship


def test_there_are_three_small_ones_whose_code_is_known():
    assert list(shipped()) == ["DecimationAR-L64", "DiffIsing3-L64", "DiffIsing3-wide"]
    for path in shipped().values():
        assert path.stat().st_size < 2**22
        assert checkpoint.load(path).metadata["code_hash"]


@pytest.mark.parametrize(("size", "temperature"), [(16, "1.80"), (32, "2.269185"), (32, "3.40")])
def test_weights_of_the_autoregressive_model_are_nearly_even(size, temperature):
    """The free energy is within 4 standard errors and 1e-5 of Kaufman's: false alarms 2e-4."""
    model = checkpoint.load(shipped()["DecimationAR-L64"])
    found = measured(sampled(model, temperature, 200, size, 1))
    assert float(found["effective_sample_size_share"]) > 0.9
    off = float(found["free_energy"]) - finite.kaufman(size, float(temperature)).free_energy
    assert abs(off) < 4 * float(found["free_energy_error"]) + 1e-5


def test_the_diffusion_model_draws_frames_of_its_energy():
    """At L = 32 and T = 3.0, 24 frames in 12 steps and 3 sweeps: within 5 standard errors of 0.011.

    False alarms, if the model were exact: 6e-7.
    """
    model = checkpoint.load(shipped()["DiffIsing3-L64"])
    T, size = 3.0, 32
    noisy = finish.draw_noisy(model, T, 24, size, 1, Chain(sampling_steps=12), 1.2)
    u = lattice.energy(finish.finished(noisy, T, 3, 1))
    spread = np.sqrt(finite.kaufman(size, T).specific_heat) * T / size
    assert abs(u.mean() - finite.kaufman(size, T).energy) < 5 * spread / np.sqrt(24)


@pytest.mark.parametrize(("size", "T"), [(16, 1.2), (32, 4.0), (128, 3.0)])
def test_the_wide_model_draws_frames_of_its_energy_on_all_lattices(size, T):
    """16 frames in 16 steps, within 5 standard errors and 0.01: false alarms below 6e-7."""
    model = checkpoint.load(shipped()["DiffIsing3-wide"])
    frames = sampled(model, f"{T:.2f}", 16, size, 1, Chain(sampling_steps=16))["spin"].values
    exact = finite.kaufman(size, T)
    error = np.sqrt(exact.specific_heat / 16) * T / size
    assert abs(lattice.energy(frames).mean() - exact.energy) < 5 * error + 0.01


def test_shipping_halves_the_bytes_and_keeps_what_is_known_of_a_model(tmp_path):
    settings = ContinuousSettings(
        family="continuous", training_temperatures=["2.30"], network={"width": 16}
    )
    torch.manual_seed(1)
    network = family_of(settings).build_network(settings, 16)
    weights = {name: torch.randn_like(value) for name, value in network.state_dict().items()}
    about = {"name": "Mine", "code_hash": "abc"}
    checkpoint.save(tmp_path / "whole.safetensors", weights, settings, 16, about)
    whole, half = tmp_path / "whole.safetensors", tmp_path / "made" / "half.safetensors"
    ship.ship_model(whole, half)
    assert half.stat().st_size < 0.6 * whole.stat().st_size
    model = checkpoint.load(half)
    assert (model.settings, model.lattice_size) == (settings, 16)
    assert model.metadata["name"] == "Mine"
    for name, weight in model.network.state_dict().items():
        assert weight.dtype == torch.float32
        torch.testing.assert_close(weight, weights[name], rtol=2**-8, atol=0)
