"""A Wasserstein GAN with gradient penalty and the lattice's symmetry."""

from ising_fidelity.models.family import Family
from ising_fidelity.models.wgan_gp.settings import PenalizedSettings

FAMILY = Family(
    package=__name__,
    settings=PenalizedSettings,
    network="networks:build",
    trainer="trainer:PenalizedTrainer",
    sampler="sampler:PenalizedSampler",
)
