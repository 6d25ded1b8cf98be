"""How often frames in equilibrium are rejected, from few to many and from cold to hot.

Each repetition judges new independent frames against a new reference. A row per temperature and
number of frames is appended to studies/results/false_alarms.csv once it is finished. Existing rows
are not computed again; delete the table to restart.
python -m studies.false_alarms [--repetitions 40] [--lattice-size 8]
"""

import argparse
from collections import Counter
from itertools import product

import ising_fidelity as ising
from ising_fidelity.io.seeds import derive_seed
from ising_fidelity.judgement.verdict import DISTINGUISHABLE, UNDECIDED
from studies.shared import RESULTS, Row, fill

TABLE = RESULTS / "false_alarms.csv"
TEMPERATURES = ("0.80", "0.90", "1.20", "2.30", "4.00")
FRAMES = (5, 20, 100, 400)
SEED = 2718


def rejections(L: int, T: str, frames: int, repetitions: int) -> Row:
    """Return how many judgements reject, how many are undecided, and which tests reject."""
    words: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for repetition in range(repetitions):
        seed = derive_seed(SEED, "simulate", f"{L}-{frames}-{repetition}", T)
        # Each frame is of its own chain.
        given = ising.simulate(L=L, T=float(T), frames=frames, chains=frames, seed=seed).spins
        card = ising.judge({float(T): given}, seed=repetition, workers=1, progress=False)
        (verdict,) = card.judged.values()
        words[verdict.word] += 1
        tests.update(name for name, p in verdict.tests.items() if p < verdict.test_level)
    return {
        "repetitions": str(repetitions),
        "rejected": str(words[DISTINGUISHABLE]),
        "undecided": str(words[UNDECIDED]),
        "tests": " | ".join(f"{name} {count}" for name, count in tests.most_common()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=40)
    parser.add_argument("--lattice-size", type=int, default=8)
    given = parser.parse_args()
    L = given.lattice_size

    def rows():
        for T, frames in product(TEMPERATURES, FRAMES):
            key = {"lattice_size": str(L), "temperature": T, "frames": str(frames)}
            yield key, lambda T=T, n=frames: rejections(L, T, n, given.repetitions)

    fill(TABLE, rows())


if __name__ == "__main__":
    main()
