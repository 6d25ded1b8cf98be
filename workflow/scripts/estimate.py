"""What a run will take before it is begun: core time, wall time and disk.

The jobs are those of a dry run. One of each kind, at the temperature nearest to T_c, is run in a
folder that is thrown away, with few frames, steps or training images, and then with more until that
takes a second longer; the rest is a straight line. What has nothing to be made smaller, figures and
tables, is taken as some seconds each. What is compiled is timed uncompiled.

make estimate PRESET=paper, or python workflow/scripts/estimate.py [--cores N] [CONFIG.yaml ...]
"""

import argparse
import copy
import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from ising_fidelity import config, dataset
from ising_fidelity.exceptions import InputError
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

ROOT = Path(__file__).resolve().parents[2]
SECONDS_LONGER = 1.0
FIRST_SHARE, GROWTH = 1 / 256, 16
ASSUMED_SECONDS, ASSUMED_BYTES = 6.0, 300_000
"""Of a figure or a table."""
FRAMES_RULES = ("simulate", "simulate_start", "sample", "sample_finished", "relax")
SMALLER = {*FRAMES_RULES, "train", "measure", "compare"}


@dataclass(frozen=True)
class Job:
    """A job of the dry run."""

    rule: str
    wildcards: dict[str, str]
    outputs: list[str]
    command: list[str]

    @property
    def kind(self) -> str:
        """The rule and what it is of, but not at which temperature."""
        names = [value for name, value in self.wildcards.items() if name != "T"]
        return " ".join([self.rule, *names])

    @property
    def temperature(self) -> str:
        """Empty where there is none."""
        return self.wildcards.get("T", "")


@dataclass
class Cost:
    """Seconds and bytes of one job."""

    seconds: float = ASSUMED_SECONDS
    size: float = ASSUMED_BYTES
    measured: bool = False


@dataclass
class Kind:
    """Jobs that are alike."""

    count: int = 0
    cost: Cost = field(default_factory=Cost)


def planned(configs: Sequence[str], *options: str) -> list[Job]:
    """Return the jobs of a dry run."""
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--printshellcmds", "--cores", "1"]
    command.append("--rerun-incomplete")
    configs = ["--configfile", *configs] if configs else []
    done = subprocess.run(
        [*command, *options, *configs], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        wrong = (line for line in lines if line.startswith("config:"))
        raise InputError(next(wrong, f"the run cannot be planned ({' '.join(lines)})"))
    return list(read_plan(done.stdout))


def read_plan(text: str) -> Iterator[Job]:
    """Return the jobs that Snakemake has printed, but for the target rule."""
    # Jobs of a group are indented.
    pattern = r"^ *(?:rule|localrule) (\w+):\n((?: {4}.*\n)*)(?:Shell command: (.*(?:\n.+)*))?"
    for rule, about, command in re.findall(pattern, text, re.MULTILINE):
        said = dict(re.findall(r"^ {4,}(\w+): (.*)$", about, re.MULTILINE))
        if rule == "all":
            continue
        wildcards = dict(
            pair.split("=", 1) for pair in said.get("wildcards", "").split(", ") if pair
        )
        words = shlex.split(command.split(" > ")[0]) if command else []
        yield Job(rule, wildcards, said.get("output", "").split(", "), words)


def flag(words: Sequence[str], name: str, default: int) -> int:
    """Return the number after a flag."""
    return int(words[words.index(name) + 1]) if name in words else default


def put(words: list[str], name: str, value: object) -> None:
    """Set what stands after a flag."""
    if name in words:
        words[words.index(name) + 1] = str(value)
    else:
        words[2:2] = [name, str(value)]


class Calibration:
    """Runs jobs smaller than they are, in a folder of its own."""

    def __init__(self, run: config.Config, folder: Path) -> None:
        self.run, self.folder = run, folder
        self.config = folder / "results" / run.run / "provenance" / "config.yaml"
        self.config.parent.mkdir(parents=True)
        self.config.write_text(yaml.safe_dump(run.plain()))

    def cost(self, job: Job) -> Cost:
        """Return what a job takes, on the line through its smallest and its largest run."""
        points: list[tuple[float, float, float]] = []
        share = FIRST_SHARE
        while True:
            share = min(1.0, share)
            words, done = self.smaller(job, share)
            seconds: float = self._timed(words)
            size: float = sum((self.folder / path).stat().st_size for path in job.outputs)
            points.append((done, seconds, size))
            if done >= 1 or seconds - points[0][1] > SECONDS_LONGER:
                break
            share *= GROWTH
        (first, *low), (last, *high) = points[0], points[-1]
        steps = (1 - last) / (last - first) if last > first else 0.0
        seconds, size = (b + steps * max(0.0, b - a) for a, b in zip(low, high, strict=True))
        return Cost(seconds, size, measured=True)

    def _timed(self, words: list[str]) -> float:
        """Return the seconds of a command: those of the processor, if other work held it up."""
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(words, cwd=self.folder, check=True, capture_output=True)
        seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        busy = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        # A job on a GPU keeps its core waiting, which counts as busy.
        return min(seconds, busy)

    def smaller(self, job: Job, share: float) -> tuple[list[str], float]:
        """Return a command that does a share of the work, and what share it is in the end."""
        words = list(job.command)
        for path in job.outputs:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        if job.rule == "train":
            return self._training(job, words, share)
        if job.rule in ("measure", "compare"):
            return words, self._tiled([word for word in words if "/configurations/" in word], share)
        if job.rule.startswith("sample"):
            words = [word for word in words if word != "--compile"]
            frames = flag(words, "--frames", 1)
            steps = flag(words, "--sampling-steps", self._all_steps(job))
            work = share * frames * steps
            put(words, "--sampling-steps", fewer := max(2, min(steps, round(work))))
            put(words, "--frames", some := max(1, min(frames, round(work / fewer))))
            return words, min(1.0, fewer * some / (frames * steps))
        if job.rule == "relax":
            return words, self._tiled(words[-1:], share)
        frames, chains = flag(words, "--frames", 1), flag(words, "--chains", 1)
        draws = max(2, round(share * frames / chains))
        put(words, "--frames", draws * chains)
        put(words, "--thermalization", round(flag(words, "--thermalization", 0) * share))
        return words, min(1.0, draws * chains / frames)

    def _all_steps(self, job: Job) -> int:
        name = job.wildcards.get("model") or job.wildcards["finished"].split("+")[0]
        return getattr(self.run.trained_models[name], "diffusion_steps", 1)

    def _training(self, job: Job, words: list[str], share: float) -> tuple[list[str], float]:
        """Train on the first temperature alone, in one epoch."""
        name = job.wildcards["model"]
        settings = self.run.trained_models[name]
        inputs = [word for word in words if "/configurations/" in word]
        # Frames of any temperature will do.
        kept = str(next((self.folder / inputs[0]).parent.glob("T*.nc")).relative_to(self.folder))
        frames = self.run.monte_carlo[self.run.trained_on(name)].frames
        images = settings.images_per_epoch or frames * len(settings.training_temperatures)
        whole = images * settings.epochs
        some = min(whole, max(2 * settings.batch_size, round(share * whole)))
        plain = copy.deepcopy(self.run.plain())
        original = re.sub(r"\.seed\d+$", "", name)
        plain["models"][original] |= {
            "training_temperatures": [Path(kept).stem.removeprefix("T")],
            "epochs": 1,
            "images_per_epoch": some,
        }
        if "compile" in plain["models"][original]:
            plain["models"][original]["compile"] = False
        self.config.write_text(yaml.safe_dump(plain))
        return [*(word for word in words if word not in inputs), kept], some / whole

    def _tiled(self, paths: Sequence[str], share: float) -> float:
        """Fill files with so many frames that a step reads a share of them.

        Frames of any temperature of their source will do: which one was made need not be theirs.
        """
        done = 1.0
        for path in dict.fromkeys(paths):
            place = self.folder / path
            whole = self._frames(place.parent.name)
            made = place if place.exists() else next(place.parent.glob("T*.nc"))
            data = dataset.read_frames(made)
            spins = data["spin"].values
            draws = max(4, round(share * whole / len(spins)))
            tiles = np.resize(np.arange(spins.shape[1]), draws)
            T = float(place.stem.removeprefix("T"))
            more = dataset.frames_dataset(spins[:, tiles], T, data.attrs["sampling"], {})
            dataset.write(more, place)
            done = min(done, draws * len(spins) / whole)
        return done

    def _frames(self, source: str) -> int:
        chain = self.run.monte_carlo.get(source)
        return self.run.sampling.frames if chain is None else chain.frames


def estimated(run: config.Config, pending: list[Job], everything: list[Job]) -> dict[str, Kind]:
    """Return how many jobs of each kind there are, and what one of each takes."""
    counts = Counter(job.kind for job in pending)
    nearest: dict[str, Job] = {}
    for job in everything:
        key = job.kind
        if key not in nearest or _distance(job) < _distance(nearest[key]):
            nearest[key] = job
    kinds = {key: Kind(count) for key, count in counts.items()}
    with tempfile.TemporaryDirectory() as folder:
        calibration = Calibration(run, Path(folder))
        for key, job in _walk(nearest):
            needed = key in kinds or job.rule in {*FRAMES_RULES, "train"}
            if job.rule in SMALLER and needed:
                cost = calibration.cost(job)
                if key in kinds:
                    kinds[key].cost = cost
    return kinds


def _distance(job: Job) -> float:
    return abs(float(job.temperature or "inf") - CRITICAL_TEMPERATURE)


def _walk(nearest: dict[str, Job]) -> list[tuple[str, Job]]:
    """Return kinds in the order in which one needs the other's files."""
    order = ["simulate", "simulate_start", "train", "sample", "sample_finished", "relax"]
    order += ["measure", "compare"]
    places = {rule: place for place, rule in enumerate(order)}
    return sorted(nearest.items(), key=lambda item: places.get(item[1].rule, len(order)))


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
    wall = max(longest, total / cores)
    lines += [
        "* taken as some seconds, not measured",
        f"{jobs} jobs, {total / 3600:.2g} core hours, {size / 1000:.2g} GB on disk",
        f"on {cores} cores about {wall / 60:.3g} minutes",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("configs", nargs="*", metavar="CONFIG.yaml", help="laid over config.yaml")
    arguments = parser.parse_args()
    try:
        run = config.load([ROOT / "config.yaml", *arguments.configs])
        pending = planned(arguments.configs)
        everything = planned(arguments.configs, "--forceall") if pending else []
        print(table(estimated(run, pending, everything), arguments.cores))
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
