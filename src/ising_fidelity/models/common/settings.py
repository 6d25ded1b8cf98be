"""Settings shared by all families of models."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from ising_fidelity.schema import Count, Number, Positive, Section, SomeTemperatures

Padding = Literal["zeros", "circular"]


LearningRate = Annotated[Positive, Field(description="learning rate of AdamW")]
AdamBeta2 = Annotated[
    Number, Field(gt=0, lt=1, description="decay of AdamW's mean of squared gradients")
]
Schedule = Annotated[
    Literal["constant", "cosine"], Field(description="cosine: falls to zero over the epochs")
]
Optimizer = Annotated[
    Literal["muon", "adamw"],
    Field(description="optimiser of weights between channels; all others use AdamW"),
]
Ema = Annotated[Number, Field(ge=0, lt=1, description="decay of averaged weights per step; 0: off")]


def _with_like(schema: dict[str, Any]) -> None:
    """Add ``like`` to the schema; it is resolved before a config is validated."""
    text = "template or other model whose keys this one has, but for those that it names itself"
    schema["properties"] = {"like": {"type": "string", "description": text}, **schema["properties"]}


class Training(Section):
    """Keys shared by all families of models, and facts about a family.

    Attributes
    ----------
    chain_options
        Names of the options of :class:`~ising_fidelity.models.sampling.options.Chain` that the
        family supports; empty if its models have no reverse chain.
    any_size
        Whether a model samples other lattice sizes than it was trained on.
    least_batch
        The smallest batch size for which the networks can be trained.
    gives_probability
        Whether frames come with the probability of each.
    dropped_keys
        Keys that older versions wrote into checkpoints, with the one value that has no effect.
    """

    model_config = ConfigDict(json_schema_extra=_with_like)

    chain_options: ClassVar[tuple[str, ...]] = ()
    any_size: ClassVar[bool] = True
    least_batch: ClassVar[int] = 1
    gives_probability: ClassVar[bool] = False
    dropped_keys: ClassVar[Mapping[str, Any]] = {}

    if TYPE_CHECKING:
        family: str

    training_temperatures: SomeTemperatures = Field(
        description="temperatures of the frames that the model is trained on"
    )
    training_source: str | None = Field(
        None, description="Monte Carlo source of training frames; null: the run's training_source"
    )
    augmentation: Literal["none", "flip", "symmetries"] = Field(
        "none",
        description="flip: also the globally flipped frames; symmetries: each frame with a random "
        "sign, translation and symmetry of the square, sampled anew each time",
    )
    frames_per_temperature: Count | None = Field(
        None, description="training frames used per temperature, the first ones; null: all"
    )
    epochs: Count = Field(300, description="passes over the training frames")
    images_per_epoch: Count | None = Field(
        None, description="frames in one epoch; null: every training frame once"
    )
    batch_size: Count = Field(64, description="frames per optimiser step")
    validation_fraction: Number = Field(
        0.1, gt=0, lt=1, description="share of held-out frames, the last ones of each chain"
    )
    threads: int = Field(
        1, gt=0, le=1024, description="CPU threads; part of the model, since sums depend on them"
    )
    training_seeds: int = Field(
        1,
        gt=0,
        le=1000,
        description="number of networks, each trained from its own seed; a comparison of models "
        "needs three or more",
    )

    def draws_used(self, chains: int, draws: int) -> int:
        """Return how many draws of each chain are used."""
        wanted = self.frames_per_temperature
        return draws if wanted is None else min(draws, max(1, wanted // chains))

    def draws_seen(self, used: int) -> int:
        """Return how many of the used draws are trained on; the last ones are held out."""
        return used - math.ceil(self.validation_fraction * used)

    def smallest_batch(self, frames: int) -> int:
        """Return the size of the smallest batch of an epoch over this number of frames."""
        images = self.images_per_epoch or frames
        return images // math.ceil(images / self.batch_size)

    @property
    def unit(self) -> int:
        """Lattice sizes must be multiples of this number."""
        return 1

    @property
    def other_sizes(self) -> Sequence[int]:
        """Lattice sizes of training frames besides that of the run."""
        return ()

    @property
    def chain_length(self) -> int | None:
        """N_t of a reverse chain; None if its number of steps is free, or there is no chain."""
        return None

    def largest_noise(self, lattice_size: int) -> float | None:
        """Return the noise-to-signal ratio at the start of the reverse chain, if there is one."""
        return None


class AveragedTraining(Training):
    """Keys of models that are trained by AdamW, with averaged weights."""

    learning_rate: LearningRate = 1e-3
    adam_beta_2: AdamBeta2 = 0.99
    learning_rate_schedule: Schedule = "cosine"
    ema: Ema = 0.998


class MatrixTraining(AveragedTraining):
    """Keys of models whose weights between channels may have an optimiser of their own."""

    optimizer: Optimizer = "adamw"
    matrix_learning_rate: Positive = Field(1e-2, description="learning rate of Muon")


class DenoisingTraining(MatrixTraining):
    """Keys of models that are trained to remove noise."""

    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="precision of the network's arithmetic in training"
    )
    compile: bool = Field(
        False, description="compile the network for training: faster, after a minute of compiling"
    )
