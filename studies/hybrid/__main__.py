"""The cost of an independent frame: from a model and Monte Carlo, or from Monte Carlo alone.

In seconds of one core at each temperature, all measured in one run:

- a model: sampling a frame, and the Metropolis sweeps that its frames need until u, C, abs(m)
  and chi are within three errors of their expected values, there and at every larger number of
  sweeps;
- a model with the Gibbs finish: sampling a frame down to its noise, and the heat-bath sweeps
  needed;
- Metropolis from random and from ordered starts: the sweeps that those frames need, one frame after
  another, or as many in parallel as the machine's vectors hold;
- clusters: 2 tau_int of u or abs(m), whichever is longer, in one long chain.

Training of the model and burn-in of the cluster chain are not counted. The sweeps needed depend on
the number of frames (--frames), which determines the errors. By chance, frames in equilibrium are
rejected now and then, more often if more numbers of sweeps are tried; such frames seem to need
more.

python -m studies.hybrid [MODEL.safetensors ...] writes studies/results/hybrid.csv row by row
without computing existing rows again, prints its tables, and draws resources/readme/hybrid.png.
"""

import argparse
from pathlib import Path

import pandas as pd
import torch

from ising_fidelity.models import checkpoint
from studies.hybrid.figure import draw, tables
from studies.hybrid.rows import TEMPERATURES, rows
from studies.shared import FIGURES, RESULTS, fill


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", type=Path, metavar="MODEL.safetensors")
    parser.add_argument("--lattice-size", type=int, default=32)
    parser.add_argument("--frames", type=int, default=200, help="frames that are compared")
    parser.add_argument("--sampling-steps", type=int, default=40)
    parser.add_argument("--temperature", type=float, action="append")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    models = [checkpoint.load(path, torch.device("cpu")) for path in arguments.models]
    sizes = [arguments.lattice_size, arguments.frames, arguments.sampling_steps]
    path = RESULTS / "hybrid.csv"
    for T in arguments.temperature or TEMPERATURES:
        fill(path, rows(models, T, *sizes))
    data = pd.read_csv(path)
    data = data[(data[["lattice_size", "frames", "chain_steps"]] == sizes).all(axis=1)]
    print(tables(data))
    draw(data, FIGURES / "hybrid.png")


if __name__ == "__main__":
    main()
