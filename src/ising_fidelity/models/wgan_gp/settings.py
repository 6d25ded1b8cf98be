"""Settings of the Wasserstein GAN with gradient penalty."""

from typing import Literal

from pydantic import Field

from ising_fidelity.models.common.settings import Schedule, Training
from ising_fidelity.schema import Count, Depth, Number, Positive, Width


class PenalizedSettings(Training):
    """A Wasserstein GAN with gradient penalty, see ``networks.py``."""

    family: Literal["wgan-gp"]
    patch: Literal[1, 2, 4] = Field(2, description="sites along the side of a patch")
    generator_width: Width = Field(32, description="channels of the generator's first level")
    critic_width: Width = Field(32, description="channels of the critic's first level")
    widest: Depth = Field(2, description="largest number of channels, in units of width")
    levels: Depth = Field(4, description="levels, each with half the resolution of the one above")
    blocks: Depth = Field(1, description="residual blocks per level")
    condition: Width = Field(64, description="size of the embedding of T")
    latent: Width = Field(4, description="size of the Gaussian latent vector z")
    noise: Width = Field(8, description="Gaussian numbers per site and block")
    gradient_penalty: Positive = Field(10.0, description="weight of the penalty")
    critic_steps: Count = Field(4, description="critic steps per generator step")
    generator_learning_rate: Positive = Field(
        1.5e-3, description="learning rate of Adam for the generator"
    )
    critic_learning_rate: Positive = Field(
        2.5e-3, description="learning rate of Adam for the critic"
    )
    adam_beta_1: Number = Field(0.5, ge=0, lt=1, description="decay of Adam's mean of gradients")
    adam_beta_2: Number = Field(
        0.99, gt=0, lt=1, description="decay of Adam's mean of squared gradients"
    )
    learning_rate_schedule: Schedule = "cosine"
    ema: Number = Field(
        0.99, ge=0, lt=1, description="decay of the generator's averaged weights per step; 0: off"
    )

    def widths(self, width: int) -> list[int]:
        """Return the channels of every level; the first has ``width``."""
        return [width * min(2**level, self.widest) for level in range(self.levels)]

    @property
    def unit(self) -> int:
        """Lattice sizes must be multiples of this number."""
        return int(self.patch * 2 ** (self.levels - 1))
