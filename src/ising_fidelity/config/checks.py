"""Checks across the sections of a config; each raises ValueError naming the key."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from ising_fidelity.config.sections import STARTS
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.schema import RELAXED

if TYPE_CHECKING:
    from ising_fidelity.config.run import Config


def names(run: "Config") -> None:
    """Refuse references to missing entries, and names that are used twice."""
    chosen = {"training_source": run.training_source, "reference": run.reference}
    for name, model in run.trained_models.items():
        if model.training_source is not None:
            chosen[f"models.{name}.training_source"] = model.training_source
    for key, source in chosen.items():
        if source not in run.monte_carlo:
            raise ValueError(f"{key}: {source} is not in monte_carlo: {list(run.monte_carlo)}")
    if run.reference not in run.chains:
        raise ValueError(
            f"reference: {run.reference}, but monte_carlo.{run.reference} is null; allowed are "
            f"{[name for name in run.chains if run.chains[name].evaluated]}"
        )
    if not run.chains[run.reference].evaluated:
        raise ValueError(
            f"monte_carlo.{run.reference}.evaluated: false; allowed is true, as it is the reference"
        )
    named = [*run.monte_carlo, *run.models, *run.sources, *run.starts]
    named += [repeat for repeats in run.repeats.values() for repeat in repeats]
    if "exact" in named:
        raise ValueError("exact: this name is reserved for exact results; allowed are others")
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise ValueError(
            f"{twice[0]}: used twice among monte_carlo, models, sources and relaxation.starts; "
            "allowed is once"
        )


def lattices(run: "Config") -> None:
    """Refuse samplers and models that do not support this lattice size."""
    for name, chain in run.chains.items():
        if chain.sampler == "checkerboard" and (run.lattice_size % 2 or run.lattice_size < 6):
            raise ValueError(
                f"lattice_size: {run.lattice_size} with monte_carlo.{name}.sampler: "
                "checkerboard; allowed are even sizes from 6"
            )
    for name, model in run.trained_models.items():
        if run.lattice_size % model.unit:
            raise ValueError(
                f"lattice_size: {run.lattice_size} with models.{name}.family: {model.family}; "
                f"allowed are multiples of {model.unit}"
            )
        for size in model.other_sizes:
            twice = list(model.other_sizes).count(size) > 1
            if size % model.unit or size == run.lattice_size or twice:
                raise ValueError(
                    f"models.{name}.further_lattice_sizes: {size}; allowed are distinct multiples "
                    f"of {model.unit} other than lattice_size: {run.lattice_size}"
                )
            if run.chains[run.trained_on(name)].sampler == "checkerboard" and size < 6:
                raise ValueError(
                    f"models.{name}.further_lattice_sizes: {size} of a source with sampler: "
                    "checkerboard; allowed are even sizes from 6"
                )


def reference_frames(run: "Config") -> None:
    """Refuse a reference with one frame, as noise floors split the reference."""
    if run.chains[run.reference].frames < 2:
        raise ValueError(
            f"monte_carlo.{run.reference}.frames: 1; allowed are 2 and more, as halves of the "
            "reference are compared"
        )


def training_sources(run: "Config") -> None:
    """Refuse models whose training source is null."""
    for source in (name for name, chain in run.monte_carlo.items() if chain is None):
        given = {name: model for name, model in run.models.items() if model}
        learning = (name for name, model in given.items() if model.training_temperatures)
        if trained := [name for name in learning if run.trained_on(name) == source]:
            raise ValueError(
                f"monte_carlo.{source}: null, but it is the training_source of "
                f"{', '.join(trained)}; allowed training sources are {list(run.chains)}, or null "
                "for these models"
            )


def training(run: "Config") -> None:
    """Refuse networks without enough frames for training and validation."""
    for name, model in run.networks.items():
        source = run.trained_on(name)
        chain = run.chains[source]
        if model.frames_per_temperature and model.frames_per_temperature > chain.frames:
            raise ValueError(
                f"models.{name}.frames_per_temperature: {model.frames_per_temperature}; allowed "
                f"are at most monte_carlo.{source}.frames: {chain.frames}"
            )
        used = model.draws_used(chain.chains, chain.frames // chain.chains)
        if used < 2:
            raise ValueError(
                f"models.{name}: only one frame per chain of monte_carlo.{source}; training needs "
                "two or more, as one is held out for validation"
            )
        seen = model.draws_seen(used)
        if seen < 1:
            raise ValueError(
                f"models.{name}.validation_fraction: {model.validation_fraction} of {used} "
                f"frames per chain of monte_carlo.{source} leaves none for training"
            )
        frames = seen * chain.chains * len(model.training_temperatures)
        frames *= 2 if model.augmentation == "flip" else 1
        if model.smallest_batch(frames) < model.least_batch:
            raise ValueError(
                f"models.{name}.batch_size: {model.batch_size} makes batches of one frame; "
                "allowed are sizes with two or more in every batch, as batch norm needs them"
            )


def steps(run: "Config") -> None:
    """Refuse respaced chains with more steps than the full chain."""
    walked = [name for name in run.models if name in run.equilibration.sources]
    for key, steps, names in (
        ("sampling", run.sampling.sampling_steps, list(run.models)),
        ("equilibration", run.equilibration.sampling_steps, walked),
    ):
        for name in names:
            model = run.models[name]
            if steps and model and model.chain_length and steps > model.chain_length:
                raise ValueError(
                    f"{key}.sampling_steps: {steps}; allowed are at most "
                    f"models.{name}.diffusion_steps: {model.chain_length}"
                )


def figures(run: "Config") -> None:
    """Refuse unknown figures, and figures of unknown sources."""
    for key, figure in run.figures.items():
        if key not in FIGURES:
            raise ValueError(f"figures: no figure {key!r}; allowed are {sorted(FIGURES)}")
        if figure and FIGURES[key].one_temperature and len(figure.temperatures) != 1:
            raise ValueError(
                f"figures.{key}.temperatures: {len(figure.temperatures)} temperatures; allowed is "
                "one"
            )
        for source in figure.sources if figure else ():
            made = re.sub(f"{RELAXED}$", "", source) in {*run.models, *STARTS}
            if not made and source not in {*run.monte_carlo, *run.sources}:
                raise ValueError(f"figures.{key}.sources: no source named {source}")


def relaxed_models(run: "Config") -> None:
    """Refuse relaxation of unknown models."""
    for model in run.relaxation.models if run.relaxation else ():
        if model not in {*run.models, *run.trained_models}:
            raise ValueError(f"relaxation.models: no model named {model}")


def finished_models(run: "Config") -> None:
    """Refuse a Gibbs finish of unknown models, and of models without a reverse chain."""
    for name in run.finish.models if run.finish else ():
        if name not in {*run.models, *run.trained_models}:
            raise ValueError(f"finish.models: no model named {name}")
        model = run.trained_models.get(name)
        if model is not None and not model.chain_options:
            raise ValueError(
                f"finish.models: {name} is of family {model.family}, which has no reverse chain; "
                "allowed are diffusion models"
            )
        if model is not None and run.finish:
            largest = model.largest_noise(run.lattice_size)
            if largest is not None and run.finish.sigma >= largest:
                raise ValueError(
                    f"finish.sigma: {run.finish.sigma}; allowed is less than {largest:.4g}, the "
                    f"initial noise of {name}"
                )


def metropolised_models(run: "Config") -> None:
    """Refuse metropolised frames of unknown models, and of models without a probability."""
    for name in run.metropolised.models if run.metropolised else ():
        if name not in {*run.models, *run.trained_models}:
            raise ValueError(f"metropolised.models: no model named {name}")
        model = run.trained_models.get(name)
        if model is not None and not model.gives_probability:
            raise ValueError(
                f"metropolised.models: {name} is of family {model.family}, which does not give the "
                "probability of a frame; allowed are autoregressive models and baselines"
            )


def equilibration_sources(run: "Config") -> None:
    """Refuse sources that cannot be followed from random starts."""
    for source in run.equilibration.sources:
        model, chain = run.models.get(source), run.chains.get(source)
        if source not in {*run.monte_carlo, *run.models} or (
            model is not None and model.chain_length is None
        ):
            raise ValueError(
                f"equilibration.sources: {source}; allowed are Monte Carlo sources and models of "
                "family diffusion"
            )
        if chain is not None and chain.sampler in ("auto", "cluster"):
            raise ValueError(
                f"equilibration.sources: {source} has sampler {chain.sampler}; allowed are "
                "metropolis and checkerboard, as cluster updates are not local"
            )


def finite_size_sources(run: "Config") -> None:
    """Refuse sources that do not support all lattice sizes of finite-size scaling."""
    if run.finite_size is None:
        return
    sizes, frames = run.finite_size.lattice_sizes, run.finite_size.frames
    for source in run.finite_size.sources:
        if source not in {*run.monte_carlo, *run.models, *run.trained_models}:
            raise ValueError(f"finite_size.sources: no Monte Carlo source or model named {source}")
        model, chain = run.trained_models.get(source), run.chains.get(source)
        if model is not None and not model.any_size:
            raise ValueError(
                f"finite_size.sources: {source} is of family {model.family}, which samples one "
                "lattice size only; allowed are Monte Carlo sources and other models"
            )
        for size in sizes:
            if model is not None and size % model.unit:
                raise ValueError(
                    f"finite_size.lattice_sizes: {size} with source {source}; allowed are "
                    f"multiples of {model.unit}"
                )
            if chain is not None and chain.sampler == "checkerboard" and (size % 2 or size < 6):
                raise ValueError(
                    f"finite_size.lattice_sizes: {size} with source {source}, sampler "
                    "checkerboard; allowed are even sizes from 6"
                )
        if chain is not None and frames is not None and frames % chain.chains:
            raise ValueError(
                f"finite_size.frames: {frames}; allowed are multiples of "
                f"monte_carlo.{source}.chains: {chain.chains}"
            )


CHECKS: tuple[Callable[["Config"], None], ...] = (
    names,
    lattices,
    reference_frames,
    training_sources,
    training,
    steps,
    figures,
    relaxed_models,
    finished_models,
    metropolised_models,
    equilibration_sources,
    finite_size_sources,
)
