"""Denoising at continuous noise."""

from ising_fidelity.models.continuous.settings import ContinuousSettings
from ising_fidelity.models.family import Family

FAMILY = Family(
    package=__name__,
    settings=ContinuousSettings,
    network="network:build",
    trainer="trainer:ContinuousTrainer",
    sampler="sampler:ContinuousSampler",
)
