"""What a model is: the settings of its network, its training frames and its training.

A model's settings travel with its weights, in the metadata of the checkpoint.
"""

import math
import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from ising_fidelity.temperatures import canonical

EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.][0-9]*)?[eE][+-]?[0-9]+")


def _temperature(value: Any) -> str:
    temperature = canonical(value)
    if not float(temperature):
        raise ValueError(f"temperature {temperature}; allowed are those above 0")
    return temperature


def _sorted(temperatures: list[str]) -> list[str]:
    twice = [T for number, T in enumerate(temperatures) if T in temperatures[:number]]
    if twice:
        raise ValueError(f"{twice[0]} is named twice; each may be named once")
    return sorted(temperatures, key=float)


def _number(value: Any) -> Any:
    """Return 1e-4 and 1.5e3 as numbers: without a point and a sign, YAML takes them for text."""
    return float(value) if isinstance(value, str) and EXPONENT.fullmatch(value) else value


# Far above what is of use, and low enough to see a slip before memory or a counter overflows.
Count = Annotated[int, Field(gt=0, le=10**9)]
Width = Annotated[int, Field(gt=0, le=4096)]
Depth = Annotated[int, Field(gt=0, le=32)]
Steps = Annotated[int, Field(ge=2, le=100_000)]
Number = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[Number, Field(gt=0)]

Temperature = Annotated[
    str,
    BeforeValidator(_temperature),
    Field(
        description="in units of J/k_B, such as 2.30",
        json_schema_extra={"type": ["string", "number"]},
    ),
]
Temperatures = Annotated[list[Temperature], AfterValidator(_sorted)]
SomeTemperatures = Annotated[Temperatures, Field(min_length=1)]
TemperatureInput = Literal["T", "beta", "log", "steps"]


class Section(BaseModel):
    """A section of the config: unknown keys and other types are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in given if isinstance(given, dict) else ():
            if isinstance(key, str) and key not in known:
                raise ValueError(f"no key {key!r}; allowed are {', '.join(known)}")
        return given

    def plain(self) -> dict[str, Any]:
        """Return the section as plain scalars, lists and dicts."""
        return self.model_dump(mode="json")


Padding = Literal["zeros", "circular"]


class UNetSettings(Section):
    """The network of a diffusion model; width 64 and embedding 256 are the paper's."""

    width: Width = Field(64, description="channels of the first level")
    embedding: Width = Field(256, multiple_of=2, description="d of the t and T embeddings")
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

    channels: Width = Field(16, description="numbers that every site holds")
    rounds: int = Field(
        2,
        ge=0,
        le=32,
        description="rounds of messages between neighbors, before and after the patches",
    )
    patch: Literal[1, 2, 4] = Field(2, description="sites along a patch, the first level's unit")
    width: Width = Field(32, description="channels of the first level")
    widest: Depth = Field(2, description="channels of the lowest levels, in units of width")
    levels: Depth = Field(3, description="each has half the resolution of the one above")
    blocks: Depth = Field(1, description="residual blocks per level, down and up")
    condition: Width = Field(128, description="numbers that noise and T are made")
    waves: int = Field(
        0, ge=0, le=64, description="linear responses to the frame, mode for mode; 0: none"
    )
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

    width: Width = Field(32, description="channels on every cell of 2 x 2 sites")
    blocks: Depth = Field(3, description="residual blocks; each sees two cells further")
    condition: Width = Field(64, description="numbers that T and the spacing are made")


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
    frames_per_temperature: Count | None = Field(
        None, description="training frames used at each temperature, the first; null: all there are"
    )
    epochs: Count = Field(300, description="passes over the training frames")
    images_per_epoch: Count | None = Field(
        None, description="frames drawn in one epoch; null: every training frame once"
    )
    batch_size: Count = Field(64, description="frames per optimiser step")
    validation_fraction: Number = Field(
        0.1, gt=0, lt=1, description="share of frames, the last of each chain, that is held out"
    )
    threads: int = Field(
        1, gt=0, le=1024, description="threads of a CPU; part of the model, since sums depend on it"
    )
    training_seeds: int = Field(
        1,
        gt=0,
        le=1000,
        description="how many networks are trained, each from its own seed: three or more tell "
        "whether one model is better than another",
    )

    def draws_used(self, chains: int, draws: int) -> int:
        """Return how many draws of each chain are used, of those that there are."""
        wanted = self.frames_per_temperature
        return draws if wanted is None else min(draws, max(1, wanted // chains))

    def draws_seen(self, used: int) -> int:
        """Return how many of the draws used are trained on; the others, the last, are held out."""
        return used - math.ceil(self.validation_fraction * used)

    def smallest_batch(self, frames: int) -> int:
        """Return how many frames the smallest batch has, of an epoch over so many frames."""
        images = self.images_per_epoch or frames
        return images // math.ceil(images / self.batch_size)


class DiffusionSettings(Training):
    """A denoising diffusion model, conditional on T (the paper's Sec. 2.2 and 2.3)."""

    family: Literal["diffusion"]
    network: UNetSettings = UNetSettings()
    diffusion_steps: Steps = Field(1000, description="N_t")
    beta_start: Number = Field(1e-4, gt=0, lt=1, description="beta_1; beta_t is linear in t")
    beta_end: Number = Field(0.02, gt=0, lt=1, description="beta_(N_t)")
    prediction: Literal["eps", "v"] = Field(
        "eps", description="what the network returns: the noise, as in the paper, or v"
    )
    training_times: Literal["uniform", "focused"] = Field(
        "uniform",
        description="how often each t is trained on: all alike, as in the paper, or most often "
        "those at which spins are decided",
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="of the network's convolutions in training"
    )
    compile: bool = Field(
        False, description="compile the network for training: faster, after most of a minute"
    )
    learning_rate: Positive = Field(3e-4, description="of AdamW")
    adam_beta_2: Number = Field(
        0.999, gt=0, lt=1, description="decay of AdamW's mean of squared gradients"
    )
    learning_rate_schedule: Literal["constant", "cosine"] = Field(
        "constant", description="cosine: falls to zero over the epochs"
    )
    ema: Number = Field(0.0, ge=0, lt=1, description="decay of averaged weights per step; 0: off")

    @property
    def _log_alpha_bar(self) -> float:
        rise = (self.beta_end - self.beta_start) / (self.diffusion_steps - 1)
        betas = (self.beta_start + step * rise for step in range(self.diffusion_steps))
        return math.fsum(math.log1p(-beta) for beta in betas)

    @model_validator(mode="after")
    def _some_signal(self) -> Self:
        if self._log_alpha_bar < -600:
            raise ValueError(
                f"beta_end: {self.beta_end} with beta_start: {self.beta_start} and "
                f"diffusion_steps: {self.diffusion_steps} leaves less signal than a float can hold"
            )
        return self

    def largest_noise(self, lattice_size: int) -> float:
        """Return the noise over the signal that the reverse chain begins with."""
        return math.sqrt(math.expm1(-self._log_alpha_bar))

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
    noise_largest: Number = Field(
        2.0,
        ge=0.1,
        description="largest noise in units of L: the uniform mode carries L times the signal",
    )
    noise_center: Positive = Field(0.8, description="noise that is trained on most")
    noise_width: Positive = Field(0.8, description="width of its distribution, in ln sigma")
    references: int = Field(
        256,
        ge=0,
        le=10**6,
        description="frames of the same T that share in the target where noise is large; 0: none",
    )
    reference_translations: bool = Field(
        False,
        description="these frames at every place of the lattice; with augmentation: symmetries",
    )
    sampling_density: Number = Field(
        3.0, ge=1, description="how much denser sampling steps are where spins are decided"
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="of the network's arithmetic"
    )
    compile: bool = Field(
        False, description="compile the network for training: faster, after most of a minute"
    )
    optimizer: Literal["muon", "adamw"] = Field(
        "muon", description="of weights between channels; all others are always AdamW's"
    )
    matrix_learning_rate: Positive = Field(1e-2, description="of Muon")
    learning_rate: Positive = Field(1e-3, description="of AdamW")
    adam_beta_2: Number = Field(
        0.99, gt=0, lt=1, description="decay of AdamW's mean of squared gradients"
    )
    learning_rate_schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="cosine: falls to zero over the epochs"
    )
    ema: Number = Field(0.998, ge=0, lt=1, description="decay of averaged weights per step; 0: off")

    @model_validator(mode="after")
    def _translations_are_symmetries(self) -> Self:
        if self.reference_translations and self.augmentation != "symmetries":
            raise ValueError(
                f"reference_translations: true, but augmentation: {self.augmentation} does not "
                "move frames; allowed are false, or augmentation: symmetries"
            )
        return self

    def largest_noise(self, lattice_size: int) -> float:
        """Return the noise over the signal that the reverse chain begins with."""
        return self.noise_largest * lattice_size

    @property
    def unit(self) -> int:
        """Lattice sizes are multiples of it."""
        return self.network.patch * 2 ** (self.network.levels - 1)


class AdversarialSettings(Training):
    """A Wasserstein GAN, conditional on T (the paper's Sec. 2.4)."""

    family: Literal["gan"]
    width: Width = Field(64, description="channels of the layer next to the frame")
    latent: Width = Field(100, description="Gaussian numbers z per frame")
    temperature_embedding: Width = Field(100, description="d of the generator's T embedding")
    magnetization_loss: Number = Field(
        0.0, ge=0, description="weight of the squared error of the mean spin (GAN-M: 1)"
    )
    generator_learning_rate: Positive = Field(5e-5, description="of RMSprop")
    critic_learning_rate: Positive = Field(5e-5, description="of RMSprop")
    critic_steps: Count = Field(5, description="critic steps per generator step")
    weight_clip: Positive = Field(0.01, description="largest absolute weight of the critic")

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
    learning_rate: Positive = Field(4e-3, description="of AdamW")
    adam_beta_2: Number = Field(
        0.99, gt=0, lt=1, description="decay of AdamW's mean of squared gradients"
    )
    learning_rate_schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="cosine: falls to zero over the epochs"
    )
    ema: Number = Field(0.998, ge=0, lt=1, description="decay of averaged weights per step; 0: off")

    @property
    def unit(self) -> int:
        """Lattice sizes are multiples of it."""
        return 4


class PenalizedSettings(Training):
    """A Wasserstein GAN with gradient penalty, see ``models.penalized``."""

    family: Literal["wgan-gp"]
    patch: Literal[1, 2, 4] = Field(2, description="sites along a patch, the first level's unit")
    generator_width: Width = Field(32, description="channels of its first level")
    critic_width: Width = Field(32, description="channels of its first level")
    widest: Depth = Field(2, description="channels of the lowest levels, in units of width")
    levels: Depth = Field(4, description="each has half the resolution of the one above")
    blocks: Depth = Field(1, description="residual blocks per level")
    condition: Width = Field(64, description="numbers that T is made")
    latent: Width = Field(4, description="Gaussian numbers z per frame")
    noise: Width = Field(8, description="Gaussian numbers per site of every block")
    gradient_penalty: Positive = Field(10.0, description="weight of the penalty")
    critic_steps: Count = Field(4, description="critic steps per generator step")
    generator_learning_rate: Positive = Field(1.5e-3, description="of Adam")
    critic_learning_rate: Positive = Field(2.5e-3, description="of Adam")
    adam_beta_1: Number = Field(0.5, ge=0, lt=1, description="decay of Adam's mean of gradients")
    adam_beta_2: Number = Field(
        0.99, gt=0, lt=1, description="decay of Adam's mean of squared gradients"
    )
    learning_rate_schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="cosine: falls to zero over the epochs"
    )
    ema: Number = Field(
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

FAMILIES = ("diffusion", "continuous", "autoregressive", "gan", "wgan-gp")
"""Which pydantic puts into the place of an error, though no config has them there."""


LONGEST = 60
"""Letters of a wrong value that are shown."""

PLAIN = "a name is needed, of letters, digits, _, . and -, a letter or digit first"
PLACE = "a path is needed with {T} in it once, and without blanks or signs that shells read"
"""In place of regular expressions."""


def explain(error: ValidationError) -> str:
    """Return the first of pydantic's complaints, and the number of others, in one line."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"] if part not in FAMILIES)
    text = re.sub(r"^(Value|Assertion) error, ", "", first["msg"])
    if first["type"] == "string_pattern_mismatch":
        text = PLACE if "{T" in first["ctx"]["pattern"].replace("\\", "") else PLAIN
    shown = repr(first["input"])
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
    given = "" if isinstance(first["input"], dict | list) else f" (given: {shown})"
    others = error.error_count() - 1
    more = f"; and {others} more" if others else ""
    return " ".join(f"{place}: {text}{given}{more}".removeprefix(": ").split())
