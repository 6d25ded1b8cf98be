"""Settings of the multiscale autoregressive model."""

from typing import ClassVar, Literal

from pydantic import Field

from ising_fidelity.models.common.settings import LearningRate, MatrixTraining
from ising_fidelity.schema import Depth, Section, Width


class MultiscaleNetworkSettings(Section):
    """The network of an autoregressive model."""

    width: Width = Field(32, description="channels per cell of 2 x 2 sites")
    blocks: Depth = Field(3, description="residual blocks; each extends the range by two cells")
    condition: Width = Field(64, description="size of the embedding of T and the spacing")


class AutoregressiveSettings(MatrixTraining):
    """A multiscale autoregressive model with exact ln q, see ``likelihood.py``."""

    gives_probability: ClassVar[bool] = True

    family: Literal["autoregressive"]
    network: MultiscaleNetworkSettings = MultiscaleNetworkSettings()
    colors: Literal[1, 2, 4, 8, 16] = Field(
        4,
        description="number of site groups per refinement step; more groups give a more accurate "
        "model",
    )

    hamiltonian: bool = Field(
        False,
        description="use the Ising model's couplings: the finest lattice, 3/4 of all sites, is "
        "sampled in closed form, and targets are conditional means",
    )

    learning_rate: LearningRate = 4e-3

    @property
    def unit(self) -> int:
        """Lattice sizes must be multiples of this number."""
        return 4 * self.finest

    @property
    def finest(self) -> int:
        """Spacing of the finest lattice that the network samples."""
        return 2 if self.hamiltonian else 1
