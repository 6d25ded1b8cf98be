"""The overhead of a run: start-up of every verb, of Snakemake, and idle cores.

Three tables are written to benchmarks/results/overhead.txt:

* Start-up: the processor time before each verb can begin, for Python and the imports of its module.
  Then, without Snakemake, a job of each rule of the preset ``tiny``, which includes imports where
  they are used (pyerrors for the errors of chains, seaborn) and little work. Its columns are the
  least processor time of a job alone, started and forked as in a local run, and the median time of
  forked jobs with all cores busy with such jobs.
* A finished run: its wall time compared with its useful work, both from Snakemake's record of when
  each job began and ended. Useful work is the time of jobs minus their start-up with all cores
  busy; a perfect run on two cores takes half of it. Other work on the machine makes jobs longer and
  the ratio smaller, so the machine should be idle.
* Planning: the duration of Snakemake's dry run with more and more temperatures, and the cost that
  ``make estimate`` predicts.

python -m benchmarks.overhead [RUN] [--cores 2]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks import harness
from benchmarks.harness import ROOT, core_seconds, table
from ising_fidelity.cli import forkserver
from ising_fidelity.config.load import load

sys.path.insert(0, str(ROOT / "workflow" / "scripts"))

import calibrate  # the scripts are no package
import estimate

RESULTS = harness.RESULTS / "overhead.txt"
TINY = "workflow/presets/tiny.yaml"
ROUNDS = 3
PAUSE = 60.0
"""Seconds without a job after which a run must have been interrupted and restarted."""
NUMBERS = (31, 100, 300)
"""Numbers of temperatures."""
VERBS = sorted(path.stem for path in (ROOT / "src/ising_fidelity/steps").glob("[a-z]*.py"))
TORCH = {"train", "sample", "sample_finished", "equilibrate"}
"""Verbs and rules that need PyTorch."""


@dataclass(frozen=True)
class Done:
    """A finished job, with its start and end times in s."""

    rule: str
    begin: float
    end: float


def processor_time(command: list[str], folder: Path) -> float:
    """Run a command and return its processor time, s."""
    return core_seconds(
        lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True)
    )


def start_up(verb: str, rounds: int = ROUNDS) -> float:
    """Return the least processor time, s, before a verb can begin."""
    code = f"import ising_fidelity.cli.main, ising_fidelity.steps.{verb}"
    return min(processor_time([sys.executable, "-c", code], ROOT) for _ in range(rounds))


@dataclass(frozen=True)
class Least:
    """A job with little work: processor time alone and forked, wall time at work, s."""

    alone: float
    forked: float
    at_work: float


def least_jobs(cores: int, rounds: int = ROUNDS) -> dict[str, Least]:
    """Return the times of a job of each rule of the tiny preset."""
    jobs = estimate.planned([TINY], "--forceall")
    of_each = {job.rule: job for job in jobs}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "resources").symlink_to(ROOT / "resources")
        run = load([ROOT / "config.yaml", ROOT / TINY])
        used = folder / "results" / run.run / "provenance" / "config.yaml"
        used.parent.mkdir(parents=True)
        used.write_text(yaml.safe_dump(run.plain()))

        def seconds(job: estimate.Job) -> tuple[str, float]:
            begin = time.monotonic()
            as_in_a_run(job, folder)
            return job.rule, time.monotonic() - begin

        # All jobs once first, since they need each other's outputs.
        for job in jobs:
            for path in job.outputs:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
            seconds(job)
        alone = {
            rule: min(processor_time(job.command, folder) for _ in range(rounds))
            for rule, job in of_each.items()
        }
        forkserver.start()
        forked = {rule: forked_time(job, folder, rounds) for rule, job in of_each.items()}
        at_work = defaultdict(list)
        # Rules in turn: no job runs beside another of its rule.
        with ThreadPoolExecutor(cores) as pool:
            for rule, taken in pool.map(seconds, 2 * rounds * list(of_each.values())):
                at_work[rule].append(taken)
    return {
        rule: Least(alone[rule], forked[rule], statistics.median(at_work[rule])) for rule in of_each
    }


def as_in_a_run(job: estimate.Job, folder: Path) -> None:
    """Run a job in the environment that Snakemake gives it."""
    environment = calibrate.of_a_job()
    subprocess.run(job.command, cwd=folder, check=True, capture_output=True, env=environment)


def forked_time(job: estimate.Job, folder: Path, rounds: int) -> float:
    """Return the least processor time of a job forked from a server, s; the first one imports."""
    found = []
    for _ in range(rounds + 1):
        before = calibrate.busy()
        as_in_a_run(job, folder)
        found.append(calibrate.busy() - before)
    return min(found)


def recorded(run: str, folder: Path = ROOT) -> Iterator[Done]:
    """Return the jobs of a run in Snakemake's record, each once."""
    found = {}
    for path in (folder / ".snakemake" / "metadata").rglob("*"):
        if path.is_file():
            record = json.loads(path.read_text())
            log = next(iter(record["log"] or []), "")
            if log.startswith(f"results/{run}/") and record["endtime"]:
                found[log] = Done(record["rule"], record["starttime"], record["endtime"])
    yield from found.values()


def wall_time(jobs: Iterable[Done]) -> float:
    """Return the time from a run's first job to its last, without pauses, s."""
    total, until = 0.0, float("-inf")
    for job in sorted(jobs, key=lambda job: job.begin):
        if job.begin > until + PAUSE:
            until = job.begin
        total += max(0.0, job.end - until)
        until = max(until, job.end)
    return total


def efficiency(jobs: list[Done], start_ups: dict[str, float], cores: int) -> dict[str, float]:
    """Return wall time and useful work, min, and wall time over useful work per core."""
    figure = start_ups.get("plot_fig3", 0.0)  # all figures have the same start-up
    start = [start_ups.get(job.rule, figure) for job in jobs]
    useful = sum(max(0.0, job.end - job.begin - s) for job, s in zip(jobs, start, strict=True))
    wall = wall_time(jobs)
    minutes = {"wall": wall / 60, "useful": useful / 60, "start": sum(start) / 60}
    return {"jobs": len(jobs), "ratio": wall * cores / useful, **minutes}


def plans(numbers: Iterable[int]) -> Iterator[dict[str, float]]:
    """Yield the cost of planning the default config with more and more temperatures.

    The cost is jobs, seconds of the dry run, and the core hours and GB of ``make estimate``, which
    times one job of each kind once.
    """
    kinds: dict[str, estimate.Kind] = {}
    for count in numbers:
        temperatures = [f"{1 + 3 * place / (count - 1):.4f}" for place in range(count)]
        with tempfile.TemporaryDirectory() as folder:
            more = Path(folder) / "temperatures.yaml"
            # A separate run without any results.
            more.write_text(yaml.safe_dump({"run": f"dry-{count}", "temperatures": temperatures}))
            start = time.monotonic()
            jobs = estimate.planned([str(more)])
            seconds = time.monotonic() - start
            if not kinds:
                run = load([ROOT / "config.yaml", more])
                kinds = estimate.estimated(run, jobs, jobs)
        costs = [kinds[job.kind].cost for job in jobs]
        yield {
            "temperatures": count,
            "jobs": len(jobs),
            "seconds": seconds,
            "hours": sum(cost.seconds for cost in costs) / 3600,
            "gigabytes": sum(cost.size for cost in costs) / 1e9,
        }


def tables(run: str, cores: int) -> Iterator[str]:
    """Return the three tables, each as soon as it is measured."""
    needs = dict.fromkeys(TORCH, "yes")
    starts = [[verb, needs.get(verb, "no"), f"{start_up(verb):.2f}"] for verb in VERBS]
    yield table(["start-up of the verb", "PyTorch", "core s"], starts)
    least = least_jobs(cores)
    lines = [
        [
            *(rule, needs.get(rule, "no")),
            *(f"{job.alone:.2f}", f"{job.forked:.2f}", f"{job.alone / job.forked:.1f}"),
            f"{job.at_work:.2f}",
        ]
        for rule, job in least.items()
    ]
    columns = ["core s", "forked", "ratio", f"s, {cores} at once"]
    yield table(["least job of the rule", "PyTorch", *columns], lines)
    if jobs := list(recorded(run)):
        found = efficiency(jobs, {rule: job.at_work for rule, job in least.items()}, cores)
        yield (
            f"run {run}: {found['jobs']} jobs on {cores} cores, wall {found['wall']:.1f} min; "
            f"useful work {found['useful']:.1f} core min, start-up {found['start']:.1f}\n"
            f"wall time over useful work per core: {found['ratio']:.2f}"
        )
    cells = "{temperatures} {jobs} {seconds:.1f} {hours:.2g} {gigabytes:.2g}"
    planned = [cells.format_map(plan).split() for plan in plans(NUMBERS)]
    yield table(["temperatures", "jobs", "dry run, s", "estimated core h", "GB"], planned)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", nargs="?", default="default", metavar="RUN", help="finished run")
    parser.add_argument("--cores", type=int, default=2, help="number of cores of that run")
    arguments = parser.parse_args()
    parts = []
    for part in tables(arguments.run, arguments.cores):
        print(f"{part}\n", flush=True)
        parts.append(part)
    RESULTS.write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
