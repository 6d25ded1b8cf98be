# Common to all rules: the checked config, its files and flags, and provenance.

import json
import os
import re
import sys
from pathlib import Path

import yaml

from ising_fidelity.cli import forkserver
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
    """Exit with status 2, as every command of the project; Snakemake's own errors have 1."""
    print(error, file=sys.stderr)
    sys.exit(2)


def layers():
    """Return the run's config files one by one; merged ones do not show repeated keys."""
    over = workflow.overwrite_configfiles
    # Snakemake lists files of the command line before those of the workflow.
    files = [*workflow.configfiles[len(over) :], *over]
    return [read(path) for path in files if Path(path).suffix != ".json"]


# As a module, this workflow gets its config from the user's workflow.
IS_MAIN = workflow.modifier.is_main_snakefile()
try:
    LAYERS = layers() if IS_MAIN else []
    RUN = check(config)
    # For a module, other rules may still make these files. Jobs on other machines skip the check.
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
if workflow.is_main_process:  # not in every job on another machine
    command_line = workflow.config_settings.config
    for line in [*without_effect([*LAYERS, command_line]), *NOTES]:
        print(f"note: {line}", file=sys.stderr)
# Relative path of this workflow; empty if it runs in its own folder, as a module does not.
HOME = (
    os.path.relpath(workflow.current_basedir.join("../..").get_path_or_uri(True)) + "/"
)
HOME = "" if HOME == "./" else HOME
RECORD_RUN = f"{HOME}workflow/scripts/record_run.py"
# conda selects the build for the machine it runs on, which may be a login node without a GPU.
TORCH = (
    "../../envs/torch-cuda.yaml" if RUN.device == "cuda" else "../../envs/torch.yaml"
)


def one_of(names):
    """Return the pattern of a wildcard that matches these names only."""
    return "|".join(re.escape(name) for name in names) or "(?!)"


wildcard_constraints:
    T=r"(?:0|[1-9][0-9]*)[.][0-9](?:[0-9]|[0-9]+[1-9])",
    chain=one_of(RUN.chains),
    model=one_of(RUN.networks),
    command=one_of(RUN.commands),
    relaxed=one_of(RUN.relaxed_sources),
    finished=one_of(RUN.finished_sources),
    metropolised=one_of(RUN.metropolised_sources),
    start=one_of(RUN.starts),
    source=one_of(RUN.all_sources),
    size=r"[1-9][0-9]*",


def seed_of(verb):
    """Return the function for seeds of a step; wildcards are a name and usually a T."""
    return lambda wildcards: derive_seed(RUN.seed, verb, *wildcards)


def seed_at_size(verb):
    """Return the function for seeds of a step on another lattice; wildcards are L, a name, T."""

    def seed(wildcards):
        size, source, temperature = wildcards
        return derive_seed(RUN.seed, verb, f"L{size}/{source}", temperature)

    return seed


def record_provenance():
    """Write config, commit and versions to the run's folder; data files must not contain them."""
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
    """Return the graph of rules in Graphviz's language."""
    dag = workflow.dag
    arrows = {
        (before.rule.name, job.rule.name)
        for job in dag.jobs
        for before in dag.dependencies[job]
    }
    lines = [f'    "{before}" -> "{after}";' for before, after in sorted(arrows)]
    return "\n".join(["digraph rules {", *lines, "}", ""])


onstart:
    # All spins are read here and not in every dry run, as it is slow.
    try:
        check_own_files(RUN)
    except InputError as error:
        refuse(error)
    record_provenance()
    forkserver.start()
    # Remove the checksums of the previous run; they are written again at the end.
    Path(RUN_CONFIG).with_name("checksums.sha256").unlink(missing_ok=True)
    Path(RUN_CONFIG).with_name("rules.dot").write_text(rule_graph())


if not workflow.modifier.is_main_snakefile():
    # Snakemake runs no onstart of a module, and jobs on other machines run this code again.
    recorded = Path(RUN_CONFIG)
    if not recorded.exists() or yaml.safe_load(recorded.read_text()) != RUN.plain():
        record_provenance()
