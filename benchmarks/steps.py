"""How far frames are from exact ones, for each sampler and number of steps of its chain.

One model of continuous noise draws at temperatures of its own; energies are held against Kaufman's
for the same lattice. With enough steps all samplers that make no errors of their own have the
network's, so that what falls with steps is the sampler's. Errors are those of independent frames;
all rows of a sampler begin with the same random numbers.

Rows are written as they come to benchmarks/results/steps.csv, and found ones are not made again:
python benchmarks/steps.py DiffIsing3=results/default/models/DiffIsing3.safetensors \
    --temperatures 1.8 2.0 --ways multistep:20 multistep:40 trapezoid:20
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import torch

from ising_fidelity import exact, observables
from ising_fidelity.models import checkpoint, sampling

TABLE = Path(__file__).parent / "results" / "steps.csv"
SEED = 12
QUANTITIES = ("energy", "specific_heat", "abs_magnetization")
KEY = ("network", "lattice_size", "temperature", "sampler", "steps")


def row(
    model: checkpoint.Model, temperature: float, chain: sampling.Chain, frames: int
) -> list[str]:
    """Return what frames of a chain have, with errors, and what it costs to draw one."""
    size = model.lattice_size
    begun = time.process_time()
    x = sampling.draw(model, temperature, frames, size, SEED, chain)
    seconds = time.process_time() - begun
    spins = np.where(x >= 0, 1, -1).astype(np.int8)
    measured = observables.measure(spins[None], temperature, "independent")
    cells = [f"{exact.kaufman(size, temperature).energy:.5f}"]
    for name in QUANTITIES:
        value, error = measured[name]
        cells += [f"{value:.5f}", f"{error:.5f}"]
    return [*cells, f"{1000 * seconds / frames:.1f}"]


def main() -> None:
    """Add the rows that the table lacks."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("network", metavar="NAME=CHECKPOINT")
    parser.add_argument("--temperatures", nargs="+", type=float, required=True)
    parser.add_argument("--ways", nargs="+", required=True, metavar="SAMPLER:STEPS")
    parser.add_argument("--frames", type=int, default=1024)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    name, path = asked.network.split("=", 1)
    model = checkpoint.load(Path(path))
    found = set()
    if TABLE.exists():
        with TABLE.open() as file:
            found = {tuple(each[part] for part in KEY) for each in csv.DictReader(file)}
    for temperature in asked.temperatures:
        for sampler, steps in (way.split(":") for way in asked.ways):
            key = (name, str(model.lattice_size), f"{temperature:g}", sampler, steps)
            if key in found:
                continue
            chain = sampling.Chain(int(steps), sampler=sampler)
            cells = [*key, str(asked.frames), *row(model, temperature, chain, asked.frames)]
            print(*cells, sep=", ", flush=True)
            new = not TABLE.exists()
            with TABLE.open("a", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                if new:
                    parts = [part for each in QUANTITIES for part in (each, f"{each}_error")]
                    writer.writerow([*KEY, "frames", "exact_energy", *parts, "ms_per_frame"])
                writer.writerow(cells)


if __name__ == "__main__":
    main()
