"""Shared parts of benchmarks: timing in turns, spreads, tables, the machine, the command line."""

import argparse
import importlib.metadata
import json
import os
import platform
import re
import resource
import statistics
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
CPU_FIELDS = {"model name": "", "cpu family": "family ", "model": "model "}

Act = Callable[[], object]
Timer = Callable[[int], float]
"""Returns the seconds of this many repetitions."""
Data = dict[str, Any]
Row = list[object]
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Effort:
    """Time budget: seconds per timing, and rounds in which all variants take turns."""

    seconds: float
    rounds: int
    length: float = 1.0
    """Length of runs that are not timed; 1 is the full length."""

    @property
    def quick(self) -> bool:
        """Whether this is only a trial, in which slow parts may be left out."""
        return self.length < 1

    def draws(self, full: int) -> int:
        """Return the number of draws of a run that has ``full`` draws at length 1."""
        return max(16, round(self.length * full))


@dataclass(frozen=True)
class Spread:
    """Median and extremes over rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Return the spread of some values."""
        ordered = sorted(values)
        return cls(statistics.median(ordered), ordered[0], ordered[-1])

    @classmethod
    def ratio(cls, above: Iterable[float], below: Iterable[float]) -> "Spread":
        """Return the spread of the ratios of times in the same round."""
        return cls.of(a / b for a, b in zip(above, below, strict=True))

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.least:.3g}..{self.most:.3g})"


@dataclass(frozen=True)
class Section:
    """The tables of a section, as text, and its numbers."""

    text: str
    data: Data


def processor_seconds() -> float:
    """Return the processor time of this process and of its finished child processes."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(
    act: Callable[[], Value], clock: Callable[[], float] = processor_seconds
) -> tuple[Value, float]:
    """Return the result of an act and its duration in s, by default as processor time."""
    start = clock()
    value = act()
    return value, clock() - start


def core_seconds(act: Act, count: int = 1) -> float:
    return timed(lambda: [act() for _ in range(count)])[1]


def enough(timer: Timer, seconds: float, count: int = 1) -> int:
    """Return how many repetitions take about this long, starting from ``count``."""
    timer(1)
    while (taken := timer(count)) < seconds / 4 and count < 2**40:
        count *= 4
    return max(1, round(count * seconds / taken))


def taking_turns(acts: Mapping[Key, Callable[[], Value]], rounds: int) -> dict[Key, list[Value]]:
    """Return the results of each act, round by round."""
    taken: dict[Key, list[Value]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            taken[name].append(act())
    return taken


def repeating(
    timers: Mapping[str, Timer], effort: Effort, counts: Mapping[str, int] | None = None
) -> dict[str, list[float]]:
    """Return seconds per repetition of each timer, round by round, in rounds of equal duration."""
    counts = counts or {name: enough(timer, effort.seconds) for name, timer in timers.items()}

    def each(name: str) -> float:
        return timers[name](counts[name]) / counts[name]

    return taking_turns({name: partial(each, name) for name in timers}, effort.rounds)


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table whose columns are aligned."""
    cells = [list(headings), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def tabled(rows: Mapping[str, Mapping[str, Any] | None], about: str = "") -> Section:
    """Return a section of named numbers, spreads and words, after some text.

    A row is None if a package is not installed.
    """
    names = list(next(row for row in rows.values() if row))
    absent = ["not installed", *[""] * (len(names) - 1)]
    lines = [[name, *(map(cell, row.values()) if row else absent)] for name, row in rows.items()]
    parts = [about] * bool(about) + [table(["", *(n.replace("_", " ") for n in names)], lines)]
    data = {
        name: {key: asdict(one) if is_dataclass(one) else one for key, one in row.items()}
        for name, row in rows.items()
        if row
    }
    return Section("\n\n".join(parts), data)


def version(package: str) -> str | None:
    """Return a package's version, None if it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    text = info.read_text() if info.is_file() else ""
    fields = {key: re.search(rf"^{key}\s*: (.*)$", text, re.M) for key in CPU_FIELDS}
    found = [f"{label}{match[1]}" for key, label in CPU_FIELDS.items() if (match := fields[key])]
    return ", ".join(found) or platform.processor() or platform.machine()


def machine(*packages: str) -> dict[str, str]:
    """Return everything that timings depend on, including the versions of packages."""
    return {
        "CPU": cpu_model(),
        "cores": str(os.cpu_count()),
        "Python": platform.python_version(),
        **{name: version(name) or "not installed" for name in packages},
    }


def parser(about: str | None, sections: Iterable[str]) -> argparse.ArgumentParser:
    """Return the options of a benchmark with several sections."""
    made = argparse.ArgumentParser(description=(about or "").split("\n")[0])
    made.add_argument("--quick", action="store_true", help="a short trial run")
    made.add_argument(
        "--section",
        action="append",
        choices=list(sections),
        help="run only this section; may be repeated",
    )
    made.add_argument(
        "--output", type=Path, help="folder; without it, only a full run of all sections is written"
    )
    return made


def report(
    title: str,
    about: Mapping[str, str],
    sections: Mapping[str, tuple[str, Callable[[], Section]]],
    arguments: argparse.Namespace,
    notes: Iterable[str] = (),
) -> Data:
    """Print each chosen section as soon as it is measured; return the numbers of all."""
    lines = "\n".join(f"- {key}: {value}" for key, value in about.items())
    print("\n\n".join([f"# {title}", lines, *notes]), flush=True)
    data: Data = {"machine": dict(about), "quick": arguments.quick}
    for name in arguments.section or sections:
        heading, measure = sections[name]
        section = measure()
        data[name] = section.data
        print(f"\n## {heading}\n\n{section.text}", flush=True)
    return data


def write(name: str, data: Data, arguments: argparse.Namespace) -> Path | None:
    """Write the results of a run if they are to be kept, and return the folder."""
    folder: Path | None = arguments.output
    if folder is None and not arguments.quick and not arguments.section:
        folder = RESULTS
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(data, indent=2) + "\n")
    return folder
