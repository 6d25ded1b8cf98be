"""Evenness of the weights of frames with exact ln q, at every lattice size.

For each model and size, frames are sampled at one temperature. From their weights w = exp(-E/T)/q
follow the effective share, the free energy, and the acceptance and autocorrelation of an
independence Metropolis chain. Cluster Monte Carlo frames give the effective share that sees modes
that the model lacks. Rows of cluster Monte Carlo have its cost per independent frame.

Rows are appended to resources/field/ours.csv, in the columns of the tables of other methods.
Existing rows are not computed again; delete the table to restart.
python -m studies.likelihood MODEL.safetensors ... [--sizes 32 64 128] [--frames 100000 20000 10000]

Exit status 2: a model has no probabilities, or cannot sample frames of a size.
"""

import argparse
import csv
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

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
CHAINS, SWEEPS, SPACING = 100, 100, 10
"""Monte Carlo chains, and sweeps of cluster updates before the first frame and between frames."""
RESAMPLES = 200
T_C = 2.269185
COLUMNS = (
    *("method", "kind", "source", "link", "place", "lattice_size", "boundary", "temperature"),
    *("quantity", "value", "error", "samples", "training", "sampling", "comment"),
)

TAU, COST = "tau_int of u, metropolised", "CPU seconds per independent frame"
CLUSTERS = "cluster Monte Carlo"
DRAWS = 20_000

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
        TAU: (tau_int := autocorrelation_time(u[states][None])[0], np.nan),
        COST: (seconds / frames * 2 * tau_int, np.nan),
    }, 1000 * seconds / frames


@torch.inference_mode()
def of_monte_carlo(model: checkpoint.Model, size: int, temperature: float, frames: int) -> Found:
    """Return the effective share by Monte Carlo frames: 1 / mean of the normalised weights.

    Its error is by bootstrap of independent chains.
    """
    seed = derive_seed(SEED, "simulate", str(size), f"{temperature:.6f}")
    chains = min(CHAINS, frames)
    spins = montecarlo.run_chains(
        size, temperature, "cluster", frames // chains * chains, chains, SWEEPS, SPACING, seed
    ).spins.reshape(-1, size, size)
    sampler, parts = family_of(model.settings).make_sampler(), []
    for some in np.array_split(spins, max(1, frames * size**2 // 2**19)):
        given = torch.from_numpy(some)[:, None].float()
        parts.append(sampler.log_probability(model, given, temperature).numpy())
    free_energy = kaufman(size, temperature).free_energy
    log_p = -(size**2) * (lattice.energy(spins) - free_energy) / temperature
    weights = np.exp(log_p - np.concatenate(parts))
    rng = np.random.default_rng(seed)
    of_chains = weights.reshape(chains, -1).mean(axis=1)
    again = [1 / rng.choice(of_chains, chains).mean() for _ in range(RESAMPLES)]
    return {"effective share, forward": (float(1 / weights.mean()), float(np.std(again)))}


def of_clusters(size: int, temperature: float) -> tuple[Found, float]:
    """Return what one chain of clusters shows, a frame after each sweep, and its core seconds."""
    seed = derive_seed(SEED, "clusters", str(size), f"{temperature:.6f}")
    made, seconds = timed(
        lambda: montecarlo.run_chains(size, temperature, "cluster", DRAWS, 1, SWEEPS, 1, seed)
    )
    tau_int, _ = autocorrelation_time(lattice.energy(made.spins))
    cost = seconds / DRAWS * 2 * tau_int
    return {"tau_int of u": (tau_int, np.nan), COST: (cost, np.nan)}, 1000 * seconds / DRAWS


def clusters(size: int, temperature: float) -> tuple[list[dict[str, str]], str]:
    """Return the rows of clusters, and the cost of sampling."""
    found, seconds = of_clusters(size, temperature)
    return as_rows(found, DRAWS, kind="Monte Carlo"), told(seconds)


def append(key: dict[str, str], make: Callable[[], tuple[list[dict[str, str]], str]]) -> None:
    """Add rows to the table, unless rows with this key are there.

    ``make`` returns the rows, whose columns go before those of the key, and the cost of sampling.
    """
    if TABLE.exists():
        with TABLE.open(newline="") as file:
            if any(key.items() <= row.items() for row in csv.DictReader(file)):
                return
    rows, sampling = make()
    fixed = key | {"source": "this project", "boundary": "periodic", "sampling": sampling}
    new = not TABLE.exists()
    with TABLE.open("a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        if new:
            writer.writeheader()
        for row in rows:
            writer.writerow(fixed | row)
            print(*(fixed | row).values(), sep=", ", flush=True)


def as_rows(found: Found, samples: int, **more: str) -> list[dict[str, str]]:
    """Return one row per quantity."""
    return [
        {"quantity": quantity, "value": f"{value:.6g}", "samples": str(samples)}
        | {"error": f"{error:.2g}" if np.isfinite(error) else ""}
        | more
        for quantity, (value, error) in found.items()
    ]


def measured(
    path: Path, size: int, frames: int, temperature: float, **more: str
) -> tuple[list[dict[str, str]], str]:
    """Return the rows of a model, and the cost of sampling."""
    model = checkpoint.load(path)
    more |= {
        "kind": str(model.settings.family),
        "comment": f"trained at L = {model.lattice_size}",
    }
    shown, seconds = of_samples(model, size, temperature, frames)
    forward = of_monte_carlo(model, size, temperature, frames)
    rows = [*as_rows(shown, frames, **more), *as_rows(forward, frames, **more)]
    return rows, told(seconds)


def told(seconds: float) -> str:
    """Return the cost of sampling in words."""
    return f"{seconds:.3g} CPU seconds per 1000 frames on one core"


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
    more = {"place": given.place, "training": given.training}
    try:
        for size, frames in zip(given.sizes, given.frames, strict=True):
            key = {"lattice_size": str(size), "temperature": f"{given.temperature:g}"}
            for path in given.models:
                make = partial(measured, path, size, frames, given.temperature, **more)
                name = path.stem
                append({"method": name, **key, "samples": str(frames)}, make)
            append({"method": CLUSTERS, **key}, partial(clusters, size, given.temperature))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
