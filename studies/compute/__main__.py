"""Fidelity against compute: the effect of a model's training and network, from finished runs.

One row for every network of a run, and one with a Gibbs finish: its cost, and the deviation of u
and C from exact values, in the range of its training temperatures and at all temperatures. Core
seconds are those of Snakemake's benchmark files: for the whole command including start-up, and only
for the last part of a training that was interrupted and resumed. A network evaluation is one pass
of the network over one frame. The finish uses the Hamiltonian, no network does.

The row "exact frames" of each run is the noise floor: the expected deviation of as many independent
exact frames as its models sample. In the figure it is a line below which points are not
significant.

Of the numbers that the paper quotes, energies are mean u of two of its models at T = 1.0 and 1.2,
outside their training range, with two decimals. They have a separate column, beside a run's sources
at the same temperatures and their own L, and no point in the figure. The paper's "nearly equal to
-2" for Monte Carlo there is within rounding of the exact u. The paper gives no training times; its
parameters and steps are those of the preset ``paper``.

python -m studies.compute [--name compute] [RUN_FOLDER ...] prints the table, and writes it to
studies/results/compute.csv and the figure to resources/readme/compute.png. Exit status 2: a run is
not finished.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

from benchmarks.harness import ROOT, cell, table
from ising_fidelity.exceptions import InputError
from studies.compute.figure import draw
from studies.compute.rows import of_paper, of_run
from studies.shared import FIGURES, RESULTS

WHOLE_NUMBERS = (
    "parameters",
    "training_frames",
    "training_images",
    "sampling_steps",
    "network_evaluations",
    "gibbs_sweeps",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    default = [ROOT / "results" / "default"]
    parser.add_argument("--name", default="compute", help="name of the table and of the figure")
    parser.add_argument("runs", nargs="*", type=Path, default=default, metavar="RUN_FOLDER")
    arguments = parser.parse_args()
    of_the_paper, quoted = of_paper()
    try:
        rows = [row for folder in arguments.runs for row in of_run(folder, quoted)]
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    data = pd.DataFrame([*rows, *of_the_paper]).astype(dict.fromkeys(WHOLE_NUMBERS, "Int64"))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{arguments.name}.csv"
    data.to_csv(path, index=False, float_format="%.4g", lineterminator="\n")
    draw(data, quoted, FIGURES / f"{arguments.name}.png")
    cells = data.astype(object).map(lambda value: "" if pd.isna(value) else cell(value))
    print(table((name.replace("_", " ") for name in data), cells.to_numpy()))


if __name__ == "__main__":
    main()
