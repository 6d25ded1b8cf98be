r"""How much of every wave a model of continuous noise knows, deep in noise.

Given Monte Carlo frames s with noise, x = s + sigma z, the mean of s that a network names is held
against s itself, for one Fourier mode k at a time:

.. math:: \text{gain} = \frac{\langle s_k D_k^* \rangle}{\langle |D_k|^2 \rangle},

which is 1 for exact means, as they are uncorrelated with what they leave open. Above 1 the network
says too little of that wave, so that its chain draws frames with too little of it. Frames are those
of the clusters at T_c; errors take them, five sweeps apart, as independent.

Networks are named as NAME=CHECKPOINT; rows are written as they come to
benchmarks/results/response.csv, and found ones are not made again:
python benchmarks/response.py shipped=resources/pretrained/DiffIsing3-L64.safetensors
"""

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ising_fidelity import lattice, montecarlo
from ising_fidelity.models import checkpoint, continuous

TABLE = Path(__file__).parent / "results" / "response.csv"
SHARES = (1.6, 0.8, 0.56, 0.4, 0.28, 0.19, 0.125, 0.08)
"""Noise in units of L."""
MODES = {"uniform": (0, 0), "one wave": (1, 0), "diagonal": (1, 1), "two waves": (2, 0)}
SEED, CHAINS, THERMALIZATION, SPACING = 8, 64, 200, 5
KEY = ("network", "lattice_size", "noise_in_L", "mode")


def amplitudes(frames: Tensor, mode: tuple[int, int]) -> Tensor:
    """Return the mode's amplitude and that of its mirror image, shape (frames, 2)."""
    waves = torch.fft.fft2(frames[:, 0])
    return torch.stack([waves[:, mode[0], mode[1]], waves[:, mode[1], mode[0]]], dim=1)


def gain(spins: Tensor, means: Tensor, mode: tuple[int, int]) -> tuple[float, float]:
    """Return the gain of a mode and its standard error."""
    true, said = amplitudes(spins, mode), amplitudes(means, mode)
    product = (true * said.conj()).real.sum(1).double()
    square = said.abs().square().sum(1).double()
    ratio = product.sum() / square.sum()
    error = (product - ratio * square).std() * len(product) ** 0.5 / square.sum()
    return float(ratio), float(error)


@torch.inference_mode()
def means(model: checkpoint.Model, x: Tensor, sigma: float, T: float) -> Tensor:
    """Return what the network says is the mean of s given x."""
    return torch.cat(
        [
            continuous.denoised(
                model.network,
                part,
                torch.full((len(part),), sigma),
                torch.full((len(part),), T),
                model.settings.prediction,
            )
            for part in x.split(64)
        ]
    )


def frames_of(size: int, frames: int) -> Tensor:
    """Return Monte Carlo frames (frames, 1, L, L) at T_c."""
    spins: NDArray[np.int8] = montecarlo.run_chains(
        size,
        lattice.CRITICAL_TEMPERATURE,
        "cluster",
        frames,
        CHAINS,
        THERMALIZATION,
        SPACING,
        SEED,
    ).spins
    return torch.from_numpy(spins.reshape(-1, 1, size, size)).float()


def main() -> None:
    """Add the rows of the networks that the table lacks."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="+", metavar="NAME=CHECKPOINT")
    parser.add_argument("--frames", type=int, default=2048, help="multiples of 64")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    found = set()
    if TABLE.exists():
        with TABLE.open() as file:
            found = {row["network"] for row in csv.DictReader(file)}
    for name, path in (one.split("=", 1) for one in asked.networks):
        if name in found:
            continue
        model = checkpoint.load(Path(path))
        spins = frames_of(model.lattice_size, asked.frames)
        generator = torch.Generator().manual_seed(SEED)
        rows = []
        for share in SHARES:
            sigma = share * model.lattice_size
            x = spins + sigma * torch.randn(spins.shape, generator=generator)
            said = means(model, x, sigma, lattice.CRITICAL_TEMPERATURE)
            for mode, k in MODES.items():
                ratio, error = gain(spins, said, k)
                key = (name, model.lattice_size, share, mode)
                rows.append([*key, len(spins), f"{ratio:.4f}", f"{error:.4f}"])
                print(*rows[-1], sep=", ", flush=True)
        new = not TABLE.exists()
        with TABLE.open("a", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if new:
                writer.writerow([*KEY, "frames", "gain", "error"])
            writer.writerows(rows)


if __name__ == "__main__":
    main()
