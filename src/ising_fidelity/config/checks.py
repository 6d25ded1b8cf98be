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
    """Every name that is referred to is there, and no name stands for two things."""
    chosen = {"training_source": run.training_source, "reference": run.reference}
    for name, model in run.trained_models.items():
        if model.training_source is not None:
            chosen[f"models.{name}.training_source"] = model.training_source
    for key, source in chosen.items():
        if source not in run.monte_carlo:
            raise ValueError(f"{key}: {source} is not in monte_carlo: {list(run.monte_carlo)}")
    if run.reference not in run.chains:
        raise ValueError(
            f"reference: {run.reference}, and monte_carlo.{run.reference}: null leaves it out of "
            f"the run; allowed are {[name for name in run.chains if run.chains[name].evaluated]}"
        )
    if not run.chains[run.reference].evaluated:
        raise ValueError(f"monte_carlo.{run.reference}.evaluated: false, and it is reference")
    named = [*run.monte_carlo, *run.models, *run.sources, *run.starts]
    named += [repeat for repeats in run.repeats.values() for repeat in repeats]
    if "exact" in named:
        raise ValueError("exact: claims and scores call the exact results so; allowed are others")
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise ValueError(
            f"{twice[0]}: one name for two of monte_carlo, models, sources and relaxation.starts"
        )


def lattices(run: "Config") -> None:
    """Samplers and models work on lattices of this size."""
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


def reference_frames(run: "Config") -> None:
    """Refuse a reference of one frame, which is compared with others of its own."""
    if run.chains[run.reference].frames < 2:
        raise ValueError(
            f"monte_carlo.{run.reference}.frames: 1; allowed are 2 and more, since the "
            "reference is held against itself"
        )


def training_sources(run: "Config") -> None:
    """Refuse models that are trained on frames which null leaves out of the run."""
    for source in (name for name, chain in run.monte_carlo.items() if chain is None):
        given = {name: model for name, model in run.models.items() if model}
        learning = (name for name, model in given.items() if model.training_temperatures)
        if trained := [name for name in learning if run.trained_on(name) == source]:
            raise ValueError(
                f"monte_carlo.{source}: null, and it is the training_source of "
                f"{', '.join(trained)}; allowed are {list(run.chains)} in its place, or null for "
                "these models"
            )


def training(run: "Config") -> None:
    """Every network has frames to train on and frames to watch."""
    for name, model in run.networks.items():
        source = run.trained_on(name)
        chain = run.chains[source]
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
        if model.smallest_batch(frames) < model.least_batch:
            raise ValueError(
                f"models.{name}.batch_size: {model.batch_size} makes batches of one frame, "
                "which batch norm cannot do with; allowed are those that leave two or more"
            )


def steps(run: "Config") -> None:
    """No chain is respaced to more steps than it has."""
    walked = [name for name in run.models if name in run.equilibration.sources]
    for key, steps, names in (
        ("sampling", run.sampling.sampling_steps, list(run.models)),
        ("equilibration", run.equilibration.sampling_steps, walked),
    ):
        for name in names:
            model = run.models[name]
            if steps and model and model.chain_length and steps > model.chain_length:
                raise ValueError(
                    f"{key}.sampling_steps: {steps}, and models.{name}.diffusion_steps: "
                    f"{model.chain_length}; allowed are as many or fewer"
                )


def figures(run: "Config") -> None:
    """Figures exist, and so do the sources that they show."""
    for key, figure in run.figures.items():
        if key not in FIGURES:
            raise ValueError(f"figures: no figure {key!r}; there are {sorted(FIGURES)}")
        if figure and FIGURES[key].one_temperature and len(figure.temperatures) != 1:
            raise ValueError(
                f"figures.{key}.temperatures: {len(figure.temperatures)} of them; allowed is one"
            )
        for source in figure.sources if figure else ():
            made = re.sub(f"{RELAXED}$", "", source) in {*run.models, *STARTS}
            if not made and source not in {*run.monte_carlo, *run.sources}:
                raise ValueError(f"figures.{key}.sources: no source named {source}")


def relaxed_models(run: "Config") -> None:
    """Models whose frames are relaxed exist."""
    for model in run.relaxation.models if run.relaxation else ():
        if model not in {*run.models, *run.trained_models}:
            raise ValueError(f"relaxation.models: no model named {model}")


def finished_models(run: "Config") -> None:
    """Models with a Gibbs finish exist and have a chain to stop."""
    for name in run.finish.models if run.finish else ():
        if name not in {*run.models, *run.trained_models}:
            raise ValueError(f"finish.models: no model named {name}")
        model = run.trained_models.get(name)
        if model is not None and not model.chain_options:
            raise ValueError(
                f"finish.models: {name} is of family {model.family}, which has no chain to "
                "finish; allowed are diffusion models"
            )
        if model is not None and run.finish:
            largest = model.largest_noise(run.lattice_size)
            if largest is not None and run.finish.sigma >= largest:
                raise ValueError(
                    f"finish.sigma: {run.finish.sigma}, and {name} begins with noise "
                    f"{largest:.4g}; allowed is less"
                )


def equilibration_sources(run: "Config") -> None:
    """Refuse sources that cannot be followed from random starts."""
    for source in run.equilibration.sources:
        model, chain = run.models.get(source), run.chains.get(source)
        if source not in {*run.monte_carlo, *run.models} or (
            model is not None and model.chain_length is None
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


def finite_size_sources(run: "Config") -> None:
    """Refuse sources that do not sample all lattice sizes of finite-size scaling."""
    if run.finite_size is None:
        return
    sizes, frames = run.finite_size.lattice_sizes, run.finite_size.frames
    for source in run.finite_size.sources:
        if source not in {*run.monte_carlo, *run.models, *run.trained_models}:
            raise ValueError(f"finite_size.sources: no Monte Carlo source or model named {source}")
        model, chain = run.trained_models.get(source), run.chains.get(source)
        if model is not None and not model.any_size:
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
    equilibration_sources,
    finite_size_sources,
)
