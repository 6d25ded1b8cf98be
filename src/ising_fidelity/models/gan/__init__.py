"""The paper's Wasserstein GAN."""

from ising_fidelity.models.family import Family
from ising_fidelity.models.gan.settings import AdversarialSettings

FAMILY = Family(
    package=__name__,
    settings=AdversarialSettings,
    network="networks:Generator",
    trainer="trainer:AdversarialTrainer",
    sampler="sampler:AdversarialSampler",
)
