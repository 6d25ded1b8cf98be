"""How long ``measure`` takes, and how that grows with frames and with the lattice.

The whole command is timed, start-up of Python and file writing with it, on one core: frames of one
long chain and as many independent ones, whose errors come from the Gamma method and the bootstrap.
All take turns, and a table of medians goes to benchmarks/results/measure.txt:
python benchmarks/measure.py
"""

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from ising_fidelity import dataset, montecarlo

RESULTS = Path(__file__).parent / "results" / "measure.txt"
ROUNDS = 5
TEMPERATURE = 2.3
BASE = (64, 1000)
GROWTH = [(64, 250), (64, 500), BASE, (64, 2000), (64, 4000), (16, 1000), (32, 1000), (128, 1000)]
ONE_CORE = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def seconds(frames: Path) -> float:
    """Return how long the command takes."""
    command = ["ising-fidelity", "measure", "--output", f"{frames}.out"]
    start = time.perf_counter()
    subprocess.run([*command, str(frames)], check=True, env=ONE_CORE)
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files: dict[tuple[int, int, str], Path] = {}
        for size, frames in GROWTH:
            spins = montecarlo.run_chains(size, TEMPERATURE, "cluster", frames, 1, 100, 2, 1).spins
            for sampling in ("chain", "independent"):
                path = Path(folder) / f"{size}-{frames}-{sampling}.nc"
                dataset.write(dataset.frames_dataset(spins, TEMPERATURE, sampling, {}), path)
                files[size, frames, sampling] = path
        times: dict[tuple[int, int, str], list[float]] = {key: [] for key in files}
        for _ in range(ROUNDS):
            for key, path in files.items():
                times[key].append(seconds(path))
    lines = [f"{'L':>4}{'frames':>8}{'sampling':>14}{'seconds':>10}{'over L=64, 1000':>17}"]
    for (size, frames, sampling), found in times.items():
        base = times[(*BASE, sampling)]
        ratio = statistics.median(a / b for a, b in zip(found, base, strict=True))
        median = statistics.median(found)
        lines.append(f"{size:4}{frames:8}{sampling:>14}{median:10.2f}{ratio:17.2f}")
    RESULTS.write_text("\n".join(lines) + "\n")
    print(RESULTS.read_text(), end="")


if __name__ == "__main__":
    main()
