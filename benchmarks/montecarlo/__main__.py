"""The Monte Carlo engine against other packages, and what its samplers cost.

Everything that is compared takes turns in one run, and ratios are of times in the same round:
python -m benchmarks.montecarlo, for a first look with --quick. A full run takes some ten minutes of
one idle core (two for the section on threads), prints its tables, and writes their numbers to
benchmarks/results/montecarlo.json.

The other packages are those of pip install '.[benchmarks]'; one that is missing is listed as such.
Each is called in the fastest way that it documents for this model, its set-up is not counted, and
its mean energy stands beside the exact one.
"""

import platform
import re
from functools import partial
from pathlib import Path

from benchmarks import harness
from benchmarks.harness import Effort
from benchmarks.montecarlo import kernels, peers, rates, samples, walks
from ising_fidelity.montecarlo.kernels import multispin

FULL, QUICK = Effort(0.1, 7), Effort(0.01, 2, 0.02)
SECTIONS = {
    "rates": ("Attempted spin flips", rates.rates),
    "samples": ("Effective samples at T_c", samples.effective_samples),
    "threads": ("Threads", kernels.threads),
    "unpacking": ("Unpacking", kernels.unpacking),
    "frames": ("Independent frames", samples.frame_costs),
}


def kernels_compiler() -> str:
    """Return the compiler whose name the compiled kernels carry."""
    found = re.findall(
        rb"GCC: \([^)]*\) [\d.]+|clang version [\d.]+", Path(multispin.__file__).read_bytes()
    )
    return found[0].decode() if found else platform.python_compiler()


def main() -> None:
    arguments = harness.parser(__doc__, SECTIONS).parse_args()
    effort = QUICK if arguments.quick else FULL
    about = harness.machine("numpy", "ising-fidelity", *peers.PACKAGES) | {
        "widest vectors": walks.INSTRUCTIONS[walks.WIDEST],
        "kernels' compiler": kernels_compiler(),
    }
    sections = {name: (title, partial(run, effort)) for name, (title, run) in SECTIONS.items()}
    harness.write(
        "montecarlo", harness.report("Monte Carlo", about, sections, arguments), arguments
    )


if __name__ == "__main__":
    main()
