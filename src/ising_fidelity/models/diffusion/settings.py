"""Settings of denoising diffusion models."""

import math
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ising_fidelity.models.common.settings import (
    AdamBeta2,
    DenoisingTraining,
    Ema,
    LearningRate,
    Padding,
    Schedule,
)
from ising_fidelity.schema import Number, Section, Steps, Width


class UNetSettings(Section):
    """The network of a diffusion model; width 64 and embedding 256 are the paper's."""

    width: Width = Field(64, description="channels of the first level")
    embedding: Width = Field(
        256, multiple_of=2, description="dimension of the embeddings of t and T"
    )
    attention: bool = Field(False, description="self-attention with 4 heads after each level")
    padding: Padding = Field(
        "zeros", description="padding of convolutions; circular preserves translation symmetry"
    )

    @model_validator(mode="after")
    def _heads(self) -> Self:
        if self.attention and self.width % 4:
            raise ValueError("width must be a multiple of 4 with attention: true (4 heads)")
        return self


class DiffusionSettings(DenoisingTraining):
    """A denoising diffusion model, conditional on T (the paper's Sec. 2.2 and 2.3)."""

    chain_options: ClassVar[tuple[str, ...]] = (
        "sampling_steps",
        "reverse_variance",
        "reverse_solver",
        "precision",
        "compile",
    )

    family: Literal["diffusion"]
    network: UNetSettings = UNetSettings()
    diffusion_steps: Steps = Field(1000, description="number of diffusion steps N_t")
    beta_start: Number = Field(
        1e-4,
        gt=0,
        lt=1,
        description="beta_1, the noise variance of the first step; beta_t is linear in t",
    )
    beta_end: Number = Field(0.02, gt=0, lt=1, description="beta_(N_t)")
    prediction: Literal["eps", "v"] = Field(
        "eps", description="prediction of the network: the noise, as in the paper, or v"
    )
    training_times: Literal["uniform", "focused"] = Field(
        "uniform",
        description="distribution of t in training: uniform, as in the paper, or focused on the "
        "noise at which spins are decided",
    )

    learning_rate: LearningRate = 3e-4
    adam_beta_2: AdamBeta2 = 0.999
    learning_rate_schedule: Schedule = "constant"
    ema: Ema = 0.0

    @property
    def chain_length(self) -> int:
        """N_t."""
        return self.diffusion_steps

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
        """Return the noise-to-signal ratio at the start of the reverse chain."""
        return math.sqrt(math.expm1(-self._log_alpha_bar))

    @property
    def unit(self) -> int:
        """Lattice sizes must be multiples of this number."""
        return 8
