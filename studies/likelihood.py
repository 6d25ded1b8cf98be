"""Evenness of the weights of frames with exact ln q, at every lattice size.

For each model and size, frames are sampled at one temperature. From their weights w = exp(-E/T)/q
follow the effective share, the free energy, and the acceptance and autocorrelation of an
independence Metropolis chain. Cluster Monte Carlo frames give the effective share that sees modes
that the model lacks.

Rows are appended to resources/field/ours.csv, in the columns of the tables of other methods.
Existing rows are not computed again; delete the table to restart.
python -m studies.likelihood MODEL.safetensors ... [--sizes 32 64 128] [--frames 100000 20000 10000]

Exit status 2: a model has no probabilities, or cannot sample frames of a size.
"""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.harness import ROOT, timed
from ising_fidelity import lattice, montecarlo
from ising_fidelity.exact.finite import kaufman
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.seeds import derive_seed
from ising_fidelity.models import checkpoint
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.montecarlo.independence import independence_chain
from ising_fidelity.observables.errors import autocorrelation_time
from ising_fidelity.observables.likelihood import measure

TABLE = ROOT / "resources" / "field" / "ours.csv"
SEED = 4712
SIZES, FRAMES = (32, 64, 128), (100_000, 20_000, 10_000)
FORWARD = 10
"""One Monte Carlo frame for so many frames of the model, and at least :data:`LEAST`."""
LEAST = 1000
SWEEPS = 100
"""Sweeps of cluster updates before the only frame of each chain."""
RESAMPLES = 200
T_C = 2.269185
COLUMNS = (
    *("method", "kind", "source", "link", "place", "lattice_size", "boundary", "temperature"),
    *("quantity", "value", "error", "samples", "training", "sampling", "comment"),
)

Floats = NDArray[np.float64]
Found = dict[str, tuple[float, float]]


def of_samples(
    model: checkpoint.Model, size: int, temperature: float, frames: int
) -> tuple[Found, float]:
    """Return what frames of the model show, and core seconds per 1000 frames."""
    seed = derive_seed(SEED, "sample", str(size), f"{temperature:.6f}")
    sample, seconds = timed(lambda: draw(model, temperature, frames, size, seed))
    log_q = sample.log_probability
    if log_q is None:
        raise InputError(f"family {model.settings.family} has no probabilities of frames")
    u, m = lattice.energy(sample.spins), lattice.magnetization(sample.spins)
    exact = kaufman(size, temperature)
    found = measure(log_q, u, m, temperature, size**2)
    of = {name: (float(value), float(error)) for name, (value, error) in found.items()}
    states, acceptance = independence_chain(-(size**2) * u / temperature - log_q, seed)
    bound, error = of["free_energy_bound"]
    free, free_error = of["free_energy"]
    return {
        "effective share": of["effective_sample_size_share"],
        "free energy error": (bound - exact.free_energy, error),
        "free energy by weights, minus exact": (free - exact.free_energy, free_error),
        "energy error": (u.mean() - exact.energy, u.std(ddof=1) / frames**0.5),
        "acceptance": (acceptance, (acceptance * (1 - acceptance) / frames) ** 0.5),
        "tau_int of u, metropolised": (autocorrelation_time(u[states][None])[0], np.nan),
    }, 1000 * seconds / frames


@torch.inference_mode()
def of_monte_carlo(model: checkpoint.Model, size: int, temperature: float, frames: int) -> Found:
    """Return the effective share by Monte Carlo frames: 1 / mean of the normalised weights."""
    seed = derive_seed(SEED, "simulate", str(size), f"{temperature:.6f}")
    spins = montecarlo.run_chains(
        size, temperature, "cluster", frames, frames, SWEEPS, 1, seed
    ).spins[:, 0]
    sampler, parts = family_of(model.settings).make_sampler(), []
    for some in np.array_split(spins, max(1, frames * size**2 // 2**19)):
        given = torch.from_numpy(some)[:, None].float()
        parts.append(sampler.log_probability(model, given, temperature).numpy())
    free_energy = kaufman(size, temperature).free_energy
    log_p = -(size**2) * (lattice.energy(spins) - free_energy) / temperature
    weights = np.exp(log_p - np.concatenate(parts))
    rng = np.random.default_rng(seed)
    again = [1 / rng.choice(weights, frames).mean() for _ in range(RESAMPLES)]
    return {"effective share, forward": (float(1 / weights.mean()), float(np.std(again)))}


def append(
    path: Path, size: int, frames: int, temperature: float, place: str, training: str
) -> None:
    """Add the rows of one model at one size to the table, unless they are there."""
    name = path.name.partition(".")[0]
    key = {"method": name, "lattice_size": str(size), "temperature": f"{temperature:g}"}
    key["samples"] = str(frames)
    if TABLE.exists():
        with TABLE.open(newline="") as file:
            if any(key.items() <= row.items() for row in csv.DictReader(file)):
                return
    model = checkpoint.load(path)
    shown, seconds = of_samples(model, size, temperature, frames)
    fewer = max(LEAST, frames // FORWARD)
    forward = of_monte_carlo(model, size, temperature, fewer)
    fixed = key | {
        "kind": str(model.settings.family),
        "source": "this project",
        "place": place,
        "boundary": "periodic",
        "training": training,
        "sampling": f"{seconds:.3g} CPU seconds per 1000 frames on one core",
        "comment": f"trained at L = {model.lattice_size}",
    }
    new = not TABLE.exists()
    with TABLE.open("a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        if new:
            writer.writeheader()
        for found, samples in ((shown, frames), (forward, fewer)):
            for quantity, (value, error) in found.items():
                told = f"{error:.2g}" if np.isfinite(error) else ""
                row = {"quantity": quantity, "value": f"{value:.6g}", "error": told}
                writer.writerow(fixed | row | {"samples": samples})
                print(name, size, quantity, row["value"], told, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Measure every model at every size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--frames", nargs="+", type=int, default=FRAMES, help="one per size")
    parser.add_argument("--temperature", type=float, default=T_C, help="in J/k_B")
    parser.add_argument("--place", default="workflow/presets/likelihood.yaml")
    parser.add_argument("--training", default="", help="cost of training, as text")
    given = parser.parse_args(arguments)
    if len(given.frames) != len(given.sizes):
        parser.error(f"--frames: {len(given.frames)} numbers for {len(given.sizes)} sizes")
    torch.set_num_threads(1)
    try:
        for path in given.models:
            for size, frames in zip(given.sizes, given.frames, strict=True):
                append(path, size, frames, given.temperature, given.place, given.training)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
