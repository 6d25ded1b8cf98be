# What all rules need: the checked config, the files and flags that it comes to, and provenance.

import json
import os
import re
import sys
from pathlib import Path

import yaml

from ising_fidelity.config.load import check, read, without_effect
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.io.files import check_writable, whole
from ising_fidelity.io.seeds import derive_seed
from ising_fidelity.run import code, commands, flags, record
from ising_fidelity.run.notes import notes
from ising_fidelity.run.paths import Paths
from ising_fidelity.run.sources import check_own_files


def refuse(error):
    """End as every command of the project; an error of Snakemake's would have its status 1."""
    print(error, file=sys.stderr)
    sys.exit(2)


def layers():
    """Return the run's configs, each by itself: together they do not say what stands twice."""
    over = workflow.overwrite_configfiles
    # Snakemake lists those of the command line first, and those of the workflow after them.
    files = [*workflow.configfiles[len(over) :], *over]
    return [read(path) for path in files if Path(path).suffix != ".json"]


# The configs of a module are its user's.
IS_MAIN = workflow.modifier.is_main_snakefile()
try:
    LAYERS = layers() if IS_MAIN else []
    RUN = check(config)
    # Of a module, other rules may still make them. Jobs on other machines read all this again.
    if IS_MAIN and workflow.is_main_process:
        check_own_files(RUN, values=False)
        commands.check_inputs(RUN)
except InputError as error:
    refuse(error)

PATHS = Paths(RUN)
NOTES = notes(RUN, PATHS.plan)
RESULTS = PATHS.results
LOGS = f"{RESULTS}/logs"
RUN_CONFIG = f"{RESULTS}/provenance/config.yaml"
if workflow.is_main_process:  # not once more in every job on another machine
    command_line = workflow.config_settings.config
    for line in [*without_effect([*LAYERS, command_line]), *NOTES]:
        print(f"note: {line}", file=sys.stderr)
# Where this workflow is, empty if it is run in its own folder: a module is run elsewhere.
HOME = (
    os.path.relpath(workflow.current_basedir.join("../..").get_path_or_uri(True)) + "/"
)
HOME = "" if HOME == "./" else HOME
RECORD_RUN = f"{HOME}workflow/scripts/record_run.py"
# conda takes the build for the machine that it runs on, which may be a login node without a GPU.
TORCH = (
    "../../envs/torch-cuda.yaml" if RUN.device == "cuda" else "../../envs/torch.yaml"
)


def one_of(names):
    """Return the pattern of a wildcard that may be any of these names and nothing else."""
    return "|".join(re.escape(name) for name in names) or "(?!)"


wildcard_constraints:
    T=r"(?:0|[1-9][0-9]*)[.][0-9](?:[0-9]|[0-9]+[1-9])",
    chain=one_of(RUN.chains),
    model=one_of(RUN.networks),
    command=one_of(RUN.commands),
    relaxed=one_of(RUN.relaxed_sources),
    finished=one_of(RUN.finished_sources),
    start=one_of(RUN.starts),
    source=one_of(RUN.all_sources),
    size=r"[1-9][0-9]*",


def seed_of(verb):
    """Return the function of seeds of a step; wildcards are a name and, mostly, a T."""
    return lambda wildcards: derive_seed(RUN.seed, verb, *wildcards)


def seed_at_size(verb):
    """Return the function of seeds of a step on another lattice; wildcards are L, a name, T."""

    def seed(wildcards):
        size, source, temperature = wildcards
        return derive_seed(RUN.seed, verb, f"L{size}/{source}", temperature)

    return seed


def record_provenance():
    """Write what a data file must not hold: config, commit and versions, beside the results."""
    folder = Path(RUN_CONFIG).parent
    try:
        for first in (f"{RESULTS}/exact.nc", f"{LOGS}/solve.log"):
            check_writable(Path(first))
        with whole(Path(RUN_CONFIG)) as place:
            place.write_text(yaml.safe_dump(RUN.plain(), sort_keys=False))
    except InputError as error:
        refuse(error)
    commit = record.commit_of(Path(HOME))
    if commit.startswith(record.UNKNOWN):
        print(f"warning: the commit of the workflow is {commit}", file=sys.stderr)
    (folder / "commit").write_text(f"{commit}\n")
    (folder / "versions.txt").write_text(record.versions())


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
    # All spins are read here and not before every plan, since it takes a while.
    try:
        check_own_files(RUN)
    except InputError as error:
        refuse(error)
    record_provenance()
    # Until the run has ended well, no checksums are better than those of the run before.
    Path(RUN_CONFIG).with_name("checksums.sha256").unlink(missing_ok=True)
    Path(RUN_CONFIG).with_name("rules.dot").write_text(rule_graph())


if not workflow.modifier.is_main_snakefile():
    # Of a module Snakemake runs no onstart; its jobs on other machines read all this again.
    recorded = Path(RUN_CONFIG)
    if not recorded.exists() or yaml.safe_load(recorded.read_text()) != RUN.plain():
        record_provenance()
