"""Estimate core time, wall time and disk space of a run before it starts.

The jobs are those of a dry run. One job of each kind, at the temperature nearest to T_c, is run in
a temporary folder with few frames, steps or training images. It is repeated with more of them until
it takes a second longer. The full cost is a linear extrapolation. Measurements and comparisons are
timed with all frames. Figures, tables, Snakemake's own work, and jobs of models with commands of
their own are assumed to take some seconds each. Compiled networks are timed uncompiled. The first
look is timed at some of its temperatures.

make estimate PRESET=paper, or python workflow/scripts/estimate.py [--cores N] [CONFIG.yaml ...]
make estimate PRESET=look, or python workflow/scripts/estimate.py --look
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from calibrate import READERS, SMALLER, Calibration, Cost, Job

from ising_fidelity.cli import forkserver
from ising_fidelity.config.load import base, load
from ising_fidelity.config.run import Config
from ising_fidelity.exceptions import InputError
from ising_fidelity.judgement.look import TEMPERATURES
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

ROOT = Path(__file__).resolve().parents[2]
SCHEDULING = 0.2
"""Core seconds that Snakemake needs for one job."""


@dataclass
class Kind:
    """Jobs of one kind."""

    count: int = 0
    cost: Cost = field(default_factory=Cost)


def planned(configs: Sequence[str], *options: str) -> list[Job]:
    """Return the jobs of a dry run."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--dry-run", "--printshellcmds", "--cores", "1", "--rerun-incomplete"]
    configs = ["--configfile", *configs] if configs else []
    done = subprocess.run(
        [*command, *options, *configs], capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        wrong = (line for line in lines if line.startswith("config:"))
        # The last line of a traceback is the message.
        shown = lines[-1:] if any(line.startswith("Traceback") for line in lines) else lines
        raise InputError(next(wrong, f"the run cannot be planned ({' '.join(shown)})"))
    return list(read_plan(done.stdout))


def read_plan(text: str) -> Iterator[Job]:
    """Return the jobs that Snakemake has printed, except the target rule."""
    # Jobs of a group are indented.
    pattern = r"^ *(?:rule|localrule) (\w+):\n((?: {4}.*\n)*)(?:Shell command: (.*(?:\n.+)*))?"
    for rule, about, command in re.findall(pattern, text, re.MULTILINE):
        about = dict(re.findall(r"^ {4,}(\w+): (.*)$", about, re.MULTILINE))
        if rule == "all":
            continue
        wildcards = dict(
            pair.split("=", 1) for pair in about.get("wildcards", "").split(", ") if pair
        )
        words = shlex.split(command)
        words = words[: words.index(">")] if command else []
        yield Job(rule, wildcards, about.get("output", "").split(", "), words)


def estimated(run: Config, pending: list[Job], everything: list[Job]) -> dict[str, Kind]:
    """Return the number of jobs of each kind, and the cost of one."""
    counts = Counter(job.kind for job in pending)
    kinds = {key: Kind(count) for key, count in counts.items()}
    nearest: dict[str, Job] = {}
    for job in sorted(everything, key=_distance):
        # No other job needs the files of these, so they are timed only if they are pending.
        needed = job.kind in kinds or job.rule not in READERS
        if job.rule in SMALLER and needed and not _reads_of_commands(run, job):
            nearest.setdefault(job.kind, job)
    with tempfile.TemporaryDirectory() as folder:
        calibration = Calibration(run, Path(folder))
        for key, job in sorted(nearest.items(), key=lambda item: SMALLER.index(item[1].rule)):
            cost = calibration.cost(job)
            if key in kinds:
                kinds[key].cost = cost
    return kinds


def _reads_of_commands(run: Config, job: Job) -> bool:
    """Whether a job reads files of a user's command, which is not run for timing."""
    paths = (Path(word) for word in job.command if "/configurations/" in word)
    return any(run.begun(path.parent.name) in run.commands for path in paths)


def _distance(job: Job) -> float:
    return abs(float(job.wildcards.get("T", "inf")) - CRITICAL_TEMPERATURE)


def table(kinds: dict[str, Kind], cores: int) -> str:
    """Return the estimate in words."""
    lines = [f"{'step':40} {'jobs':>6} {'s each':>9} {'core min':>9} {'MB':>9}"]
    total = size = longest = 0.0
    for name, kind in kinds.items():
        seconds, megabytes = kind.count * kind.cost.seconds, kind.count * kind.cost.size / 1e6
        mark = " " if kind.cost.measured else "*"
        lines.append(
            f"{name:40} {kind.count:6} {kind.cost.seconds:8.1f}{mark} {seconds / 60:9.1f} "
            f"{megabytes:9.1f}"
        )
        total, size = total + seconds, size + megabytes
        longest = max(longest, kind.cost.seconds)
    jobs = sum(kind.count for kind in kinds.values())
    total += jobs * SCHEDULING
    wall = max(longest, total / cores)
    lines += [
        f"{'scheduling':40} {jobs:6} {SCHEDULING:8.1f}* {jobs * SCHEDULING / 60:9.1f}",
        "* assumed, not measured",
        f"{jobs} jobs, {total / 3600:.2g} core hours, {size / 1000:.2g} GB on disk",
        f"on {cores} cores about {wall / 60:.3g} minutes",
    ]
    return "\n".join(lines)


def of_look(cores: int) -> str:
    """Return the estimate of the first look in words, from looks at few temperatures on all cores.

    Where cores are as many as its temperatures, it is the time of the whole look.
    """
    few = [min(len(TEMPERATURES), cores), min(len(TEMPERATURES), 2 * cores)]
    spread = (TEMPERATURES[:: len(TEMPERATURES) // count][:count] for count in few)
    seconds = [_timed_look(temperatures, cores) for temperatures in spread]
    each = (seconds[1] - seconds[0]) / max(1, few[1] - few[0])
    whole = seconds[1] + each * (len(TEMPERATURES) - few[1])
    return f"{len(TEMPERATURES)} temperatures\non {cores} cores about {whole / 60:.3g} minutes"


def _timed_look(temperatures: Sequence[str], cores: int) -> float:
    words = ["ising-fidelity", "look", "--quiet", "--workers", str(cores)]
    words += [word for T in temperatures for word in ("--temperature", T)]
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        command = [*words, "--output", f"{folder}/look"]
        subprocess.run(command, check=True, capture_output=True)
        return time.monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--look", action="store_true", help="the first look instead of a run")
    parser.add_argument("configs", nargs="*", metavar="CONFIG.yaml", help="merged over config.yaml")
    arguments = parser.parse_args()
    if arguments.look:
        print(of_look(arguments.cores))
        return
    try:
        run = load([base(ROOT), *arguments.configs])
        pending = planned(arguments.configs)
        everything = planned(arguments.configs, "--forceall") if pending else []
        forkserver.start()
        print(table(estimated(run, pending, everything), arguments.cores))
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
