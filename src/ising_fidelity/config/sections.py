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
"""Starts of relaxation without a model, which are also names of sources."""

FEWEST_PLACES = 8
"""Finite-size scaling needs more pairs of lattice size and temperature than this."""


class MonteCarlo(Section):
    """One Monte Carlo source."""

    sampler: Literal["auto", "metropolis", "checkerboard", "cluster"] = Field(
        description="metropolis (random site, as in the paper), checkerboard, cluster (Wolff), or "
        "auto: checkerboard or cluster, whichever is more efficient"
    )
    frames: Count = Field(description="frames per temperature, over all chains")
    chains: Count = Field(1, description="number of independent chains")
    thermalization: int = Field(ge=0, le=10**9, description="sweeps before the first frame")
    spacing: Count = Field(description="sweeps between frames")
    evaluated: bool = Field(
        True,
        description="false: only used for training, and simulated at training temperatures only",
    )

    @model_validator(mode="after")
    def _whole_chains(self) -> Self:
        if self.frames % self.chains:
            raise ValueError(f"frames: {self.frames} is not a multiple of chains: {self.chains}")
        return self


class ForeignSource(Section):
    """Imported frames, one file per temperature."""

    frames: str = Field(
        pattern=PATH,
        description="path of the files with {T} for the temperature, e.g. frames/T{T}.nc",
    )


class Sampling(Chain):
    """Sampling of frames from every model."""

    frames: Count = Field(1000, description="frames per temperature and model")


class Comparison(Section):
    """Further comparisons, which take long."""

    memory_frames: int = Field(
        0,
        ge=0,
        le=10**9,
        description="frames compared with all training frames modulo translations, the square's "
        "symmetries and sign; 0: none",
    )
    classifier: bool = Field(
        False, description="train a network to separate every source from the reference at each T"
    )


class Equilibration(Section):
    """Time series of energy and magnetisation from random starts (the paper's first Fig. 4)."""

    temperatures: Temperatures = Field(
        default=[], description="temperatures; 1.80, 2.30 and 2.80 in the paper"
    )
    starts: Count = Field(100, description="random starts per temperature")
    sweeps: Count = Field(1000, description="Monte Carlo sweeps from each start")
    sampling_steps: Steps | None = Field(
        None, description="steps of the reverse chain; null: all N_t of the model"
    )
    sources: list[Name] = Field(default=[], description="Monte Carlo sources and diffusion models")


class Relaxation(Section):
    """The hybrid: Monte Carlo started from models' frames, as sources DiffIsing1+5sweeps."""

    sweeps: list[Count] = Field(
        min_length=1, description="numbers of sweeps; each gives a source per model and start"
    )
    clusters: list[Count] = Field(
        default=[], description="numbers of Wolff clusters per frame, as DiffIsing1+3clusters"
    )
    models: list[Name] = Field(min_length=1, description="models whose frames are relaxed")
    starts: list[Literal["random", "ordered"]] = Field(
        default=[], description="baselines: random configurations, or frames of one sign"
    )


class Finish(Section):
    """The posterior Gibbs finish, as sources DiffIsing3+3gibbs; it uses the Hamiltonian."""

    sigma: Positive = Field(
        3.0,
        description="noise level at or below which heat-bath sweeps replace the reverse chain",
    )
    sweeps: list[Count] = Field(
        min_length=1, description="numbers of sweeps; each gives a source per model"
    )
    models: list[Name] = Field(min_length=1, description="diffusion models to finish")


class Metropolised(Section):
    """An independence Metropolis chain of a model's frames, as source MultiscaleAR+metropolised."""

    models: list[Name] = Field(min_length=1, description="models that give ln q of each frame")


class Attribution(Section):
    """Attribution of a wrong specific heat to causes, for all models and imported frames."""

    temperatures: SomeTemperatures = Field(
        description="temperatures below T_c; the nearest ones of the run are used"
    )
    sweeps: list[Count] = Field(
        min_length=1,
        description="sweeps of relaxation; the largest number defines the thermal part",
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
    """Critical temperature and exponents from several lattice sizes."""

    lattice_sizes: list[Annotated[int, Field(ge=4, le=LARGEST_LATTICE)]] = Field(
        min_length=3, description="three or more, as corrections to scaling are fitted, too"
    )
    temperatures: SomeTemperatures = Field(
        description="temperatures close to T_c; seven are recommended"
    )
    sources: list[Name] = Field(
        min_length=1, description="Monte Carlo sources and models, except those of family gan"
    )
    frames: Count | None = Field(
        None,
        description="frames per Monte Carlo file, over all chains; null: as in monte_carlo",
    )

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if len(set(self.lattice_sizes)) < len(self.lattice_sizes):
            raise ValueError(f"lattice_sizes: {self.lattice_sizes}; allowed are distinct sizes")
        if len(self.lattice_sizes) * len(self.temperatures) <= FEWEST_PLACES:
            raise ValueError(
                f"temperatures: {len(self.temperatures)} at {len(self.lattice_sizes)} lattice "
                f"sizes; more than {FEWEST_PLACES} pairs of size and temperature are needed"
            )
        return self


class Figure(Section):
    """Sources and temperatures of one figure.

    Sources that the run lacks are left out; the nearest temperatures of the run are used.
    """

    sources: list[SourceName] = Field(default=[], description="sources in the order of the legend")
    temperatures: Temperatures = Field(
        default=[], description="for figures at single temperatures; default: all of the run"
    )
