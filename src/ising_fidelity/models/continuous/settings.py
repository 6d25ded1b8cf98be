"""Settings of continuous-noise models."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ising_fidelity.lattice import LARGEST_LATTICE
from ising_fidelity.models.common.settings import DenoisingTraining, Optimizer
from ising_fidelity.schema import Depth, Number, Positive, Section, Width


class PatchNetworkSettings(Section):
    """The network of a continuous-noise model."""

    channels: Width = Field(16, description="channels per site")
    rounds: int = Field(
        2,
        ge=0,
        le=32,
        description="rounds of messages between neighbors, before and after the U-Net",
    )
    patch: Literal[1, 2, 4] = Field(2, description="sites along the side of a patch")
    width: Width = Field(32, description="channels of the first level")
    widest: Depth = Field(2, description="largest number of channels, in units of width")
    levels: Depth = Field(3, description="levels, each with half the resolution of the one above")
    blocks: Depth = Field(1, description="residual blocks per level, down and up")
    condition: Width = Field(
        128, description="size of the embedding of noise level and temperature"
    )
    waves: int = Field(
        0, ge=0, le=64, description="linear-response filters of the frame's Fourier modes; 0: none"
    )
    recursive: bool = Field(
        False,
        description="repeat the last level with the same weights down to 2 x 2 patches, for all "
        "lattice sizes; all levels know the sizes of lattice and patches",
    )

    @model_validator(mode="after")
    def _repeated_levels_have_one_width(self) -> Self:
        if self.recursive and (self.levels < 2 or self.widest > 2 ** (self.levels - 2)):
            raise ValueError(
                f"recursive: true with levels: {self.levels}, widest: {self.widest}; the last two "
                "levels must have one width: widest at most 2^(levels - 2)"
            )
        return self


class ContinuousSettings(DenoisingTraining):
    """A continuous-noise model for binary spins, see ``objective.py``."""

    chain_options: ClassVar[tuple[str, ...]] = (
        "sampling_steps",
        "sampler",
        "precision",
        "compile",
    )
    dropped_keys: ClassVar[Mapping[str, Any]] = {
        "prediction": "cavity",
        "network.hamiltonian": False,
        "network.temperature_as": ["T", "beta", "log", "steps"],
        "network.temperature_at": "everywhere",
    }

    family: Literal["continuous"]
    network: PatchNetworkSettings = PatchNetworkSettings()
    noise_largest: Number = Field(
        2.0,
        ge=0.1,
        description="largest noise level in units of L; an ordered frame has a mode of amplitude L",
    )
    noise_center: Positive = Field(
        0.8, description="median of the log-normal distribution of training noise"
    )
    noise_width: Positive = Field(0.8, description="width of that distribution in ln sigma")
    references: int = Field(
        256,
        ge=0,
        le=10**6,
        description="frames of the same T that are averaged in the target at high noise; 0: none",
    )
    reference_translations: bool = Field(
        False,
        description="average also over all translations; needs augmentation: symmetries",
    )
    sampling_density: Number = Field(
        3.0, ge=1, description="relative density of sampling steps where spins are decided"
    )
    optimizer: Optimizer = "muon"
    further_lattice_sizes: list[Annotated[int, Field(ge=4, le=LARGEST_LATTICE)]] = Field(
        [],
        description="lattice sizes of further training frames; each has as many sites per batch as "
        "the run's lattice size, and noise levels in proportion to L",
    )

    @model_validator(mode="after")
    def _translations_are_symmetries(self) -> Self:
        if self.reference_translations and self.augmentation != "symmetries":
            raise ValueError(
                f"reference_translations: true, but augmentation: {self.augmentation} does not "
                "move frames; allowed are false, or augmentation: symmetries"
            )
        return self

    def largest_noise(self, lattice_size: int) -> float:
        """Return the noise-to-signal ratio at the start of the reverse chain."""
        return self.noise_largest * lattice_size

    @property
    def other_sizes(self) -> Sequence[int]:
        """Lattice sizes of training frames besides that of the run."""
        return self.further_lattice_sizes

    @property
    def unit(self) -> int:
        """Lattice sizes must be multiples of this number."""
        return self.network.patch * 2 ** (self.network.levels - 1)
