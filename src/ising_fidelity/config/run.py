"""What a config may say: one pydantic model per section, no unknown keys.

``config.yaml`` and the presets are read through this module alone; the JSON schema below
``workflow/schema`` is generated from it.
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

    run: Name = Field(description="name of the folder below results/")
    lattice_size: int = Field(ge=2, le=LARGEST_LATTICE, description="L: frames are L x L")
    seed: int = Field(ge=0, lt=2**63, description="every random stream of the run derives from it")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="auto: a GPU if there is one"
    )
    temperatures: SomeTemperatures = Field(description="evaluation temperatures")
    monte_carlo: dict[Name, MonteCarlo | None] = Field(
        min_length=1, description="null leaves one out of the run"
    )
    training_source: Name = Field("mc-paper", description="Monte Carlo source that trains models")
    reference: Name = Field("mc", description="Monte Carlo source that sources are held against")
    sources: Annotated[dict[Name, ForeignSource | None], NullIsEmpty()] = Field(
        default={}, description="frames made elsewhere; null leaves a source, or all, out"
    )
    templates: Annotated[dict[Name, dict[str, Any]], NullIsEmpty()] = Field(
        default={}, exclude=True, description="keys of models that are `like` them"
    )
    models: Annotated[dict[Name, ModelSettings | None], NullIsEmpty()] = Field(
        default={}, description="the model zoo; null leaves a model, or all, out of the run"
    )
    sampling: Sampling = Sampling()
    comparison: Annotated[Comparison, NullIsEmpty()] = Field(
        Comparison(), description="null: nothing beyond distributions"
    )
    equilibration: Annotated[Equilibration, NullIsEmpty()] = Field(
        Equilibration(), description="null: no walks from random starts"
    )
    finish: Finish | None = Field(None, description="null: no Gibbs finish")
    relaxation: Relaxation | None = Field(None, description="null: no relaxed frames")
    attribution: Attribution | None = Field(None, description="null: no attribution")
    finite_size: FiniteSize | None = Field(None, description="null: no finite-size scaling")
    figures: Annotated[dict[str, Figure | None], NullIsEmpty()] = Field(
        default={}, description="null leaves a figure, or all, out"
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        for check in CHECKS:
            check(self)
        return self

    @property
    def chains(self) -> dict[str, MonteCarlo]:
        """Every Monte Carlo source of this run: those not set to null."""
        return {name: chain for name, chain in self.monte_carlo.items() if chain is not None}

    @property
    def foreign(self) -> dict[str, ForeignSource]:
        """Every set of frames made elsewhere: those not set to null."""
        return {name: source for name, source in self.sources.items() if source is not None}

    @property
    def walked(self) -> list[str]:
        """Sources that are followed from random starts."""
        return [name for name in self.equilibration.sources if name in self.all_sources]

    @property
    def scaled(self) -> list[str]:
        """Sources that finite-size scaling is done for."""
        named = self.finite_size.sources if self.finite_size else []
        return [name for name in named if name in {*self.chains, *self.trained_models}]

    @property
    def trained_models(self) -> dict[str, ModelSettings]:
        """Every trained model of this run: those not set to null, and their repeats."""
        given = {name: model for name, model in self.models.items() if model is not None}
        trained = {
            name: model.model_copy(update={"training_seeds": 1}) for name, model in given.items()
        }
        for name, repeats in self.repeats.items():
            trained |= dict.fromkeys(repeats, trained[name])
        return trained

    @property
    def networks(self) -> dict[str, ModelSettings]:
        """Those of the trained models that are networks of ours."""
        return {
            name: model
            for name, model in self.trained_models.items()
            if family_of(model).has_network
        }

    @property
    def commands(self) -> dict[str, Any]:
        """Those of the trained models that commands train and sample, with settings of theirs."""
        networks = self.networks
        return {name: one for name, one in self.trained_models.items() if name not in networks}

    @property
    def repeats(self) -> dict[str, list[str]]:
        """For models of several training seeds, the sources of the second and later ones."""
        return {
            name: [f"{name}.seed{number}" for number in range(2, model.training_seeds + 1)]
            for name, model in self.models.items()
            if model is not None and model.training_seeds > 1
        }

    @property
    def all_sources(self) -> list[str]:
        """Every source of frames that is evaluated in this run."""
        chains = [name for name, chain in self.chains.items() if chain.evaluated]
        made = (*self.trained_models, *self.finished_sources, *self.starts, *self.relaxed_sources)
        return [*chains, *made, *self.foreign]

    def trained_on(self, model: str) -> str:
        """Return the Monte Carlo source whose frames a model is trained on."""
        return self.trained_models[model].training_source or self.training_source

    def begun(self, source: str) -> str:
        """Return the source whose frames a source begins with: itself, unless made of another."""
        return (self.relaxed_sources | self.finished_sources).get(source, (source, 0))[0]

    def model_behind(self, source: str) -> ModelSettings | None:
        """Return the settings of the network that a source's frames come from, if any."""
        return self.trained_models.get(self.begun(source))

    @property
    def starts(self) -> list[str]:
        """Sources of frames that Monte Carlo without a model begins with."""
        return list(dict.fromkeys(self.relaxation.starts)) if self.relaxation else []

    @property
    def relaxed_sources(self) -> dict[str, tuple[str, int]]:
        """Sources that are another's frames after Monte Carlo: which, and how many sweeps.

        Those of clusters, their names ending so, have the number of clusters.
        """
        if self.relaxation is None:
            return {}
        begun = [*self.relaxation.models, *self.starts]
        return {
            **self._after(begun, self.relaxation.sweeps, "sweeps"),
            **self._after(begun, self.relaxation.clusters, "clusters"),
        }

    @property
    def finished_sources(self) -> dict[str, tuple[str, int]]:
        """Sources that are a model's frames with a Gibbs finish: the model and how many sweeps."""
        return self._after(self.finish.models, self.finish.sweeps, "gibbs") if self.finish else {}

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
        """Sources whose specific heat is attributed to causes, and at which temperatures."""
        if self.attribution is None:
            return {}
        there = list(dict.fromkeys(self.attributed_temperatures.values()))
        return {source: there for source in (*self.trained_models, *self.foreign) if there}

    @property
    def attributed_temperatures(self) -> dict[str, str]:
        """For each temperature of the attribution, the nearest one of the run below T_c, if any."""
        cold = [T for T in self.temperatures if float(T) < CRITICAL_TEMPERATURE]
        return nearest(self.attribution.temperatures, cold) if self.attribution else {}
