"""Models of any framework: commands that train them and sample from them."""

from ising_fidelity.models.command.settings import CommandSettings
from ising_fidelity.models.family import Family

FAMILY = Family(
    package=__name__,
    settings=CommandSettings,
    network="",
    trainer="training:train",
    sampler="sampling:sampled",
)
