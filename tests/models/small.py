"""A small model of every family, trained within seconds, or not at all."""

import torch

from ising_fidelity.models import checkpoint
from ising_fidelity.models.autoregressive.settings import AutoregressiveSettings
from ising_fidelity.models.baseline.settings import BaselineSettings
from ising_fidelity.models.common import data
from ising_fidelity.models.continuous.settings import ContinuousSettings
from ising_fidelity.models.diffusion.settings import DiffusionSettings
from ising_fidelity.models.family import family_of
from ising_fidelity.models.gan.settings import AdversarialSettings
from ising_fidelity.models.wgan_gp.settings import PenalizedSettings

CPU = torch.device("cpu")
DIFFUSION = DiffusionSettings(
    family="diffusion",
    training_temperatures=["1.00", "4.00"],
    network={"width": 4, "embedding": 8},
    diffusion_steps=20,
    epochs=3,
    batch_size=8,
    ema=0.5,
    learning_rate_schedule="cosine",
    validation_fraction=0.25,
)
GAN = AdversarialSettings(
    family="gan",
    training_temperatures=["1.00", "4.00"],
    width=2,
    epochs=3,
    batch_size=8,
    critic_steps=2,
    magnetization_loss=1.0,
    validation_fraction=0.25,
)
CONTINUOUS = ContinuousSettings(
    family="continuous",
    training_temperatures=["1.00", "4.00"],
    network={"width": 4, "condition": 8},
    augmentation="symmetries",
    epochs=3,
    batch_size=8,
    ema=0.5,
    validation_fraction=0.25,
)
AUTOREGRESSIVE = AutoregressiveSettings(
    family="autoregressive",
    training_temperatures=["1.00", "4.00"],
    network={"width": 4, "blocks": 1, "condition": 8},
    augmentation="symmetries",
    epochs=3,
    batch_size=8,
    ema=0.5,
    validation_fraction=0.25,
)
PENALIZED = PenalizedSettings(
    family="wgan-gp",
    training_temperatures=["1.00", "4.00"],
    generator_width=4,
    critic_width=4,
    levels=2,
    condition=8,
    latent=2,
    noise=2,
    augmentation="symmetries",
    epochs=3,
    batch_size=8,
    critic_steps=2,
    validation_fraction=0.25,
)
BASELINE = BaselineSettings(
    family="baseline",
    kind="tree",
    training_temperatures=["1.00", "4.00"],
    epochs=3,
    batch_size=8,
    ema=0.5,
    validation_fraction=0.25,
)

FAMILIES = [DIFFUSION, CONTINUOUS, AUTOREGRESSIVE, GAN, PENALIZED, BASELINE]


def network_of(settings):
    return family_of(settings).build_network(settings, 16)


def model_of(settings, folder):
    """Return an untrained model, by way of a checkpoint."""
    path = folder / "m.safetensors"
    checkpoint.save(path, network_of(settings).state_dict(), settings, 16, {"name": "m"})
    return checkpoint.load(path)


def trainer_of(settings, frames, seed=1):
    """Return the trainer of a model at its beginning, and all frames that it is trained on."""
    torch.manual_seed(1)
    seen, held_out = data.training_frames(frames, settings, CPU)
    noise = torch.Generator().manual_seed(seed)
    trainer = family_of(settings).make_trainer(settings, seen, held_out, CPU, noise)
    return trainer, seen[torch.arange(len(seen))]
