"""Settings of the paper's Wasserstein GAN."""

from typing import ClassVar, Literal

from pydantic import Field

from ising_fidelity.models.common.settings import Training
from ising_fidelity.schema import Count, Number, Positive, Width


class AdversarialSettings(Training):
    """A Wasserstein GAN, conditional on T (the paper's Sec. 2.4)."""

    any_size: ClassVar[bool] = False
    least_batch: ClassVar[int] = 2  # of batch norm

    family: Literal["gan"]
    width: Width = Field(64, description="channels of the layer next to the lattice")
    latent: Width = Field(100, description="size of the Gaussian latent vector z")
    temperature_embedding: Width = Field(
        100, description="dimension of the generator's embedding of T"
    )
    magnetization_loss: Number = Field(
        0.0,
        ge=0,
        description="weight of the squared error of m in the loss (1 for GAN-M in the paper)",
    )
    generator_learning_rate: Positive = Field(
        5e-5, description="learning rate of RMSprop for the generator"
    )
    critic_learning_rate: Positive = Field(
        5e-5, description="learning rate of RMSprop for the critic"
    )
    critic_steps: Count = Field(5, description="critic steps per generator step")
    weight_clip: Positive = Field(0.01, description="largest absolute weight of the critic")

    @property
    def unit(self) -> int:
        """Lattice sizes must be multiples of this number."""
        return 2
