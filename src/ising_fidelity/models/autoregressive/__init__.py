"""A multiscale autoregressive model with exact likelihood."""

from ising_fidelity.models.autoregressive.settings import AutoregressiveSettings
from ising_fidelity.models.family import Family

FAMILY = Family(
    package=__name__,
    settings=AutoregressiveSettings,
    network="network:build",
    trainer="trainer:AutoregressiveTrainer",
    sampler="sampler:AutoregressiveSampler",
)
