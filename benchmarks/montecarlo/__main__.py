"""The Monte Carlo engine compared with other packages, and the costs of its samplers.

All variants take turns in one run, and ratios are of times in the same round:
python -m benchmarks.montecarlo, with --quick for a trial. A full run takes about ten minutes on one
idle core (two for the section on threads), prints its tables, and writes their numbers to
benchmarks/results/montecarlo.json.

The other packages come with pip install '.[benchmarks]'; missing ones are listed as such. Each is
called in the fastest way that it documents for this model, without its set-up, and its mean energy
is shown beside the exact one.
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
    """Return the compiler that the compiled kernels record."""
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
