"""What a model is: the settings of its network, its training frames and its training.

A model's settings travel with its weights, in the metadata of the checkpoint.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from ising_fidelity.temperatures import canonical


def _unique_and_sorted(temperatures: list[str]) -> list[str]:
    return sorted(set(temperatures), key=float)


Temperature = Annotated[
    str,
    BeforeValidator(canonical),
    Field(
        description="in units of J/k_B, such as 2.30",
        json_schema_extra={"type": ["string", "number"]},
    ),
]
Temperatures = Annotated[list[Temperature], AfterValidator(_unique_and_sorted)]
SomeTemperatures = Annotated[Temperatures, Field(min_length=1)]
TemperatureInput = Literal["T", "beta", "log", "steps"]


class Section(BaseModel):
    """A section of the config: unknown keys are errors, values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def plain(self) -> dict[str, Any]:
        """Return the section as plain scalars, lists and dicts."""
        return self.model_dump(mode="json")


Padding = Literal["zeros", "circular"]


class UNetSettings(Section):
    """The network of a diffusion model; width 64 and embedding 256 are the paper's."""

    width: PositiveInt = Field(64, description="channels of the first level")
    embedding: PositiveInt = Field(256, multiple_of=2, description="d of the t and T embeddings")
    attention: bool = Field(False, description="self-attention with 4 heads after each level")
    padding: Padding = Field(
        "zeros", description="circular keeps the lattice's translation symmetry"
    )

    @model_validator(mode="after")
    def _heads(self) -> Self:
        if self.attention and self.width % 4:
            raise ValueError("width must be a multiple of 4 with attention: true (4 heads)")
        return self


class PatchNetworkSettings(Section):
    """The network of a continuous-noise model."""

    channels: PositiveInt = Field(16, description="numbers that every site holds")
    rounds: int = Field(
        2, ge=0, description="rounds of messages between neighbors, before and after the patches"
    )
    patch: Literal[1, 2, 4] = Field(2, description="sites along a patch, the first level's unit")
    width: PositiveInt = Field(32, description="channels of the first level")
    widest: PositiveInt = Field(2, description="channels of the lowest levels, in units of width")
    levels: PositiveInt = Field(3, description="each has half the resolution of the one above")
    blocks: PositiveInt = Field(1, description="residual blocks per level, down and up")
    condition: PositiveInt = Field(128, description="numbers that noise and T are made")
    hamiltonian: bool = Field(False, description="the sum of neighbors over T as an input")
    temperature_as: list[TemperatureInput] = Field(
        ["T", "beta", "log", "steps"],
        min_length=1,
        description="what T enters as: itself, 1/T, ln T, smooth steps about the transition",
    )
    temperature_at: Literal["everywhere", "sites", "patches"] = Field(
        "everywhere", description="which layers are told T: those of sites, of patches, or all"
    )

    @field_validator("temperature_as")
    @classmethod
    def _each_once(cls, inputs: list[TemperatureInput]) -> list[TemperatureInput]:
        if len(set(inputs)) < len(inputs):
            raise ValueError("each may be named once")
        return inputs


class MultiscaleNetworkSettings(Section):
    """The network of an autoregressive model."""

    width: PositiveInt = Field(32, description="channels on every cell of 2 x 2 sites")
    blocks: PositiveInt = Field(3, description="residual blocks; each sees two cells further")
    condition: PositiveInt = Field(64, description="numbers that T and the spacing are made")


class Training(Section):
    """Keys that every family of models shares."""

    training_temperatures: SomeTemperatures = Field(
        description="temperatures of the frames that the model is trained on"
    )
    training_source: str | None = Field(
        None, description="Monte Carlo source of its frames; null: the run's training_source"
    )
    augmentation: Literal["none", "flip", "symmetries"] = Field(
        "none",
        description="flip: also the frames with all signs turned; symmetries: each frame with a "
        "sign, a translation and one of the square's symmetries, drawn anew each time",
    )
    frames_per_temperature: PositiveInt | None = Field(
        None, description="training frames used at each temperature, the first; null: all there are"
    )
    epochs: PositiveInt = Field(300, description="passes over the training frames")
    images_per_epoch: PositiveInt | None = Field(
        None, description="frames drawn in one epoch; null: every training frame once"
    )
    batch_size: PositiveInt = Field(64, description="frames per optimiser step")
    validation_fraction: float = Field(
        0.1, gt=0, lt=1, description="share of frames, the last of each chain, that is held out"
    )
    threads: PositiveInt = Field(
        1, description="threads of a CPU; part of the model, since sums depend on it"
    )
    training_seeds: PositiveInt = Field(
        1,
        description="how many networks are trained, each from its own seed: three or more tell "
        "whether one model is better than another",
    )


class DiffusionSettings(Training):
    """A denoising diffusion model, conditional on T (the paper's Sec. 2.2 and 2.3)."""

    family: Literal["diffusion"]
    network: UNetSettings = UNetSettings()
    diffusion_steps: PositiveInt = Field(1000, ge=2, description="N_t")
    beta_start: float = Field(1e-4, gt=0, lt=1, description="beta_1; beta_t is linear in t")
    beta_end: float = Field(0.02, gt=0, lt=1, description="beta_(N_t)")
    prediction: Literal["eps", "v"] = Field(
        "eps", description="what the network returns: the noise, as in the paper, or v"
    )
    training_times: Literal["uniform", "focused"] = Field(
        "uniform",
        description="how often each t is trained on: all alike, as in the paper, or most often "
        "those at which spins are decided",
    )
    learning_rate: PositiveFloat = Field(3e-4, description="of AdamW")
    adam_beta_2: float = Field(
        0.999, gt=0, lt=1, description="decay of AdamW's mean of squared gradients"
    )
    learning_rate_schedule: Literal["constant", "cosine"] = Field(
        "constant", description="cosine: falls to zero over the epochs"
    )
    ema: float = Field(0.0, ge=0, lt=1, description="decay of averaged weights per step; 0: off")

    @property
    def unit(self) -> int:
        """Lattice sizes are multiples of it."""
        return 8


class ContinuousSettings(Training):
    """A model of continuous noise that is built from what spins are, see ``models.continuous``."""

    family: Literal["continuous"]
    network: PatchNetworkSettings = PatchNetworkSettings()
    prediction: Literal["cavity", "edm", "eps"] = Field(
        "cavity", description="what the network returns: the cavity field, or as in EDM, or noise"
    )
    noise_largest: PositiveFloat = Field(
        2.0, description="largest noise in units of L: the uniform mode carries L times the signal"
    )
    noise_center: PositiveFloat = Field(0.8, description="noise that is trained on most")
    noise_width: PositiveFloat = Field(0.8, description="width of its distribution, in ln sigma")
    references: int = Field(
        256,
        ge=0,
        description="frames of the same T that share in the target where noise is large; 0: none",
    )
    sampling_density: float = Field(
        3.0, ge=1, description="how much denser sampling steps are where spins are decided"
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="of the network's arithmetic"
    )
    extrapolation: Literal["network", "nearest"] = Field(
        "network",
        description="what the network is told beyond the training temperatures: T or the nearest",
    )
    compile: bool = Field(
        False, description="compile the network for training: faster, after most of a minute"
    )
    optimizer: Literal["muon", "adamw"] = Field(
        "muon", description="of weights between channels; all others are always AdamW's"
    )
    matrix_learning_rate: PositiveFloat = Field(1e-2, description="of Muon")
    learning_rate: PositiveFloat = Field(1e-3, description="of AdamW")
    adam_beta_2: float = Field(
        0.99, gt=0, lt=1, description="decay of AdamW's mean of squared gradients"
    )
    learning_rate_schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="cosine: falls to zero over the epochs"
    )
    ema: float = Field(0.998, ge=0, lt=1, description="decay of averaged weights per step; 0: off")

    @property
    def unit(self) -> int:
        """Lattice sizes are multiples of it."""
        return self.network.patch * 2 ** (self.network.levels - 1)


class AdversarialSettings(Training):
    """A Wasserstein GAN, conditional on T (the paper's Sec. 2.4)."""

    family: Literal["gan"]
    width: PositiveInt = Field(64, description="channels of the layer next to the frame")
    latent: PositiveInt = Field(100, description="Gaussian numbers z per frame")
    temperature_embedding: PositiveInt = Field(100, description="d of the generator's T embedding")
    magnetization_loss: float = Field(
        0.0, ge=0, description="weight of the squared error of the mean spin (GAN-M: 1)"
    )
    generator_learning_rate: PositiveFloat = Field(5e-5, description="of RMSprop")
    critic_learning_rate: PositiveFloat = Field(5e-5, description="of RMSprop")
    critic_steps: PositiveInt = Field(5, description="critic steps per generator step")
    weight_clip: PositiveFloat = Field(0.01, description="largest absolute weight of the critic")

    @property
    def unit(self) -> int:
        """Lattice sizes are multiples of it."""
        return 2


class AutoregressiveSettings(Training):
    """A multiscale autoregressive model, whose ln q is exact, see ``models.autoregressive``."""

    family: Literal["autoregressive"]
    network: MultiscaleNetworkSettings = MultiscaleNetworkSettings()
    colors: Literal[1, 2, 4, 8, 16] = Field(
        4, description="groups that new sites of a kind are split into: more are drawn more exactly"
    )
    learning_rate: PositiveFloat = Field(4e-3, description="of AdamW")
    adam_beta_2: float = Field(
        0.99, gt=0, lt=1, description="decay of AdamW's mean of squared gradients"
    )
    learning_rate_schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="cosine: falls to zero over the epochs"
    )
    ema: float = Field(0.998, ge=0, lt=1, description="decay of averaged weights per step; 0: off")

    @property
    def unit(self) -> int:
        """Lattice sizes are multiples of it."""
        return 4


class PenalizedSettings(Training):
    """A Wasserstein GAN with gradient penalty, see ``models.penalized``."""

    family: Literal["wgan-gp"]
    patch: Literal[1, 2, 4] = Field(2, description="sites along a patch, the first level's unit")
    generator_width: PositiveInt = Field(32, description="channels of its first level")
    critic_width: PositiveInt = Field(32, description="channels of its first level")
    widest: PositiveInt = Field(2, description="channels of the lowest levels, in units of width")
    levels: PositiveInt = Field(4, description="each has half the resolution of the one above")
    blocks: PositiveInt = Field(1, description="residual blocks per level")
    condition: PositiveInt = Field(64, description="numbers that T is made")
    latent: PositiveInt = Field(4, description="Gaussian numbers z per frame")
    noise: PositiveInt = Field(8, description="Gaussian numbers per site of every block")
    gradient_penalty: PositiveFloat = Field(10.0, description="weight of the penalty")
    critic_steps: PositiveInt = Field(4, description="critic steps per generator step")
    generator_learning_rate: PositiveFloat = Field(1.5e-3, description="of Adam")
    critic_learning_rate: PositiveFloat = Field(2.5e-3, description="of Adam")
    adam_beta_1: float = Field(0.5, ge=0, lt=1, description="decay of Adam's mean of gradients")
    adam_beta_2: float = Field(
        0.99, gt=0, lt=1, description="decay of Adam's mean of squared gradients"
    )
    learning_rate_schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="cosine: falls to zero over the epochs"
    )
    ema: float = Field(
        0.99, ge=0, lt=1, description="decay of the generator's averaged weights per step; 0: off"
    )

    def widths(self, width: int) -> list[int]:
        """Return the channels of every level, the first with ``width`` of them."""
        return [width * min(2**level, self.widest) for level in range(self.levels)]

    @property
    def unit(self) -> int:
        """Lattice sizes are multiples of it."""
        return int(self.patch * 2 ** (self.levels - 1))


ModelSettings = Annotated[
    DiffusionSettings
    | ContinuousSettings
    | AutoregressiveSettings
    | AdversarialSettings
    | PenalizedSettings,
    Field(discriminator="family"),
]
