"""Checkpoints: what goes in comes out, and nothing else is taken for one."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ising_fidelity.exceptions import InputError
from ising_fidelity.models import checkpoint, sampling
from ising_fidelity.models.settings import (
    AdversarialSettings,
    AutoregressiveSettings,
    ContinuousSettings,
    DiffusionSettings,
    PenalizedSettings,
)

DIFFUSION = DiffusionSettings(
    family="diffusion",
    training_temperatures=["2.30"],
    network={"width": 4, "embedding": 8},
    diffusion_steps=20,
)
GAN = AdversarialSettings(family="gan", training_temperatures=["2.30"], width=2)
CONTINUOUS = ContinuousSettings(
    family="continuous", training_temperatures=["2.30"], network={"width": 4, "condition": 8}
)
AUTOREGRESSIVE = AutoregressiveSettings(
    family="autoregressive",
    training_temperatures=["2.30"],
    network={"width": 4, "blocks": 1, "condition": 8},
)
PENALIZED = PenalizedSettings(
    family="wgan-gp", training_temperatures=["2.30"], generator_width=4, critic_width=4, levels=3
)


@pytest.mark.parametrize(
    "settings",
    [DIFFUSION, CONTINUOUS, GAN, AUTOREGRESSIVE, PENALIZED],
    ids=["diffusion", "continuous", "gan", "autoregressive", "wgan-gp"],
)
def test_a_model_comes_back_as_it_was(settings, tmp_path):
    network = checkpoint.build_network(settings, 16)
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
    network = checkpoint.build_network(DIFFUSION, 16)
    for name in ("a", "b"):
        checkpoint.save(tmp_path / name, network.state_dict(), DIFFUSION, 16, {"name": "m"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_files_that_are_no_checkpoints_are_named(tmp_path):
    with pytest.raises(InputError, match=r"gone.safetensors: no such file"):
        checkpoint.load(tmp_path / "gone.safetensors")
    text = tmp_path / "text.safetensors"
    text.write_text("no weights here")
    with pytest.raises(InputError, match=r"text.safetensors: not a readable safetensors file"):
        checkpoint.load(text)
    foreign = tmp_path / "foreign.safetensors"
    save_file({"w": torch.ones(1)}, foreign)
    with pytest.raises(InputError, match="not a model made by train"):
        checkpoint.load(foreign)
    odd = tmp_path / "odd.safetensors"
    described = json.dumps({"model": DIFFUSION.plain(), "lattice_size": 16})
    save_file({"w": torch.ones(1)}, odd, {checkpoint.FORMAT: described})
    with pytest.raises(InputError, match="settings and weights do not belong together") as error:
        checkpoint.load(odd)
    assert "\n" not in str(error.value)


def model_of(settings, tmp_path):
    path = tmp_path / "m.safetensors"
    weights = checkpoint.build_network(settings, 16).state_dict()
    checkpoint.save(path, weights, settings, 16, {"name": "m"})
    return checkpoint.load(path)


@pytest.mark.parametrize(
    "settings", [DIFFUSION, GAN, PENALIZED], ids=["diffusion", "gan", "wgan-gp"]
)
def test_frames_follow_from_the_seed(settings, tmp_path):
    model = model_of(settings, tmp_path)
    one, same, other = (sampling.draw(model, 2.3, 3, 16, seed) for seed in (1, 1, 2))
    assert one.shape == (3, 16, 16)
    assert (one == same).all()
    assert (one != other).any()


def test_a_convolutional_model_draws_other_lattices_and_the_papers_gan_does_not(tmp_path):
    for settings in (DIFFUSION, PENALIZED):
        assert sampling.draw(model_of(settings, tmp_path), 2.3, 2, 24, 1).shape == (2, 24, 24)
        with pytest.raises(InputError, match="--lattice-size: 12; this model draws multiples of 8"):
            sampling.draw(model_of(settings, tmp_path), 2.3, 2, 12, 1)
    with pytest.raises(InputError, match="--lattice-size: 24, but this GAN draws only 16"):
        sampling.draw(model_of(GAN, tmp_path), 2.3, 2, 24, 1)


def test_an_autoregressive_model_draws_spins_on_lattices_of_all_sizes(tmp_path):
    model = model_of(AUTOREGRESSIVE, tmp_path)
    for size in (4, 12, 20, 32):
        drawn = sampling.draw_likely(model, 2.3, 3, size, 1)
        assert drawn.spins.shape == (3, size, size)
        assert drawn.spins.dtype == np.int8
        assert (np.abs(drawn.spins) == 1).all()
        # Untrained: every frame is as likely.
        np.testing.assert_allclose(drawn.log_probability, -(size**2) * np.log(2), rtol=1e-12)
    one, same, other = (sampling.draw_likely(model, 2.3, 3, 8, seed).spins for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize(
    ("temperature", "size", "message"),
    [
        (2.3, 6, "--lattice-size: 6; this model draws multiples of 4"),
        (2.3, 0, "--lattice-size: 0; this model draws multiples of 4"),
        (0.0, 8, "--temperature: 0.0; allowed are finite numbers above 0"),
        (np.inf, 8, "--temperature: inf; allowed are finite numbers above 0"),
    ],
)
def test_what_an_autoregressive_model_cannot_draw_is_refused(temperature, size, message, tmp_path):
    with pytest.raises(InputError, match=f"^{message}$"):
        sampling.draw_likely(model_of(AUTOREGRESSIVE, tmp_path), temperature, 2, size, 1)


@pytest.mark.parametrize("steps", [1, 21])
def test_a_chain_of_impossible_length_is_refused(steps, tmp_path):
    model = model_of(DIFFUSION, tmp_path)
    with pytest.raises(InputError, match=f"chain of 20 steps cannot be respaced to {steps}"):
        sampling.draw(model, 2.3, 2, 16, 1, sampling.Chain(steps))


def test_an_unknown_variance_is_refused(tmp_path):
    with pytest.raises(InputError, match="--reverse-variance: gamma; allowed are beta, posterior"):
        sampling.draw(
            model_of(DIFFUSION, tmp_path), 2.3, 2, 16, 1, sampling.Chain(variance="gamma")
        )


def test_an_unknown_sampler_is_refused(tmp_path):
    with pytest.raises(InputError, match="--sampler: euler; allowed are ancestral, multistep"):
        sampling.draw(
            model_of(CONTINUOUS, tmp_path), 2.3, 2, 16, 1, sampling.Chain(sampler="euler")
        )


def test_an_unknown_precision_is_refused(tmp_path):
    with pytest.raises(InputError, match="--precision: half; allowed are float32, bfloat16"):
        sampling.draw(
            model_of(CONTINUOUS, tmp_path), 2.3, 2, 16, 1, sampling.Chain(precision="half")
        )


@pytest.mark.parametrize("settings", [DIFFUSION, CONTINUOUS], ids=["diffusion", "continuous"])
def test_chains_in_bfloat16_are_those_in_float32_up_to_rounding(settings, tmp_path):
    model = model_of(settings, tmp_path)
    torch.manual_seed(5)
    for weight in model.network.parameters():
        torch.nn.init.normal_(weight, 0.0, 0.2)
    exact, rounded = (
        sampling.draw(model, 2.3, 4, 16, 1, sampling.Chain(3, precision=precision))
        for precision in ("float32", "bfloat16")
    )
    assert not np.array_equal(exact, rounded)
    assert np.mean(np.abs(exact - rounded)) < 0.1 * np.mean(np.abs(exact))


def test_a_chain_that_is_left_early_has_no_more_noise_than_asked_for(tmp_path):
    for settings in (DIFFUSION, CONTINUOUS):
        model = model_of(settings, tmp_path)
        noisy = sampling.draw_noisy(model, 2.3, 4, 16, 1, sampling.Chain(10), 0.4)
        assert 0 < noisy.sigma <= 0.4
        assert noisy.x.shape == noisy.mean.shape == (4, 16, 16)
        assert np.isfinite(noisy.mean).all()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_an_input_error():
    assert sampling.compute_device("auto") == torch.device("cpu")
    with pytest.raises(InputError, match="--device: tpu; allowed are auto, cpu, cuda"):
        sampling.compute_device("tpu")
    with pytest.raises(InputError, match="device: cuda"):
        sampling.compute_device("cuda")
