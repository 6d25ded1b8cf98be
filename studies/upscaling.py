"""Inverse renormalization with three parameters: critical frames from smaller critical frames.

After A. Rançon et al., Dreaming up scale invariance via inverse renormalization group
(arXiv:2506.04016), rebuilt from its description. A frame is enlarged by 2: every spin becomes a
block of 2 x 2, and each new spin is sampled with a field that is linear in the blocks at its site,
at its four neighbors and at its four diagonal neighbors. The three coefficients are the most likely
ones for Monte Carlo frames at T_c and their block spins, by majority with random ties.

Frames of L = 8 from Monte Carlo are enlarged repeatedly. u is compared with its exact value, |m|
with Monte Carlo. Rows are written to resources/field/ours.csv in place of earlier ones:
python -m studies.upscaling [--sizes 32 64 128] [--frames 10000]
"""

import argparse
import csv

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve
from scipy.optimize import minimize

from benchmarks.harness import timed
from ising_fidelity import lattice, montecarlo
from ising_fidelity.exact.finite import kaufman
from ising_fidelity.io.seeds import derive_seed
from studies.likelihood import COLUMNS, SEED, T_C, TABLE, as_rows, told

Spins = NDArray[np.int8]
Floats = NDArray[np.float64]

METHOD = "inverse renormalization, three parameters"
SOURCE = "this project, after Rançon et al. 2025"
LINK = "https://arxiv.org/abs/2506.04016"
SMALLEST, LEARNED = 8, 32
"""L of the Monte Carlo frames that are enlarged, and of those that the parameters are fitted to."""
CHAINS, SWEEPS, SPACING = 100, 100, 10
KERNELS = [
    np.array([[[0, 0, 0], [0, 1, 0], [0, 0, 0]]]),
    np.array([[[0, 1, 0], [1, 0, 1], [0, 1, 0]]]),
    np.array([[[1, 0, 1], [0, 0, 0], [1, 0, 1]]]),
]


def critical(size: int, frames: int, what: str) -> Spins:
    """Return Monte Carlo frames at T_c, shape (frames, L, L)."""
    seed = derive_seed(SEED, what, str(size), f"{T_C:.6f}")
    made = montecarlo.run_chains(size, T_C, "cluster", frames, CHAINS, SWEEPS, SPACING, seed)
    return made.spins.reshape(-1, size, size)


def majority(spins: Spins, rng: np.random.Generator) -> Spins:
    """Return block spins of 2 x 2 sites, shape (frames, L/2, L/2)."""
    frames, size = spins.shape[:2]
    sums = spins.reshape(frames, size // 2, 2, size // 2, 2).sum(axis=(2, 4))
    ties = rng.choice(np.array([-1, 1], np.int8), sums.shape)
    return np.where(sums == 0, ties, np.sign(sums)).astype(np.int8)


def neighborhoods(coarse: Spins) -> Floats:
    """Return the block at each new site, and sums over neighbors, shape (3, frames, 2L, 2L)."""
    large = coarse.repeat(2, axis=1).repeat(2, axis=2).astype(float)
    return np.stack([convolve(large, kernel, mode="wrap") for kernel in KERNELS])


def fitted(spins: Spins, rng: np.random.Generator) -> Floats:
    """Return the most likely coefficients, shape (3,)."""
    inputs = neighborhoods(majority(spins, rng)).reshape(3, -1)
    aligned = inputs * spins.reshape(-1)

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        field = coefficients @ aligned
        return np.logaddexp(0, -2 * field).mean(), -(aligned * (1 - np.tanh(field))).mean(axis=1)

    found = minimize(loss, np.zeros(3), jac=True)
    return np.asarray(found.x)


def enlarged(coarse: Spins, coefficients: Floats, rng: np.random.Generator) -> Spins:
    """Return frames of twice the size."""
    field = np.tensordot(coefficients, neighborhoods(coarse), 1)
    up = rng.random(field.shape) < 1 / (1 + np.exp(-2 * field))
    return np.where(up, 1, -1).astype(np.int8)


def measured(size: int, frames: int, coefficients: Floats) -> tuple[dict[str, tuple], float]:
    """Return deviations at one size with their errors, and core seconds per 1000 frames."""
    rng = np.random.default_rng(derive_seed(SEED, "enlarge", str(size), f"{T_C:.6f}"))

    def draw() -> Spins:
        spins = critical(SMALLEST, frames, "start")
        while spins.shape[-1] < size:
            spins = enlarged(spins, coefficients, rng)
        return spins

    spins, seconds = timed(draw)
    u, m = lattice.energy(spins), np.abs(lattice.magnetization(spins))
    known = np.abs(lattice.magnetization(critical(size, frames, "compare")))

    # Frames of one chain are correlated, also after enlarging.
    def error(values: Floats) -> float:
        return float(values.reshape(CHAINS, -1).mean(axis=1).std(ddof=1) / CHAINS**0.5)

    return {
        "energy error": (float(u.mean() - kaufman(size, T_C).energy), error(u)),
        "error of abs m": (float(m.mean() - known.mean()), float(np.hypot(error(m), error(known)))),
    }, 1000 * seconds / frames


def main() -> None:
    """Fit the coefficients, and measure every size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[32, 64, 128])
    parser.add_argument("--frames", type=int, default=10_000)
    given = parser.parse_args()
    rng = np.random.default_rng(SEED)
    coefficients = fitted(critical(LEARNED, 2000, "fit"), rng)
    print("coefficients", *np.round(coefficients, 4))
    rows = []
    for size in given.sizes:
        found, seconds = measured(size, given.frames, coefficients)
        rows += [
            {"method": METHOD, "kind": "renormalization", "source": SOURCE, "link": LINK}
            | {"place": "studies/upscaling.py", "lattice_size": str(size), "boundary": "periodic"}
            | {"temperature": f"{T_C:g}", "sampling": told(seconds), "training": "seconds"}
            | {"comment": f"from Monte Carlo frames of L = {SMALLEST}"}
            | row
            for row in as_rows(found, given.frames)
        ]
        print(size, found, flush=True)
    with TABLE.open(newline="") as file:
        others = [row for row in csv.DictReader(file) if row["method"] != METHOD]
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows([*others, *rows])


if __name__ == "__main__":
    main()
