"""What a config may say: one pydantic model per section, no unknown keys.

``config.yaml`` and the presets are read through this module alone; the JSON schema below
``workflow/schema`` is generated from it.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import FIGURES
from ising_fidelity.files import read_yaml
from ising_fidelity.lattice import CRITICAL_TEMPERATURE, LARGEST_LATTICE
from ising_fidelity.models.settings import (
    Count,
    DiffusionSettings,
    ModelSettings,
    Positive,
    Section,
    SomeTemperatures,
    Steps,
    Temperatures,
    explain,
)

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*\+?(?:[.]seed[1-9][0-9]*)?$"
"""A plus may end the name of a model, before the number that tells its networks apart."""

_SIGNS = r"\s'\"\\$`;&|<>()*?!#~{}\[\]"
PATH = rf"^(?:[^-{_SIGNS}][^{_SIGNS}]*)?\{{T\}}[^{_SIGNS}]*$"
"""Of a file: what a shell leaves as it is, and takes for no option."""

RELAXED = r"\+[1-9][0-9]*(?:sweeps|clusters|gibbs)"
"""What the name of frames after Monte Carlo, or with a Gibbs finish, ends in."""

STARTS = ("random", "ordered")
"""Where Monte Carlo without a model begins; the names of sources if relaxation has them."""

FEWEST_PLACES = 8
"""Pairs of lattice size and temperature that finite-size scaling needs more of."""

Name = Annotated[str, Field(pattern=NAME, max_length=100)]
ChainSampler = Literal["ancestral", "multistep", "spin", "trapezoid", "gibbs", "heun", "churn"]
SourceName = Annotated[str, Field(pattern=f"{NAME[:-1]}({RELAXED})?$", max_length=120)]


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
        description="path without spaces, quotes and signs that mean something to a shell, {T} "
        "being the temperature: frames/T{T}.nc",
    )


class Sampling(Section):
    """How frames are drawn from every model."""

    frames: Count = Field(1000, description="frames per temperature and model")
    sampling_steps: Steps | None = Field(
        None,
        description="steps of the reverse chain; null: all N_t, and 100 of a continuous model",
    )
    reverse_variance: Literal["beta", "posterior", "spin"] = Field(
        "beta",
        description="variance of the reverse step: beta_t (the paper), that of q(x_(t-1)|x_t,x_0), "
        "or with what x_0 = +-1 still varies at each site added",
    )
    sampler: ChainSampler = Field(
        "trapezoid",
        description="of models of continuous noise; heun is deterministic, and gibbs is told the "
        "Hamiltonian",
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="of networks that have a chain, in sampling; bfloat16 is as true, and faster "
        "where the processor has it",
    )
    compile: bool = Field(
        False, description="compile networks that have a chain: faster, after most of a minute"
    )


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
    """The posterior Gibbs finish, as sources DiffIsing3+3gibbs: it is told the Hamiltonian."""

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
        description="below T_c; those that the run lacks are left out"
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
    """What one figure shows; sources and temperatures that the run lacks are left out."""

    sources: list[SourceName] = Field(default=[], description="sources in the order of the legend")
    temperatures: Temperatures = Field(default=[], description="for figures of single temperatures")


class Config(Section):
    """A whole run."""

    run: Name = Field(description="name of the folder below results/")
    lattice_size: int = Field(ge=2, le=LARGEST_LATTICE, description="L: frames are L x L")
    seed: int = Field(ge=0, lt=2**63, description="every random stream of the run derives from it")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="auto: a GPU if there is one"
    )
    temperatures: SomeTemperatures = Field(description="evaluation temperatures")
    monte_carlo: dict[Name, MonteCarlo] = Field(min_length=1)
    training_source: Name = Field("mc-paper", description="Monte Carlo source that trains models")
    reference: Name = Field("mc", description="Monte Carlo source that sources are held against")
    sources: dict[Name, ForeignSource] = Field(default={}, description="frames made elsewhere")
    models: dict[Name, ModelSettings | None] = Field(
        default={}, description="the model zoo; null leaves a model out of the run"
    )
    sampling: Sampling = Sampling()
    comparison: Comparison = Comparison()
    equilibration: Equilibration = Equilibration()
    finish: Finish | None = Field(None, description="null: no Gibbs finish")
    relaxation: Relaxation | None = Field(None, description="null: no relaxed frames")
    attribution: Attribution | None = Field(None, description="null: no attribution")
    finite_size: FiniteSize | None = Field(None, description="null: no finite-size scaling")
    figures: dict[str, Figure | None] = Field(default={}, description="null leaves a figure out")

    @model_validator(mode="after")
    def _names(self) -> Self:
        chosen = {"training_source": self.training_source, "reference": self.reference}
        for name, model in self.trained_models.items():
            if model.training_source is not None:
                chosen[f"models.{name}.training_source"] = model.training_source
        for key, source in chosen.items():
            if source not in self.monte_carlo:
                raise ValueError(f"{key}: {source} is not in monte_carlo: {list(self.monte_carlo)}")
        if not self.monte_carlo[self.reference].evaluated:
            raise ValueError(f"monte_carlo.{self.reference}.evaluated: false, and it is reference")
        named = [*self.monte_carlo, *self.models, *self.sources, *self.starts]
        named += [repeat for repeats in self.repeats.values() for repeat in repeats]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(
                f"{twice[0]}: one name for two of monte_carlo, models, sources and "
                "relaxation.starts"
            )
        return self

    @model_validator(mode="after")
    def _lattices(self) -> Self:
        for name, chain in self.monte_carlo.items():
            if chain.sampler == "checkerboard" and (self.lattice_size % 2 or self.lattice_size < 6):
                raise ValueError(
                    f"lattice_size: {self.lattice_size} with monte_carlo.{name}.sampler: "
                    "checkerboard; allowed are even sizes from 6"
                )
        for name, model in self.trained_models.items():
            if self.lattice_size % model.unit:
                raise ValueError(
                    f"lattice_size: {self.lattice_size} with models.{name}.family: {model.family}; "
                    f"allowed are multiples of {model.unit}"
                )
        return self

    @model_validator(mode="after")
    def _something_to_judge(self) -> Self:
        if not self.trained_models and not self.sources:
            raise ValueError(
                "models: there is none, nor are there sources; one or more are needed to be held "
                "against Monte Carlo"
            )
        if self.monte_carlo[self.reference].frames < 2:
            raise ValueError(
                f"monte_carlo.{self.reference}.frames: 1; allowed are 2 and more, since the "
                "reference is held against itself"
            )
        return self

    @model_validator(mode="after")
    def _training(self) -> Self:
        for name, model in self.trained_models.items():
            source = self.trained_on(name)
            chain = self.monte_carlo[source]
            if model.frames_per_temperature and model.frames_per_temperature > chain.frames:
                raise ValueError(
                    f"models.{name}.frames_per_temperature: {model.frames_per_temperature}, and "
                    f"monte_carlo.{source}.frames: {chain.frames}; allowed are as many or fewer"
                )
            used = model.draws_used(chain.chains, chain.frames // chain.chains)
            if used < 2:
                raise ValueError(
                    f"models.{name}: one frame of each chain of monte_carlo.{source} is there or "
                    "used; training needs two or more, one of them held out"
                )
            seen = model.draws_seen(used)
            if seen < 1:
                raise ValueError(
                    f"models.{name}.validation_fraction: {model.validation_fraction} of {used} "
                    f"frames of each chain of monte_carlo.{source} leaves none to train on"
                )
            frames = seen * chain.chains * len(model.training_temperatures)
            frames *= 2 if model.augmentation == "flip" else 1
            if model.family == "gan" and model.smallest_batch(frames) < 2:
                raise ValueError(
                    f"models.{name}.batch_size: {model.batch_size} makes batches of one frame, "
                    "which batch norm cannot do with; allowed are those that leave two or more"
                )
        return self

    @model_validator(mode="after")
    def _steps(self) -> Self:
        walked = [name for name in self.models if name in self.equilibration.sources]
        for key, steps, names in (
            ("sampling", self.sampling.sampling_steps, list(self.models)),
            ("equilibration", self.equilibration.sampling_steps, walked),
        ):
            for name in names:
                model = self.models[name]
                if steps and isinstance(model, DiffusionSettings) and steps > model.diffusion_steps:
                    raise ValueError(
                        f"{key}.sampling_steps: {steps}, and models.{name}.diffusion_steps: "
                        f"{model.diffusion_steps}; allowed are as many or fewer"
                    )
        return self

    @model_validator(mode="after")
    def _figures(self) -> Self:
        for key, figure in self.figures.items():
            if key not in FIGURES:
                raise ValueError(f"figures: no figure {key!r}; there are {sorted(FIGURES)}")
            for source in figure.sources if figure else ():
                made = re.sub(f"{RELAXED}$", "", source) in {*self.models, *STARTS}
                if not made and source not in {*self.monte_carlo, *self.sources}:
                    raise ValueError(f"figures.{key}.sources: no source named {source}")
        return self

    @model_validator(mode="after")
    def _relaxed_models(self) -> Self:
        for model in self.relaxation.models if self.relaxation else ():
            if model not in {*self.models, *self.trained_models}:
                raise ValueError(f"relaxation.models: no model named {model}")
        return self

    @model_validator(mode="after")
    def _finished_models(self) -> Self:
        for name in self.finish.models if self.finish else ():
            if name not in {*self.models, *self.trained_models}:
                raise ValueError(f"finish.models: no model named {name}")
            model = self.trained_models.get(name)
            if model is not None and model.family not in ("diffusion", "continuous"):
                raise ValueError(
                    f"finish.models: {name} is of family {model.family}, which has no chain to "
                    "finish; allowed are diffusion models"
                )
            if model is not None and self.finish:
                largest = model.largest_noise(self.lattice_size)
                if self.finish.sigma >= largest:
                    raise ValueError(
                        f"finish.sigma: {self.finish.sigma}, and {name} begins with noise "
                        f"{largest:.4g}; allowed is less"
                    )
        return self

    @model_validator(mode="after")
    def _equilibration_sources(self) -> Self:
        for source in self.equilibration.sources:
            model, chain = self.models.get(source), self.monte_carlo.get(source)
            if source not in {*self.monte_carlo, *self.models} or (
                model is not None and model.family != "diffusion"
            ):
                raise ValueError(
                    f"equilibration.sources: {source} is no Monte Carlo source, nor a model of "
                    "family diffusion"
                )
            if chain is not None and chain.sampler in ("auto", "cluster"):
                raise ValueError(
                    f"equilibration.sources: {source} has sampler {chain.sampler}, and updates of "
                    "clusters are no walk in time; allowed are metropolis and checkerboard"
                )
        return self

    @model_validator(mode="after")
    def _finite_size_sources(self) -> Self:
        if self.finite_size is None:
            return self
        sizes, frames = self.finite_size.lattice_sizes, self.finite_size.frames
        for source in self.finite_size.sources:
            if source not in {*self.monte_carlo, *self.models, *self.trained_models}:
                raise ValueError(
                    f"finite_size.sources: no Monte Carlo source or model named {source}"
                )
            model, chain = self.trained_models.get(source), self.monte_carlo.get(source)
            if model is not None and model.family == "gan":
                raise ValueError(
                    f"finite_size.sources: {source} is of family {model.family}, which draws "
                    "frames of one size; allowed are Monte Carlo sources and other models"
                )
            for size in sizes:
                if model is not None and size % model.unit:
                    raise ValueError(
                        f"finite_size.lattice_sizes: {size} with source {source}, which draws "
                        f"multiples of {model.unit}"
                    )
                if chain is not None and chain.sampler == "checkerboard" and (size % 2 or size < 6):
                    raise ValueError(
                        f"finite_size.lattice_sizes: {size} with source {source}, sampler "
                        "checkerboard; allowed are even sizes from 6"
                    )
            if chain is not None and frames is not None and frames % chain.chains:
                raise ValueError(
                    f"finite_size.frames: {frames} is not a multiple of "
                    f"monte_carlo.{source}.chains: {chain.chains}"
                )
        return self

    @property
    def scaled(self) -> list[str]:
        """Sources that finite-size scaling is done for."""
        named = self.finite_size.sources if self.finite_size else []
        return [name for name in named if name in {*self.monte_carlo, *self.trained_models}]

    @property
    def trained_models(self) -> dict[str, ModelSettings]:
        """Every network of this run: the models not set to null, and their repeats."""
        given = {name: model for name, model in self.models.items() if model is not None}
        networks = {
            name: model.model_copy(update={"training_seeds": 1}) for name, model in given.items()
        }
        for name, repeats in self.repeats.items():
            networks |= dict.fromkeys(repeats, networks[name])
        return networks

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
        chains = [name for name, chain in self.monte_carlo.items() if chain.evaluated]
        made = (*self.trained_models, *self.finished_sources, *self.starts, *self.relaxed_sources)
        return [*chains, *made, *self.sources]

    def trained_on(self, model: str) -> str:
        """Return the Monte Carlo source whose frames a model is trained on."""
        return self.trained_models[model].training_source or self.training_source

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
        there = [T for T in self.attribution.temperatures if T in self.temperatures]
        return {source: there for source in (*self.trained_models, *self.sources) if there}

    @property
    def drawn_figures(self) -> dict[str, Figure]:
        """The figures of this run, each with what the run has of its sources and temperatures.

        One that would be left without any is left out, as is one of a comparison that is not
        made, or of relaxed frames where there are none. Frames made elsewhere stand beside the
        sources named wherever a figure is drawn from frames or what was measured on them.
        """
        drawn = {}
        begun = {start for start, _ in (self.relaxed_sources | self.finished_sources).values()}
        for key, figure in self.figures.items():
            if figure is None:
                continue
            switch = FIGURES[key].comparison
            if switch and not getattr(self.comparison, switch):
                continue
            walks = "equilibration" in FIGURES[key].needs
            there = self.equilibration.temperatures if walks else self.temperatures
            if "attribution" in FIGURES[key].needs and not self.attributed:
                continue
            if FIGURES[key].relaxed and not begun.intersection(figure.sources):
                continue
            scaled = "finite_size" in FIGURES[key].needs
            foreign = self.sources if FIGURES[key].of_frames and figure.sources else ()
            named = dict.fromkeys([*figure.sources, *foreign])
            shown = {
                "sources": [
                    name for name in named if name in (self.scaled if scaled else self.all_sources)
                ],
                "temperatures": [T for T in figure.temperatures if T in there],
            }
            if all(shown[name] or not getattr(figure, name) for name in shown):
                drawn[key] = figure.model_copy(update=shown)
        return drawn


def merge(base: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another: mappings are merged, everything else is replaced."""
    merged = dict(base)
    for key, value in update.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            value = merge(old, value)
        merged[key] = value
    return merged


def load(paths: Sequence[str | Path]) -> Config:
    """Read config files, lay all but the first over the first, and check the result.

    Those that are laid over it are laid over each other before, as Snakemake does: a mapping that
    one of them replaces by null, and a later one by keys, has the keys left out from the first.

    Raises
    ------
    InputError
        Naming the file or the key, what is wrong and what is allowed.
    """
    base: dict[str, Any] = {}
    over: dict[str, Any] = {}
    for number, path in enumerate(paths):
        content = read_yaml(Path(path))
        if not isinstance(content, dict):
            raise InputError(f"{path}: a config is a mapping of keys to values")
        if number:
            over = merge(over, content)
        else:
            base = content
    return check(merge(base, over))


def check(content: Mapping[str, Any]) -> Config:
    """Return a config made of plain values; raises InputError with one line if it is wrong."""
    try:
        return Config.model_validate(content)
    except ValidationError as error:
        raise InputError(f"config: {explain(error)}") from error
