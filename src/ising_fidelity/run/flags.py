"""The flags of each step's command, from the config."""

import json
import shlex
from collections.abc import Collection, Iterable

from ising_fidelity.config.run import Config
from ising_fidelity.run.paths import Paths


def flags(**values: object) -> str:
    """Return command-line flags for the values that are set; True gives a flag without a value.

    Values are quoted for the shell.
    """
    given = {
        name.replace("_", "-"): value
        for name, value in values.items()
        if value is not None and value is not False
    }
    return " ".join(
        f"--{name}" if value is True else f"--{name} {shlex.quote(str(value))}"
        for name, value in given.items()
    )


def repeated(name: str, values: Iterable[object]) -> str:
    """Return one flag for each of some values."""
    return " ".join(flags(**{name: value}) for value in values)


def monte_carlo(run: Config, source: str, frames: int | None = None) -> str:
    """Return the flags of a Monte Carlo source, with another number of frames if given."""
    chain = run.chains[source].plain()
    del chain["evaluated"]
    return flags(**(chain | {"frames": frames or chain["frames"]}))


def start(run: Config, name: str) -> str:
    """Return the flags of frames without any update, as many as a model samples."""
    frames = run.sampling.frames
    chains = {"sampler": "metropolis", "frames": frames, "chains": frames}
    return flags(**chains, thermalization=0, spacing=1, start=name)


def relaxation(run: Config, source: str) -> str:
    """Return the flags for sampler and sweeps of a relaxed source."""
    sampler = "cluster" if source.endswith("clusters") else "metropolis"
    return flags(sampler=sampler, sweeps=run.relaxed_sources[source][1])


def sampling(run: Config, source: str) -> str:
    """Return the flags of the reverse chain; empty for models without one."""
    model = run.model_behind(source)
    if model is None or not model.chain_options:
        return ""
    plain = run.sampling.plain()
    given = {name: plain[name] for name in model.chain_options}
    if source in run.finished_sources and run.finish:
        given["finish_sigma"] = run.finish.sigma
        given["finish_sweeps"] = run.finished_sources[source][1]
    return flags(**given)


def walk(run: Config, source: str) -> str:
    """Return the flags for a source's time series from random starts."""
    walks = run.equilibration
    if source in run.chains:
        return flags(sampler=run.chains[source].sampler, sweeps=walks.sweeps)
    return flags(
        model=Paths(run).model(run.begun(source)),
        sampling_steps=walks.sampling_steps,
        reverse_variance=run.sampling.reverse_variance,
    )


def comparison(run: Config) -> str:
    """Return the flags of optional comparisons."""
    chosen = run.comparison
    return flags(memory_frames=chosen.memory_frames or None, classifier=chosen.classifier)


def training_temperatures(run: Config, sources: Collection[str] | None = None) -> str:
    """Return the training temperatures of all or some sources with a model, as JSON."""
    models = {name: run.model_behind(name) for name in run.all_sources}
    return json.dumps(
        {
            name: model.training_temperatures
            for name, model in models.items()
            if model and (sources is None or name in sources)
        }
    )


def foreign(run: Config, sources: Iterable[str]) -> str:
    """Return the flag with paths of imported frames, if any are shown."""
    places = {name: run.foreign[name].frames for name in sources if name in run.foreign}
    return flags(foreign=json.dumps(places)) if places else ""


def pictures(run: Config) -> str:
    """Return the flags with paths of frames and observables of all sources."""
    paths = Paths(run)
    frames = {name: paths.frames(name, "{T}") for name in run.all_sources}
    observables = f"{paths.results}/observables/{{source}}/T{{T}}.nc"
    return flags(frames=json.dumps(frames), observables=observables)
