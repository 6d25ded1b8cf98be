"""Frames of untrained models: their shapes, their seeds, chains left early, what is refused."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from ising_fidelity.exceptions import InputError
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.models.sampling.finish import draw_noisy
from ising_fidelity.models.sampling.options import Chain, GibbsFinish

from ..small import AUTOREGRESSIVE, CONTINUOUS, DIFFUSION, FAMILIES, GAN, PENALIZED, model_of


@pytest.mark.parametrize(
    "settings", [DIFFUSION, GAN, PENALIZED], ids=["diffusion", "gan", "wgan-gp"]
)
def test_frames_follow_from_the_seed(settings, tmp_path):
    model = model_of(settings, tmp_path)
    one, same, other = (draw(model, 2.3, 3, 16, seed) for seed in (1, 1, 2))
    assert one.field.shape == one.spins.shape == (3, 16, 16)
    assert (one.field == same.field).all()
    assert (one.field != other.field).any()
    assert np.array_equal(one.spins, np.where(one.field >= 0, 1, -1))
    assert one.log_probability is None


def test_a_convolutional_model_draws_other_lattices_and_the_papers_gan_does_not(tmp_path):
    for settings, unit in ((DIFFUSION, 8), (PENALIZED, 4)):
        model, other = model_of(settings, tmp_path), unit * 3 // 2
        assert draw(model, 2.3, 2, 24, 1).spins.shape == (2, 24, 24)
        message = f"lattice_size: {other}; this model samples multiples of {unit}"
        with pytest.raises(InputError, match=message):
            draw(model, 2.3, 2, other, 1)
    with pytest.raises(InputError, match="lattice_size: 24; this GAN only samples 16"):
        draw(model_of(GAN, tmp_path), 2.3, 2, 24, 1)


@pytest.mark.parametrize("settings", FAMILIES, ids=lambda settings: settings.family)
def test_there_are_no_frames_without_sites(settings, tmp_path):
    model = model_of(settings, tmp_path)
    with pytest.raises(InputError, match=r"^lattice_size: 0"):
        draw(model, 2.3, 2, 0, 1)
    if settings.chain_options:
        with pytest.raises(InputError, match=r"^lattice_size: 0; this model samples multiples of"):
            draw_noisy(model, 2.3, 4, 0, 1, Chain(), 0.4)


def test_an_autoregressive_model_draws_spins_on_lattices_of_all_sizes(tmp_path):
    model = model_of(AUTOREGRESSIVE, tmp_path)
    for size in (4, 12, 20, 32):
        drawn = draw(model, 2.3, 3, size, 1)
        assert drawn.spins.shape == (3, size, size)
        assert drawn.spins.dtype == np.int8
        assert (np.abs(drawn.spins) == 1).all()
        assert drawn.field is None
        # Untrained: all frames are equally likely.
        np.testing.assert_allclose(drawn.log_probability, -(size**2) * np.log(2), rtol=1e-12)
    one, same, other = (draw(model, 2.3, 3, 8, seed).spins for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize(
    ("temperature", "size", "message"),
    [
        (2.3, 6, "lattice_size: 6; this model samples multiples of 4"),
        (0.0, 8, "temperature: 0.0; allowed are finite numbers above 0, .*"),
        (np.inf, 8, "temperature: inf; allowed are finite numbers above 0, .*"),
        (1e-300, 8, r"temperature: 1e-300; .* in single precision from 1.2e-38 to 3.4e\+38"),
        (1e300, 8, r"temperature: 1e\+300; .* in single precision from 1.2e-38 to 3.4e\+38"),
    ],
)
def test_what_an_autoregressive_model_cannot_draw_is_refused(temperature, size, message, tmp_path):
    with pytest.raises(InputError, match=f"^{message}$"):
        draw(model_of(AUTOREGRESSIVE, tmp_path), temperature, 2, size, 1)


def test_a_chain_that_is_left_early_has_no_more_noise_than_asked_for(tmp_path):
    for settings in (DIFFUSION, CONTINUOUS):
        model = model_of(settings, tmp_path)
        noisy = draw_noisy(model, 2.3, 4, 16, 1, Chain(sampling_steps=10), 0.46)
        assert 0 < noisy.sigma <= 0.46
        assert noisy.x.shape == noisy.mean.shape == (4, 16, 16)
        assert np.isfinite(noisy.mean).all()


def test_a_finish_without_its_noise_is_refused():
    for options in ({}, {"finish_sweeps": 3}):
        with pytest.raises(ValidationError, match="finish_sigma\n  Field required"):
            GibbsFinish(**options)


@pytest.mark.parametrize("settings", [DIFFUSION, CONTINUOUS], ids=["diffusion", "continuous"])
def test_chains_in_bfloat16_are_those_in_float32_up_to_rounding(settings, tmp_path):
    model = model_of(settings, tmp_path)
    torch.manual_seed(5)
    for weight in model.network.parameters():
        torch.nn.init.normal_(weight, 0.0, 0.2)
    exact, rounded = (
        draw(model, 2.3, 4, 16, 1, Chain(sampling_steps=3, precision=precision)).field
        for precision in ("float32", "bfloat16")
    )
    assert not np.array_equal(exact, rounded)
    assert np.mean(np.abs(exact - rounded)) < 0.1 * np.mean(np.abs(exact))
