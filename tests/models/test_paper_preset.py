"""Every network of the paper's preset at its full size: built, one step, one frame."""

import numpy as np
import pytest
import torch

from ising_fidelity.config.load import load
from ising_fidelity.models import checkpoint
from ising_fidelity.models.common.layers import count_parameters
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.training import loop

from ..configs import DEFAULT, ROOT

PAPER = load([DEFAULT, ROOT / "workflow" / "presets" / "paper.yaml"])
MODELS = ("DiffIsing1", "DiffIsing2", "DiffFlip", "GAN", "GAN-M")
MILLIONS = {"diffusion": 22.36, "gan": 4.4}


def test_the_protocol_is_the_papers():
    chain = PAPER.monte_carlo["mc-paper"]
    sites = PAPER.lattice_size**2
    assert (PAPER.lattice_size, chain.frames, chain.chains) == (64, 1000, 1)
    assert chain.sampler == "metropolis"
    assert chain.thermalization * sites == 40_960_000
    assert chain.spacing * sites == 40_960
    assert PAPER.sampling.frames == 1000
    assert PAPER.sampling.sampling_steps is None
    assert PAPER.sampling.reverse_variance == "beta"
    assert PAPER.sampling.reverse_solver == "ancestral"
    assert tuple(PAPER.trained_models) == MODELS
    for name in MODELS[:3]:
        model = PAPER.trained_models[name]
        assert (model.diffusion_steps, model.beta_start, model.beta_end) == (1000, 1e-4, 0.02)
        assert (model.prediction, model.ema, model.learning_rate) == ("eps", 0.0, 3e-4)
        assert model.network.padding == "zeros"
    for name in MODELS:
        assert PAPER.trained_models[name].epochs == 300
        assert PAPER.trained_models[name].images_per_epoch is None
    for name in MODELS[3:]:
        model = PAPER.trained_models[name]
        assert (model.generator_learning_rate, model.critic_learning_rate) == (5e-5, 5e-5)
        assert (model.critic_steps, model.weight_clip) == (5, 0.01)


def test_training_temperatures_are_the_papers_at_every_scale():
    coarse = [f"{1.6 + 0.2 * step:.2f}" for step in range(10)]
    dense = sorted({*coarse, *(f"{2 + 0.05 * step:.2f}" for step in range(11))}, key=float)
    assert len(dense) == 18
    for run in (PAPER, load([DEFAULT])):
        for name in MODELS:
            expected = coarse if name == "DiffIsing1" else dense
            assert run.trained_models[name].training_temperatures == expected
        assert len(run.temperatures) == 32
        assert run.trained_models["DiffFlip"].augmentation == "flip"


@pytest.mark.parametrize("name", MODELS)
def test_a_full_network_takes_a_step_and_draws_a_frame(name, tmp_path):
    """The networks of each family have one size; its count of parameters is the paper's."""
    entry = PAPER.trained_models[name].model_copy(
        update={"epochs": 1, "images_per_epoch": 5, "batch_size": 1, "validation_fraction": 0.5}
    )
    random = np.random.default_rng(1)
    frames = {
        float(T): random.choice(np.array([-1, 1], np.int8), (1, 2, 64, 64))
        for T in entry.training_temperatures[:1]
    }
    if entry.family == "diffusion":
        entry = entry.model_copy(update={"images_per_epoch": 1})
    trained = loop.train(entry, frames, 1, torch.device("cpu"), tmp_path / "state.pt", "a")
    assert all(np.isfinite(values).all() for values in trained.history.values())
    path = tmp_path / "m.safetensors"
    checkpoint.save(path, trained.weights, entry, 64, {"name": name})
    model = checkpoint.load(path)
    assert round(count_parameters(model.network) / 1e6, 2) == MILLIONS[entry.family]
    steps = 2 if entry.family == "diffusion" else None
    field = draw(model, 2.3, 1, 64, 1, Chain(sampling_steps=steps)).field
    assert field.shape == (1, 64, 64)
    assert np.isfinite(field).all()
