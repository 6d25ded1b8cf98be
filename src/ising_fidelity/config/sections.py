"""The sections of a config, one pydantic model each."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ising_fidelity.lattice import CRITICAL_TEMPERATURE, LARGEST_LATTICE
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.schema import (
    PATH,
    Count,
    Name,
    Positive,
    Section,
    SomeTemperatures,
    SourceName,
    Steps,
    Temperatures,
)

STARTS = ("random", "ordered")
"""Where Monte Carlo without a model begins; the names of sources if relaxation has them."""

FEWEST_PLACES = 8
"""Pairs of lattice size and temperature that finite-size scaling needs more of."""


class MonteCarlo(Section):
    """One Monte Carlo source: how its frames are made at every temperature."""

    sampler: Literal["auto", "metropolis", "checkerboard", "cluster"] = Field(
        description="metropolis (random site, the paper's), checkerboard, cluster (Wolff), or "
        "auto: checkerboard where it is the better one, else cluster"
    )
    frames: Count = Field(description="frames per temperature, over all chains")
    chains: Count = Field(1, description="independent chains that share the frames")
    thermalization: int = Field(ge=0, le=10**9, description="sweeps before the first frame")
    spacing: Count = Field(description="sweeps between frames")
    evaluated: bool = Field(
        True,
        description="whether it is held against the others; false: its frames are made only where "
        "models are trained on them",
    )

    @model_validator(mode="after")
    def _whole_chains(self) -> Self:
        if self.frames % self.chains:
            raise ValueError(f"frames: {self.frames} is not a multiple of chains: {self.chains}")
        return self


class ForeignSource(Section):
    """A user's own set of frames, one file per temperature."""

    frames: str = Field(
        pattern=PATH,
        description="path of the files, {T} being the temperature: frames/T{T}.nc",
    )


class Sampling(Chain):
    """How frames are sampled from every model."""

    frames: Count = Field(1000, description="frames per temperature and model")


class Comparison(Section):
    """What is compared beyond distributions; both take long."""

    memory_frames: int = Field(
        0,
        ge=0,
        le=10**9,
        description="frames held against all training frames modulo translations, the square's "
        "symmetries and sign; 0: none",
    )
    classifier: bool = Field(
        False, description="train a network to tell every source from the reference at each T"
    )


class Equilibration(Section):
    """Energy and magnetisation on the way from random starts (the paper's first Fig. 4)."""

    temperatures: Temperatures = Field(default=[], description="1.80, 2.30 and 2.80 in the paper")
    starts: Count = Field(100, description="random starts per temperature")
    sweeps: Count = Field(1000, description="Monte Carlo sweeps from each start")
    sampling_steps: Steps | None = Field(
        None, description="steps of the reverse chain; null: all N_t of the model"
    )
    sources: list[Name] = Field(default=[], description="Monte Carlo sources, diffusion models")


class Relaxation(Section):
    """The hybrid: Monte Carlo on top of models' frames, as sources DiffIsing1+5sweeps."""

    sweeps: list[Count] = Field(min_length=1, description="each a source per model and start")
    clusters: list[Count] = Field(
        default=[], description="numbers of Wolff's clusters per frame, as DiffIsing1+3clusters"
    )
    models: list[Name] = Field(min_length=1, description="whose frames are relaxed")
    starts: list[Literal["random", "ordered"]] = Field(
        default=[], description="held beside the models: frames of coins, or of one sign each"
    )


class Finish(Section):
    """The posterior Gibbs finish, as sources DiffIsing3+3gibbs: it uses the Hamiltonian."""

    sigma: Positive = Field(
        3.0,
        description="noise at which the reverse chain is left for heat-bath sweeps, or its first "
        "level below",
    )
    sweeps: list[Count] = Field(min_length=1, description="each a source per model")
    models: list[Name] = Field(min_length=1, description="diffusion models that are finished so")


class Attribution(Section):
    """Which error makes how much of a wrong specific heat, for all models and foreign frames."""

    temperatures: SomeTemperatures = Field(
        description="below T_c; in place of one that the run lacks, the nearest that it has"
    )
    sweeps: list[Count] = Field(
        min_length=1, description="of relaxation; the most of them mend the thermal part"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for temperature in self.temperatures:
            if not 0 < float(temperature) < CRITICAL_TEMPERATURE:
                raise ValueError(
                    f"temperatures: {temperature}; allowed are those above 0 and below "
                    f"T_c = {CRITICAL_TEMPERATURE:.6f}"
                )
        return self


class FiniteSize(Section):
    """Critical temperature and exponents from lattices of several sizes, of some sources."""

    lattice_sizes: list[Annotated[int, Field(ge=4, le=LARGEST_LATTICE)]] = Field(
        min_length=3, description="three or more, since corrections to scaling are fitted too"
    )
    temperatures: SomeTemperatures = Field(description="close to T_c; seven are good")
    sources: list[Name] = Field(
        min_length=1, description="Monte Carlo sources, models; one of family gan has one size"
    )
    frames: Count | None = Field(
        None, description="of every Monte Carlo file, over all chains; null: as in monte_carlo"
    )

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if len(set(self.lattice_sizes)) < len(self.lattice_sizes):
            raise ValueError(f"lattice_sizes: {self.lattice_sizes}; allowed are different ones")
        if len(self.lattice_sizes) * len(self.temperatures) <= FEWEST_PLACES:
            raise ValueError(
                f"temperatures: {len(self.temperatures)} at {len(self.lattice_sizes)} lattice "
                f"sizes; allowed are more than {FEWEST_PLACES} pairs of both"
            )
        return self


class Figure(Section):
    """What one figure shows, of sources that the run has and at the nearest of its temperatures."""

    sources: list[SourceName] = Field(default=[], description="sources in the order of the legend")
    temperatures: Temperatures = Field(
        default=[], description="for figures of single temperatures; all of the run if not given"
    )
