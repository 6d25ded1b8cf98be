"""Time and memory of measuring, comparing and judging many frames.

For lattice sizes and numbers of frames that grow, independent configurations are written to a file.
Then ``measure``, ``compare`` with as many frames, and ``judge`` are run on them. The time is
recorded, and the largest memory of all processes together: the proportional set size, in which a
shared page is divided by the number of processes that share it, read ten times a second. ``judge``
also simulates as many reference frames.

python -m benchmarks.memory [--frames 1000 3000 10000] [--lattice-sizes 64 128]
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from benchmarks import harness
from benchmarks.harness import table

COMMAND = str(Path(sys.executable).with_name("ising-fidelity"))
RESULTS = harness.RESULTS / "memory.txt"
T = "2.60"
PAUSE = 0.1
"""Seconds between two readings of the memory."""
COLUMNS = ("command", "L", "frames", "s", "GB")


def used(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Return seconds and the largest memory, GB, of a command and its processes."""
    start, most = time.monotonic(), 0.0
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as running:
        process = psutil.Process(running.pid)
        while running.poll() is None:
            most = max(most, memory(process))
            time.sleep(PAUSE)
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)
    return time.monotonic() - start, most / 1e9


def memory(process: psutil.Process) -> float:
    """Return the proportional set size of a process and its children, bytes."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += one.memory_full_info().pss
    return total


def rows(sizes: Sequence[int], numbers: Sequence[int]) -> Iterator[list[str]]:
    """Yield a row of the table for each command, lattice size and number of frames."""
    for L in sizes:
        for frames in numbers:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                for seed, path in enumerate(("mine.nc", "reference.nc")):
                    subprocess.run(simulate(L, frames, seed, path), cwd=folder, check=True)
                commands = {
                    "measure": ["mine.nc", "--output", "o.nc"],
                    "compare": ["mine.nc", "--reference", "reference.nc", "--output", "c.nc"],
                    "judge": ["mine.nc", "--quiet", "--output", "judged"],
                }
                for verb, words in commands.items():
                    seconds, gigabytes = used([COMMAND, verb, *words], folder)
                    yield [verb, str(L), str(frames), f"{seconds:.1f}", f"{gigabytes:.2f}"]


def simulate(L: int, frames: int, seed: int, path: str) -> list[str]:
    """Return the command that makes independent configurations, each from its own chain."""
    return [
        *(COMMAND, "simulate", "--lattice-size", str(L), "--temperature", T, "--quiet"),
        *("--sampler", "checkerboard", "--frames", str(frames), "--chains", str(frames)),
        *("--thermalization", "200", "--spacing", "1", "--seed", str(seed), "--output", path),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--frames", type=int, nargs="+", default=[1000, 3000, 10000])
    parser.add_argument("--lattice-sizes", type=int, nargs="+", default=[64, 128])
    arguments = parser.parse_args()
    found: list[list[object]] = []
    for row in rows(arguments.lattice_sizes, arguments.frames):
        print("  ".join(row), flush=True)
        found.append([*row])
    RESULTS.write_text(table(list(COLUMNS), found) + "\n")


if __name__ == "__main__":
    main()
