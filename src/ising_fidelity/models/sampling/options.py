"""Options of the reverse chain and their defaults."""

from typing import Literal

from pydantic import Field

from ising_fidelity.schema import Section, Steps


class Chain(Section):
    """Options of the reverse chain; each family supports some of them."""

    sampling_steps: Steps | None = Field(
        None, description="steps of the reverse chain; null: all N_t, or 100 for a continuous model"
    )
    reverse_variance: Literal["beta", "posterior"] = Field(
        "beta",
        description="variance of the reverse step of a diffusion model: beta_t (the paper), or "
        "that of q(x_(t-1)|x_t,x_0)",
    )
    reverse_solver: Literal["ancestral", "multistep"] = Field(
        "ancestral",
        description="solver of diffusion models: ancestral sampling, as in the paper, or the "
        "second-order stochastic solver of DPM-Solver++, which needs fewer steps and has no "
        "reverse_variance",
    )
    sampler: Literal["trapezoid", "multistep"] = Field(
        "trapezoid",
        description="solver of continuous-noise models; multistep is the second-order stochastic "
        "solver of DPM-Solver++",
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="precision of networks with a chain, in sampling; bfloat16 is as accurate, and "
        "faster where the processor supports it",
    )
    compile: bool = Field(
        False, description="compile networks with a chain: faster, after a minute of compiling"
    )


class GibbsFinish(Section):
    """The posterior Gibbs finish; it uses the Hamiltonian."""

    finish_sigma: float = Field(
        gt=0,
        description="noise at which heat-bath sweeps replace the rest of the reverse chain, or its "
        "first level below",
    )
    finish_sweeps: int = Field(10, ge=0, le=10**9, description="number of these heat-bath sweeps")
