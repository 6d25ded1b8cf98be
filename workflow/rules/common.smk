# What all rules need, the checked config, the paths of a run, and who depends on what.

import json
import os
import re
import shlex
import sys
from pathlib import Path

import yaml

from ising_fidelity.config import check
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import FIGURES
from ising_fidelity.files import whole
from ising_fidelity.provenance import code_hash
from ising_fidelity.seeds import derive_seed

try:
    RUN = check(config)
except InputError as error:
    # As every command of the project; an error of Snakemake's would end with its status 1.
    print(error, file=sys.stderr)
    sys.exit(2)

# Where this workflow is, empty if it is run in its own folder: a module is run elsewhere.
HOME = (
    os.path.relpath(workflow.current_basedir.join("../..").get_path_or_uri(True)) + "/"
)
HOME = "" if HOME == "./" else HOME
RESULTS = f"results/{RUN.run}"
LOGS = f"{RESULTS}/logs"
RUN_CONFIG = f"{RESULTS}/provenance/config.yaml"
# conda takes the build for the machine that it runs on, which may be a login node without a GPU.
TORCH = (
    "../../envs/torch-cuda.yaml" if RUN.device == "cuda" else "../../envs/torch.yaml"
)


def one_of(names):
    """Return the pattern of a wildcard that may be any of these names and nothing else."""
    return "|".join(re.escape(name) for name in names) or "(?!)"


wildcard_constraints:
    T=r"(?:0|[1-9][0-9]*)[.][0-9](?:[0-9]|[0-9]+[1-9])",
    chain=one_of(RUN.monte_carlo),
    model=one_of(RUN.trained_models),
    relaxed=one_of(RUN.relaxed_sources),
    finished=one_of(RUN.finished_sources),
    start=one_of(RUN.starts),
    source=one_of(RUN.all_sources),
    size=r"[1-9][0-9]*",


def step_code(verb):
    """Return the hash of a step's code; as a parameter it makes changed code run again."""
    return code_hash(f"steps.{verb}")


def seed_of(verb):
    """Return the function of seeds of a step; wildcards are a name and, mostly, a T."""
    return lambda wildcards: derive_seed(RUN.seed, verb, *wildcards)


def seed_at_size(verb):
    """Return the function of seeds of a step on another lattice; wildcards are L, a name, T."""

    def seed(wildcards):
        size, source, temperature = wildcards
        return derive_seed(RUN.seed, verb, f"L{size}/{source}", temperature)

    return seed


def frames_of(source, temperature):
    """Return the file of a source's frames; a user's own files are read where they are."""
    if source in RUN.sources:
        return RUN.sources[source].frames.replace("{T}", temperature)
    return f"{RESULTS}/configurations/{source}/T{temperature}.nc"


def foreign_frames(sources):
    """Return the function of the flag that says where frames made elsewhere are, if any are shown."""
    places = {name: RUN.sources[name].frames for name in sources if name in RUN.sources}
    flag = f"--foreign {shlex.quote(json.dumps(places))}" if places else ""
    # A parameter that is no function would have its {T} filled in.
    return lambda wildcards: flag


def training_frames(model):
    """Return the files of frames that a model is trained on."""
    temperatures = RUN.trained_models[model].training_temperatures
    return [
        frames_of(RUN.trained_on(model), temperature) for temperature in temperatures
    ]


def model_behind(source):
    """Return the settings of the network that a source's frames come from, if any."""
    return RUN.trained_models.get(begun(source))


def begun(source):
    """Return the source whose frames a source begins with: itself, but for further ones of it."""
    return (RUN.relaxed_sources | RUN.finished_sources).get(source, (source, 0))[0]


def training_temperatures(sources=None):
    """Return the training temperatures of all models, or of those among some sources, as JSON."""
    return json.dumps(
        {
            name: model_behind(name).training_temperatures
            for name in RUN.all_sources
            if model_behind(name) and (sources is None or name in sources)
        }
    )


def per_source_and_temperature(kind, sources=None, temperatures=None):
    """Return the files below one folder for all sources and temperatures of the run, or some."""
    return [
        (
            frames_of(source, T)
            if kind == "configurations"
            else f"{RESULTS}/{kind}/{source}/T{T}.nc"
        )
        for source in (RUN.all_sources if sources is None else sources)
        for T in (RUN.temperatures if temperatures is None else temperatures)
    ]


def attributions():
    """Return the files of parts of the excess specific heat."""
    return [
        f"{RESULTS}/attributions/{source}/T{T}.nc"
        for source, temperatures in RUN.attributed.items()
        for T in temperatures
    ]


def finite_sizes(sources=None):
    """Return the files of exponents of all sources that have them, or some."""
    return [
        f"{RESULTS}/finite_size/{source}.nc"
        for source in RUN.scaled
        if sources is None or source in sources
    ]


def training_histories(models=None):
    """Return the files of losses of all models, or some."""
    names = RUN.trained_models if models is None else models
    return [f"{RESULTS}/models/{model}.training.nc" for model in names]


def equilibrated(sources):
    """Return those of some sources whose walks from random starts are followed."""
    return [source for source in sources if source in RUN.equilibration.sources]


def files_of_figure(name):
    """Return the files that a figure is drawn from, as its registry entry says."""
    figure = RUN.drawn_figures[name]
    models = [source for source in figure.sources if source in RUN.trained_models]
    chains = [source for source in figure.sources if source in RUN.monte_carlo]
    files = []
    for need in FIGURES[name].needs:
        if need in ("fidelity", "exact", "attribution"):
            files.append(f"{RESULTS}/{need}.nc")
        elif need == "finite_size":
            files += finite_sizes(figure.sources)
        elif need == "training":
            files += training_histories(models)
        elif need == "model":
            files += [f"{RESULTS}/models/{model}.safetensors" for model in models]
        elif need == "equilibration":
            sources = equilibrated(figure.sources)
            files += per_source_and_temperature(need, sources, figure.temperatures)
        else:
            # Where walks are shown beside frames, the frames are those of Monte Carlo.
            shown = chains if "equilibration" in FIGURES[name].needs else figure.sources
            files += per_source_and_temperature(need, shown, figure.temperatures)
    return files


def figure_files():
    """Return every figure of the run in both formats."""
    return [
        f"{RESULTS}/figures/{name}.{suffix}"
        for name in RUN.drawn_figures
        for suffix in ("svg", "png")
    ]


def flags(**values):
    """Return command-line flags for the values that are set."""
    given = {
        name.replace("_", "-"): value
        for name, value in values.items()
        if value is not None
    }
    return " ".join(f"--{name} {value}" for name, value in given.items())


def chain_flags(source, frames=None):
    """Return the flags of a Monte Carlo source, with another number of frames if there is one."""
    chain = RUN.monte_carlo[source].plain()
    del chain["evaluated"]
    return flags(**(chain | {"frames": frames or chain["frames"]}))


def start_flags(start):
    """Return the flags of frames before any Monte Carlo, as many as a model draws."""
    frames = RUN.sampling.frames
    chains = {"sampler": "metropolis", "frames": frames, "chains": frames}
    return flags(**chains, thermalization=0, spacing=1, start=start)


def relaxation_flags(source):
    """Return the flags that say how far a source is from the frames that it begins with."""
    sampler = "cluster" if source.endswith("clusters") else "metropolis"
    return flags(sampler=sampler, sweeps=RUN.relaxed_sources[source][1])


def sampling_flags(source):
    """Return the flags of the reverse chain, of models that have one."""
    sampling, family = RUN.sampling, model_behind(source).family
    given = {
        "sampling_steps": sampling.sampling_steps,
        "precision": sampling.precision,
    }
    if family not in ("diffusion", "continuous"):
        return ""
    if family == "diffusion":
        given["reverse_variance"] = sampling.reverse_variance
    else:
        given["sampler"] = sampling.sampler
    if source in RUN.finished_sources:
        given["finish_sigma"] = RUN.finish.sigma
        given["finish_sweeps"] = RUN.finished_sources[source][1]
    return flags(**given) + " --compile" * sampling.compile


def walk_flags(source):
    """Return the flags that say how a source walks from its random starts."""
    walk = RUN.equilibration
    if source in RUN.monte_carlo:
        return flags(sampler=RUN.monte_carlo[source].sampler, sweeps=walk.sweeps)
    return flags(
        model=f"{RESULTS}/models/{source}.safetensors",
        sampling_steps=walk.sampling_steps,
        reverse_variance=RUN.sampling.reverse_variance,
    )


def training_frames_at(source, temperature):
    """Return the frames at one temperature that a source was trained on, if any."""
    model = model_behind(source)
    trained = model is not None and temperature in model.training_temperatures
    return [frames_of(RUN.trained_on(begun(source)), temperature)] if trained else []


def record_provenance():
    """Write what a data file must not hold: config, commit and versions, beside the results."""
    folder = Path(RUN_CONFIG).parent
    folder.mkdir(parents=True, exist_ok=True)
    with whole(Path(RUN_CONFIG)) as place:
        place.write_text(yaml.safe_dump(RUN.plain(), sort_keys=False))
    home = shlex.quote(HOME or ".")
    shell(
        "commit=$(git -C {home} describe --always --dirty 2> /dev/null) "
        "&& echo $commit > {folder}/commit || rm -f {folder}/commit"
    )
    shell(
        "{sys.executable} -m pip freeze --exclude-editable > {folder}/versions.txt || true"
    )


def rule_graph():
    """Return which rules take what others make, in Graphviz's language."""
    dag = workflow.dag
    arrows = {
        (before.rule.name, job.rule.name)
        for job in dag.jobs
        for before in dag.dependencies[job]
    }
    lines = [f'    "{before}" -> "{after}";' for before, after in sorted(arrows)]
    return "\n".join(["digraph rules {", *lines, "}", ""])


onstart:
    # Until the run has ended well, no checksums are better than those of the run before.
    Path(RUN_CONFIG).with_name("checksums.sha256").unlink(missing_ok=True)
    record_provenance()
    Path(RUN_CONFIG).with_name("rules.dot").write_text(rule_graph())


onsuccess:
    shell("{sys.executable} {HOME}workflow/scripts/record_run.py {RESULTS}")


if not workflow.modifier.is_main_snakefile():
    # Of a module Snakemake runs no onstart; its jobs on other machines read all this again.
    recorded = Path(RUN_CONFIG)
    if not recorded.exists() or yaml.safe_load(recorded.read_text()) != RUN.plain():
        record_provenance()
