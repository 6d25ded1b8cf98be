"""How a reverse chain is walked: the one place where its options and their defaults stand."""

from typing import Literal

from pydantic import Field

from ising_fidelity.schema import Section, Steps


class Chain(Section):
    """Options of the reverse chain; each family says which of them it has."""

    sampling_steps: Steps | None = Field(
        None, description="steps of the reverse chain; null: all N_t, and 100 of a continuous model"
    )
    reverse_variance: Literal["beta", "posterior"] = Field(
        "beta",
        description="variance of the reverse step of a diffusion model: beta_t (the paper), or "
        "that of q(x_(t-1)|x_t,x_0)",
    )
    sampler: Literal["trapezoid", "multistep"] = Field(
        "trapezoid",
        description="of models of continuous noise; multistep is the second-order stochastic "
        "solver of DPM-Solver++",
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="of networks that have a chain, in sampling; bfloat16 is as accurate, and "
        "faster where the processor has it",
    )
    compile: bool = Field(
        False, description="compile networks that have a chain: faster, after most of a minute"
    )


class GibbsFinish(Section):
    """The posterior Gibbs finish; it uses the Hamiltonian."""

    finish_sigma: float = Field(
        gt=0,
        description="noise at which the reverse chain is left for heat-bath sweeps, or its first "
        "level below",
    )
    finish_sweeps: int = Field(10, ge=0, le=10**9, description="heat-bath sweeps after that")
