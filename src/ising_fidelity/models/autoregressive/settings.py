"""Settings of the multiscale autoregressive model."""

from typing import Literal

from pydantic import Field

from ising_fidelity.models.common.settings import AveragedTraining, LearningRate
from ising_fidelity.schema import Depth, Section, Width


class MultiscaleNetworkSettings(Section):
    """The network of an autoregressive model."""

    width: Width = Field(32, description="channels on every cell of 2 x 2 sites")
    blocks: Depth = Field(3, description="residual blocks; each sees two cells further")
    condition: Width = Field(64, description="numbers that T and the spacing are made")


class AutoregressiveSettings(AveragedTraining):
    """A multiscale autoregressive model, whose ln q is exact, see ``likelihood.py``."""

    family: Literal["autoregressive"]
    network: MultiscaleNetworkSettings = MultiscaleNetworkSettings()
    colors: Literal[1, 2, 4, 8, 16] = Field(
        4, description="groups that new sites of a kind are split into: more are drawn more exactly"
    )

    learning_rate: LearningRate = 4e-3

    @property
    def unit(self) -> int:
        """Lattice sizes are multiples of it."""
        return 4
