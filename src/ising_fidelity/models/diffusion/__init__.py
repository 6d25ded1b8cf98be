"""The paper's denoising diffusion models."""

from ising_fidelity.models.diffusion.settings import DiffusionSettings
from ising_fidelity.models.family import Family

FAMILY = Family(
    package=__name__,
    settings=DiffusionSettings,
    network="unet:build",
    trainer="trainer:DiffusionTrainer",
    sampler="sampler:DiffusionSampler",
)
