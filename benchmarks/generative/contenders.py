"""Contenders, their costs when they take turns, and tables of these costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from torch import nn

from benchmarks.harness import Act, Effort, Section, Spread, core_seconds, repeating, tabled
from ising_fidelity.models.common.layers import count_parameters

TARGETS = {"training images/s": 3.0, "sampled frames/s": 100.0}
Taken = Mapping[str, list[float]]
"""CPU seconds per image by name, round by round."""


@dataclass(frozen=True)
class Contender:
    """One row of a table: an optimiser step or (a part of) a chain, and its network."""

    act: Act
    images: float
    """Images per act; a fraction if the act is a part of a chain."""
    network: nn.Module
    note: str = ""

    def seconds(self, count: int) -> float:
        return core_seconds(self.act, count)


def taking_turns(contenders: Mapping[str, Contender], effort: Effort) -> Taken:
    """Return the cost per image, round by round, after a warm-up of every act."""
    times = repeating({name: each.seconds for name, each in contenders.items()}, effort)
    return {name: [t / contenders[name].images for t in taken] for name, taken in times.items()}


def rates(contenders: Mapping[str, Contender], taken: Taken, references: Iterable[str]) -> Section:
    """Return images per second, and their ratios to those of the references."""
    rows = {
        name: {
            "parameters": count_parameters(each.network),
            "images_per_cpu_second": Spread.of(1 / cost for cost in taken[name]),
            **{f"times {other}": Spread.ratio(taken[other], taken[name]) for other in references},
            "note": each.note,
        }
        for name, each in contenders.items()
    }
    return tabled(rows)


def targets(
    what: str, taken: Taken, references: Iterable[str], groups: Iterable[Sequence[str]]
) -> Section:
    """Return whether the fastest of each group reaches the target."""
    rows = {}
    for best in (min(group, key=lambda name: median(taken[name])) for group in groups):
        for other in references:
            ratio = Spread.ratio(taken[other], taken[best])
            reached = "yes" if ratio.median >= TARGETS[what] else "no"
            rows[f"{best} over {other}"] = {"ratio": ratio, "reached": reached}
    return tabled(rows, f"Target for {what}, the fastest over others: {TARGETS[what]:g}.")


def warm_ups(
    warm: Mapping[str, float], compiled: Mapping[str, str], taken: Taken, images: str
) -> Section:
    """Return the duration of compiling, and the number of images after which it pays off."""
    rows = {}
    for name, cost in warm.items():
        gain = median(taken[compiled[name]]) - median(taken[name])
        pays = cost / gain if gain > 0 else "never"
        rows[name] = {"compiling_cpu_seconds": cost, f"{images}_until_it_pays": pays}
    return tabled(rows) if rows else Section("", {})


def compared(
    about: str,
    what: str,
    contenders: Mapping[str, Contender],
    compiled: Mapping[str, str],
    references: Sequence[str],
    groups: Iterable[Sequence[str]],
    effort: Effort,
) -> Section:
    """Return the section of contenders: rates, durations of compiling, and targets.

    Parameters
    ----------
    compiled
        Names of eager counterparts by names of compiled contenders, whose first acts are timed from
        an empty cache.
    groups
        Groups of names; the fastest of each group should reach the target of ``what``.
    """
    warm = {name: contenders[name].seconds(1) - contenders[name].seconds(1) for name in compiled}
    taken = taking_turns(contenders, effort)
    images = what.split()[-1].removesuffix("/s")
    parts = {
        "rows": rates(contenders, taken, references),
        "compiling": warm_ups(warm, compiled, taken, images),
        "targets": targets(what, taken, references, groups),
    }
    texts = [about, *(part.text for part in parts.values())]
    data = {name: part.data for name, part in parts.items()}
    return Section("\n\n".join(filter(None, texts)), data)
