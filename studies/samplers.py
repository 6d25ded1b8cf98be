"""How often broken samplers are rejected, and why, compared with a perfect sampler.

Each sampler of tests/samplers is judged repeatedly, with new frames and a new reference each time.
A row per repetition is appended to studies/results/samplers.csv once it is finished. Existing rows
are not computed again; delete the table to restart. Shares over repetitions are printed, and
written to studies/results/samplers_summary.csv:
python -m studies.samplers [--repetitions 10] [--perfect 200] [--processes 2] [NAME ...]

If fewer than 90 % are rejected, or named correctly, ``frames_needed`` estimates a sufficient number
of frames per temperature, with errors that fall as the square root of their number.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from hashlib import blake2b
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ising_fidelity import Frames, judge
from ising_fidelity.comparison import diversity
from ising_fidelity.exact.finite import kaufman
from ising_fidelity.judgement.cause import LEVEL as LEVEL_OF_CAUSE
from ising_fidelity.judgement.scorecard import Scorecard
from ising_fidelity.judgement.verdict import DISTINGUISHABLE, LEVEL
from studies.shared import RESULTS
from tests.samplers import broken, equilibrium

TABLE = RESULTS / "samplers.csv"
SUMMARY = RESULTS / "samplers_summary.csv"
PERFECT = "in equilibrium"
TEMPERATURES = (2.0, 2.269185, 2.6)
SIZE, FRAMES = 32, 1000
POWER = 0.9
COLUMNS = ("sampler", "repetition", "frames", "verdict", "p_value", "tests", "causes", "sentence")
SEPARATOR = " | "

Row = dict[str, str]


def judged(names: Sequence[str], repetition: int, frames: int = FRAMES) -> dict[str, Scorecard]:
    """Return the judgements of several samplers' frames, with the same reference."""
    cards = {}
    for training in (False, True):
        given = {
            name: {T: drawer(name)(SIZE, T, frames, repetition) for T in TEMPERATURES}
            for name in names
            if (name != PERFECT and broken.SAMPLERS[name].training) == training
        }
        known = {
            T: Frames.from_array(broken.training_frames(SIZE, T, frames), T=T)
            for T in TEMPERATURES
            if training and given
        }
        if given:
            card = judge(given, training=known or None, seed=repetition, workers=1, progress=False)
            cards |= dict.fromkeys(given, card)
    return cards


def drawer(name: str) -> Any:
    """Return the function that samples frames, given L, T, their number and a seed."""
    return equilibrium.frames if name == PERFECT else broken.SAMPLERS[name].draw


def row(name: str, repetition: int, card: Scorecard) -> Row:
    """Return a line of the table."""
    verdict, causes = card.judged[name], card.causes[name]
    cells = (
        name,
        str(repetition),
        str(FRAMES),
        verdict.word,
        f"{verdict.p_value:.3g}",
        str(sum(not np.isnan(p) for p in verdict.tests.values())),
        SEPARATOR.join(cause.name for cause in causes),
        causes[0].sentence if causes else "",
    )
    return dict(zip(COLUMNS, cells, strict=True))


def repeat(repetition: int, names: Sequence[str]) -> list[Row]:
    """Return rows of several samplers, which share equilibrium frames."""
    equilibrium.forget()
    return [row(name, repetition, card) for name, card in judged(names, repetition).items()]


def found() -> list[Row]:
    """Return the rows of the table."""
    if not TABLE.exists():
        return []
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def missing(wanted: Sequence[tuple[str, int]], chunk: int = 8) -> Iterator[tuple[int, list[str]]]:
    """Yield repetitions, and the samplers that have no row for them yet."""
    there = {(one["sampler"], int(one["repetition"])) for one in found()}
    for repetition in sorted({number for _, number in wanted}):
        names = [n for n, number in wanted if number == repetition and (n, number) not in there]
        for first in range(0, len(names), chunk):
            yield repetition, names[first : first + chunk]


def fill(wanted: Sequence[tuple[str, int]], processes: int) -> None:
    """Write the missing rows of the table."""
    kaufman(SIZE, TEMPERATURES[0])  # slow the first time; the forked processes share the result
    with ProcessPoolExecutor(processes, get_context("fork"), remember) as executor:
        futures = [executor.submit(partial(repeat, *task)) for task in missing(wanted)]
        for future in as_completed(futures):
            new = not TABLE.exists()
            with TABLE.open("a", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                if new:
                    writer.writeheader()
                writer.writerows(future.result())
            for one in future.result():
                print(", ".join(list(one.values())[:-1]), flush=True)


def remember() -> None:
    """Cache Vendi scores, most of which are of the same reference."""
    known: dict[bytes, float] = {}
    score = diversity.vendi_score

    def kept(kernel: np.ndarray) -> float:
        key = blake2b(kernel.tobytes()).digest()
        if key not in known:
            known[key] = score(kernel)
        return known[key]

    diversity.vendi_score = kept


def summary(rows: Sequence[Row]) -> pd.DataFrame:
    """Return shares of repetitions by sampler."""
    lines = []
    table = pd.DataFrame(rows, columns=COLUMNS)
    for name, group in table.groupby("sampler", sort=False):
        right = () if name == PERFECT else broken.SAMPLERS[str(name)].causes
        named = [one.split(SEPARATOR) for one in group["causes"]]
        rejected = (group["verdict"] == DISTINGUISHABLE).mean()
        first = np.mean([one[0] in right for one in named])
        lines.append(
            {
                "sampler": name,
                "causes_wanted": " or ".join(right),
                "repetitions": len(group),
                "rejected": f"{rejected:.3g}",
                "named_first": "" if name == PERFECT else f"{first:.3g}",
                "named_any": ""
                if name == PERFECT
                else f"{np.mean([bool({*one} & {*right}) for one in named]):.3g}",
                "frames_needed": "" if name == PERFECT else frames_needed(group, rejected, first),
            }
        )
    return pd.DataFrame(lines)


def frames_needed(group: pd.DataFrame, rejected: float, named: float) -> str:
    """Return how many frames reject a sampler and name it correctly with probability :data:`POWER`.

    For rejection, it follows from the median p-value of a verdict, which is that of the best test
    times the number of tests. For the name, it follows from the share of correct names, as if one
    number had to exceed the errors that the level of a cause requires.
    """
    if rejected >= POWER and named >= POWER:
        return ""
    if rejected >= POWER:
        threshold = float(-ndtri(LEVEL_OF_CAUSE / 2))
        # A share of none or all is known to half a repetition only.
        known = np.clip(named, 0.5 / len(group), 1 - 0.5 / len(group))
        factor = (threshold + float(ndtri(POWER))) / (threshold + float(ndtri(known)))
        return f"{FRAMES * factor**2:.2g}"
    tests = group["tests"].astype(float)
    single = np.clip(group["p_value"].astype(float) / tests, 1e-300, 0.5)
    deviation = float(-ndtri(np.median(single) / 2))
    wanted = float(-ndtri(LEVEL / tests.median() / 2) + ndtri(POWER))
    return f"{FRAMES * max(1.0, (wanted / deviation) ** 2):.2g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="names of samplers; all if none is given"
    )
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument(
        "--perfect", type=int, default=200, help="repetitions of the perfect sampler"
    )
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    wanted = [
        (name, repetition)
        for repetition in range(1, arguments.repetitions + 1)
        for name in arguments.names or broken.SAMPLERS
    ]
    if not arguments.names:
        wanted += [(PERFECT, repetition) for repetition in range(1, arguments.perfect + 1)]
    fill(wanted, arguments.processes)
    table = summary(found())
    table.to_csv(SUMMARY, index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
