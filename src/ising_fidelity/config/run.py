"""The schema of a whole config, and what follows from it: sources, models, repeats.

Unknown keys are errors. The JSON schema in ``workflow/schema`` is generated from this module.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ising_fidelity.config.absent import NullIsEmpty, nearest
from ising_fidelity.config.checks import CHECKS
from ising_fidelity.config.sections import (
    Attribution,
    Comparison,
    Equilibration,
    Figure,
    Finish,
    FiniteSize,
    ForeignSource,
    Metropolised,
    MonteCarlo,
    Relaxation,
    Sampling,
)
from ising_fidelity.lattice import CRITICAL_TEMPERATURE, LARGEST_LATTICE
from ising_fidelity.models.family import family_of
from ising_fidelity.models.settings import ModelSettings
from ising_fidelity.schema import Name, Section, SomeTemperatures


class Config(Section):
    """A whole run."""

    run: Name = Field(description="name of the run's folder in results/")
    lattice_size: int = Field(ge=2, le=LARGEST_LATTICE, description="L; frames are L x L")
    seed: int = Field(ge=0, lt=2**63, description="seed of all random numbers of the run")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: a GPU if available")
    temperatures: SomeTemperatures = Field(description="evaluation temperatures")
    monte_carlo: dict[Name, MonteCarlo | None] = Field(
        min_length=1, description="Monte Carlo sources; null leaves one out"
    )
    training_source: Name = Field(
        "mc-paper", description="Monte Carlo source of training frames, by default"
    )
    reference: Name = Field(
        "mc", description="Monte Carlo source that all others are compared with"
    )
    sources: Annotated[dict[Name, ForeignSource | None], NullIsEmpty()] = Field(
        default={}, description="imported frames; null leaves out a source, or all"
    )
    templates: Annotated[dict[Name, dict[str, Any]], NullIsEmpty()] = Field(
        default={}, exclude=True, description="sets of keys that models can inherit by `like`"
    )
    models: Annotated[dict[Name, ModelSettings | None], NullIsEmpty()] = Field(
        default={}, description="models; null leaves out a model, or all"
    )
    sampling: Sampling = Sampling()
    comparison: Annotated[Comparison, NullIsEmpty()] = Field(
        Comparison(), description="null: distances of distributions only"
    )
    equilibration: Annotated[Equilibration, NullIsEmpty()] = Field(
        Equilibration(), description="null: no time series from random starts"
    )
    finish: Finish | None = Field(None, description="null: no Gibbs finish")
    metropolised: Metropolised | None = Field(None, description="null: no metropolised frames")
    relaxation: Relaxation | None = Field(None, description="null: no relaxed frames")
    attribution: Attribution | None = Field(None, description="null: no attribution")
    finite_size: FiniteSize | None = Field(None, description="null: no finite-size scaling")
    figures: Annotated[dict[str, Figure | None], NullIsEmpty()] = Field(
        default={}, description="null leaves out a figure, or all"
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        for check in CHECKS:
            check(self)
        return self

    @property
    def chains(self) -> dict[str, MonteCarlo]:
        """Monte Carlo sources of this run, without null entries."""
        return {name: chain for name, chain in self.monte_carlo.items() if chain is not None}

    @property
    def foreign(self) -> dict[str, ForeignSource]:
        """Imported sources of this run, without null entries."""
        return {name: source for name, source in self.sources.items() if source is not None}

    @property
    def walked(self) -> list[str]:
        """Sources with time series from random starts."""
        return [name for name in self.equilibration.sources if name in self.all_sources]

    @property
    def scaled(self) -> list[str]:
        """Sources with finite-size scaling."""
        named = self.finite_size.sources if self.finite_size else []
        return [name for name in named if name in {*self.chains, *self.trained_models}]

    @property
    def trained_models(self) -> dict[str, ModelSettings]:
        """Models of this run, without null entries, and their further training seeds."""
        given = {name: model for name, model in self.models.items() if model is not None}
        trained = {
            name: model.model_copy(update={"training_seeds": 1}) for name, model in given.items()
        }
        for name, repeats in self.repeats.items():
            trained |= dict.fromkeys(repeats, trained[name])
        return trained

    @property
    def networks(self) -> dict[str, ModelSettings]:
        """Trained models that are networks of this package."""
        return {
            name: model
            for name, model in self.trained_models.items()
            if family_of(model).has_network
        }

    @property
    def commands(self) -> dict[str, Any]:
        """Trained models that the user's own commands train and sample."""
        networks = self.networks
        return {name: one for name, one in self.trained_models.items() if name not in networks}

    @property
    def repeats(self) -> dict[str, list[str]]:
        """Sources of second and later training seeds, by model."""
        return {
            name: [f"{name}.seed{number}" for number in range(2, model.training_seeds + 1)]
            for name, model in self.models.items()
            if model is not None and model.training_seeds > 1
        }

    @property
    def all_sources(self) -> list[str]:
        """All sources of frames that are evaluated in this run."""
        chains = [name for name, chain in self.chains.items() if chain.evaluated]
        made = (*self.trained_models, *self.finished_sources, *self.metropolised_sources)
        return [*chains, *made, *self.starts, *self.relaxed_sources, *self.foreign]

    def trained_on(self, model: str) -> str:
        """Return the Monte Carlo source whose frames a model is trained on."""
        return self.trained_models[model].training_source or self.training_source

    def begun(self, source: str) -> str:
        """Return the source from whose frames a source is made, or itself."""
        made = self.relaxed_sources | self.finished_sources
        return self.metropolised_sources.get(source) or made.get(source, (source, 0))[0]

    def model_behind(self, source: str) -> ModelSettings | None:
        """Return the settings of the network that a source's frames come from, if any."""
        return self.trained_models.get(self.begun(source))

    @property
    def starts(self) -> list[str]:
        """Starts of relaxation without a model, which are sources, too."""
        return list(dict.fromkeys(self.relaxation.starts)) if self.relaxation else []

    @property
    def relaxed_sources(self) -> dict[str, tuple[str, int]]:
        """Relaxed sources: the original source, and the number of sweeps or clusters."""
        if self.relaxation is None:
            return {}
        begun = [*self.relaxation.models, *self.starts]
        return {
            **self._after(begun, self.relaxation.sweeps, "sweeps"),
            **self._after(begun, self.relaxation.clusters, "clusters"),
        }

    @property
    def finished_sources(self) -> dict[str, tuple[str, int]]:
        """Sources with a Gibbs finish: the model and the number of sweeps."""
        return self._after(self.finish.models, self.finish.sweeps, "gibbs") if self.finish else {}

    @property
    def metropolised_sources(self) -> dict[str, str]:
        """Metropolised sources: the model whose frames are the proposals."""
        named = self.metropolised.models if self.metropolised else []
        return {f"{name}+metropolised": name for name in named if name in self.trained_models}

    def _after(
        self, begun: Sequence[str], counts: Sequence[int], suffix: str
    ) -> dict[str, tuple[str, int]]:
        return {
            f"{source}+{count}{suffix}": (source, count)
            for source in begun
            if source in {*self.trained_models, *self.starts}
            for count in sorted(set(counts))
        }

    @property
    def attributed(self) -> dict[str, list[str]]:
        """Sources whose specific heat is attributed to causes, with their temperatures."""
        if self.attribution is None:
            return {}
        there = list(dict.fromkeys(self.attributed_temperatures.values()))
        return {source: there for source in (*self.trained_models, *self.foreign) if there}

    @property
    def attributed_temperatures(self) -> dict[str, str]:
        """The nearest temperature of the run below T_c for each temperature of the attribution."""
        cold = [T for T in self.temperatures if float(T) < CRITICAL_TEMPERATURE]
        return nearest(self.attribution.temperatures, cold) if self.attribution else {}
