"""Progress of a run: jobs done, jobs running, and time left."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean

DOING = {
    "simulate": "simulating",
    "train": "training",
    "sample": "sampling",
    "relax": "relaxing",
    "metropolise": "metropolising",
    "equilibrate": "equilibrating",
    "measure": "measuring",
    "compare": "comparing",
    "attribute": "attributing the specific heat of",
    "scale": "finite-size scaling of",
    "solve": "solving exactly",
    "merge": "merging observables",
    "score": "scoring",
    "plot": "drawing",
}
"""Words for a step while it runs."""
QUICK = ("scale", "solve", "merge", "score", "plot")
"""Steps that make tables and figures."""
ASSUMED_SECONDS = 2.0
"""Assumed time of such a job until one has ended."""
MOST_NAMED = 3
"""Largest number of jobs that a line names."""
TARGET = "all"
"""The rule that only lists the targets."""


@dataclass(frozen=True)
class Job:
    """A job of the workflow, by its rule and wildcards."""

    rule: str
    wildcards: Mapping[str, str] = field(default_factory=dict)

    @property
    def step(self) -> str:
        """The step that the rule is a variant of."""
        return self.rule.split("_")[0]

    @property
    def name(self) -> str:
        """The source, model or figure that it is of, if any."""
        if self.step == "plot":
            return self.rule.removeprefix("plot_")
        return next((name for key, name in self.wildcards.items() if key not in ("T", "size")), "")

    @property
    def doing(self) -> str:
        """What is done while it runs."""
        words = f"{DOING.get(self.step, self.rule)} {self.name}".strip()
        at = {"T": "T", "size": "L"}
        conditions = [f"{at[key]} = {self.wildcards[key]}" for key in at if key in self.wildcards]
        return " at ".join([words, *([", ".join(conditions)] if conditions else [])])


class Progress:
    """The jobs of a run, by their numbers; times are seconds of a clock that only moves forward."""

    def __init__(self, jobs: Mapping[int, Job], now: float) -> None:
        self.jobs = {number: job for number, job in jobs.items() if job.rule != TARGET}
        self.begun_at = now
        self.running: dict[int, float] = {}
        self.took: dict[int, float] = {}
        self.failed: set[int] = set()

    def begin(self, number: int, now: float) -> None:
        """Note that a job starts, perhaps once more."""
        if number in self.jobs:
            self.failed.discard(number)
            self.running[number] = now

    def end(self, number: int, now: float) -> None:
        """Note that a job has ended well."""
        if number in self.jobs:
            self.took[number] = now - self.running.pop(number, now)

    def fail(self, number: int) -> None:
        """Note that a job has failed."""
        if number in self.jobs:
            self.running.pop(number, None)
            self.failed.add(number)

    def plan(self) -> str:
        """Return how many jobs there are of each step."""
        counts = Counter(job.step for job in self.jobs.values())
        order = sorted(counts, key=[*DOING, *counts].index)
        steps = ", ".join(f"{step} {counts[step]}" for step in order)
        return f"{len(self.jobs)} job{'s' if len(self.jobs) != 1 else ''}: {steps}"

    def done(self) -> str:
        """Return how many jobs are done and have failed."""
        failed = f", {len(self.failed)} failed" if self.failed else ""
        return f"{len(self.took)} of {len(self.jobs)} done{failed}"

    def line(self, now: float) -> str:
        """Return what is done, what is left and what is being done, on one line."""
        names = [self.jobs[number].doing for number in self.running]
        if len(names) > MOST_NAMED:
            names[MOST_NAMED:] = [f"{len(names) - MOST_NAMED} more"]
        if not self.running and len(self.took) == len(self.jobs):
            return f"{self.done()} in {in_words(now - self.begun_at)}"
        known = ", ".join(part for part in (self.done(), self.left(now)) if part)
        return ": ".join(part for part in (known, "; ".join(names)) if part)

    def left(self, now: float) -> str:
        """Return about how long the rest will take, if jobs of this run that have ended say so.

        A job takes as long as those of the same step and source, else as those of the same step. If
        no job of a step has ended, other than of tables and figures, the time is a lower limit.
        """
        by_kind: dict[tuple[str, str], list[float]] = defaultdict(list)
        for number, seconds in self.took.items():
            job = self.jobs[number]
            by_kind[job.step, job.name].append(seconds)
            by_kind[job.step, ""].append(seconds)
        seconds_left, known = [], True
        for number, job in self.jobs.items():
            if number in self.took or number in self.failed:
                continue
            assumed = [ASSUMED_SECONDS] if job.step in QUICK else []
            like_it = by_kind.get((job.step, job.name)) or by_kind.get((job.step, "")) or assumed
            known = known and bool(like_it)
            elapsed = now - self.running.get(number, now)
            seconds_left.append(max(0.0, fmean(like_it or [0.0]) - elapsed))
        wall = now - self.begun_at
        busy = sum(self.took.values()) + sum(now - start for start in self.running.values())
        # As many jobs at once as until now, whether those are cores or places in a queue.
        at_once = max(1.0, busy / wall) if wall > 0 else 1.0
        seconds = max(sum(seconds_left) / at_once, max(seconds_left, default=0.0))
        if seconds < 60:
            return "less than a minute left" if known else ""
        return f"{'about' if known else 'more than'} {in_words(seconds)} left"


def in_words(seconds: float) -> str:
    """Return a time, to the minute or second."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
