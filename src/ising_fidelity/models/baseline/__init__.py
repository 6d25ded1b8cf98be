"""Baselines: distributions of few parameters that every network should beat."""

from ising_fidelity.models.baseline.settings import BaselineSettings
from ising_fidelity.models.family import Family

FAMILY = Family(
    package=__name__,
    settings=BaselineSettings,
    network="distributions:build",
    trainer="trainer:BaselineTrainer",
    sampler="sampler:BaselineSampler",
)
