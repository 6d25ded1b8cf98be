"""Settings of a model of any framework."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ising_fidelity.models.command import placeholders
from ising_fidelity.models.common.settings import Training
from ising_fidelity.schema import Number, Temperatures

Text = Annotated[str, Field(min_length=1)]


class CommandSettings(Training):
    """A model of any framework: shell commands train it and sample from it."""

    if not TYPE_CHECKING:
        # Keys that a command decides itself, with the value that has no effect.
        augmentation: ClassVar[str] = "none"
        frames_per_temperature: ClassVar[None] = None
        epochs: ClassVar[int] = 1
        images_per_epoch: ClassVar[None] = None
        batch_size: ClassVar[int] = 1
        validation_fraction: ClassVar[float] = 0.0

    family: Literal["command"]
    train: Text | None = Field(
        None,
        description="command that reads the netCDF files {frames} and writes the model to "
        "{output}; it may use {state}, {seed}, {L}, {threads}; null: no training",
    )
    sample: Text = Field(
        description="command that writes {n} frames at {T} to {output}, as .npy, .npz or netCDF; "
        "it may use {model}, the file written by train, {seed}, {L}, {threads}"
    )
    inputs: list[Text] = Field(
        default=[],
        description="files that the commands read; if one changes, the model is rebuilt",
    )
    variable: Text | None = Field(
        None, description="name of the frames in the output of sample, if it is ambiguous"
    )
    alphabet: list[Number] | None = Field(
        None,
        min_length=2,
        max_length=2,
        description="values of spins down and up in that output, if they are ambiguous",
    )
    training_temperatures: Temperatures = Field(
        default=[], description="temperatures of the frames that train reads"
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for key, command, allowed, needed in (
            ("train", self.train, placeholders.TRAINING, ("frames", "output")),
            ("sample", self.sample, placeholders.SAMPLING, ("T", "output")),
        ):
            try:
                placeholders.check(command, allowed, needed) if command else None
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from None
        asks = "model" in placeholders.named(self.sample)
        if self.train is None:
            if asks:
                raise ValueError("sample: it uses {model}, but there is no train that writes it")
            for key, given in (
                ("training_temperatures", self.training_temperatures),
                ("training_source", self.training_source),
                ("training_seeds", self.training_seeds > 1),
            ):
                if given:
                    raise ValueError(f"{key}: there is no train; allowed is to leave it out")
        elif not asks:
            raise ValueError("sample: without {model}, the file that train writes")
        elif not self.training_temperatures:
            raise ValueError("training_temperatures: none; train needs one or more")
        return self

    @property
    def any_size(self) -> bool:  # type: ignore[override]  # of one model, not of the family
        """Whether other lattice sizes are sampled: assumed if the command uses {L}."""
        return "L" in placeholders.named(self.sample)

    def of_training(self) -> dict[str, Any]:
        """Return the settings that a trained model depends on, besides frames, seed and inputs."""
        return self.model_dump(mode="json", include={"train", "training_temperatures", "threads"})

    def of_sampling(self) -> dict[str, Any]:
        """Return the settings that frames depend on, besides the model, seed and inputs."""
        return self.model_dump(mode="json", include={"sample", "threads", "variable", "alphabet"})
