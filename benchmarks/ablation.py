"""Which part of DiffIsing3 does what: tables from the networks of the preset ``ablation``.

Train them first; the preset says how. For every network, all in one process on one core: the path
divergence, |u - exact| without and with the Gibbs finish, the deviation of C, and what training
took. Then, with the preset's own network, samplers against steps, rules that make frames binary,
and the finish against noise and sweeps; and if there is a default run, the finish on its models,
which tells how much of an error is short range: python benchmarks/ablation.py

How densities of noise move with the lattice: train the preset with --config run=ablation-L32
lattice_size=32, too, and python benchmarks/ablation.py --lattice-size 32 tables those networks.

The path divergence is the part between the least and the largest of SIGMAS of the Kullback-Leibler
divergence between the exact chain of infinitely many steps and the network's, in nats per frame:
the integral over ln sigma of |D - D*|^2 / sigma^2, where D*, the exact mean of s given x, is the
mean over heat-bath sweeps that begin with the true s. Two independent stretches of them make the
square unbiased. Deeper noise, where long range is decided, is not in it: sweeps do not reach D*.

Rows are written as they come, and found ones are not made again; delete the table to begin anew.
"""

import argparse
import csv
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ising_fidelity import config, exact, lattice, montecarlo
from ising_fidelity.models import checkpoint, continuous, sampling

FILES = ["config.yaml", "workflow/presets/ablation.yaml"]
RESULTS = Path(__file__).parent / "results"
SIGMAS = [0.4, 0.6, 0.9, 1.3, 2.0, 3.0, 5.0]
SWEEPS = 300
SEED = 987
FRAMES = 400
STEPS = 40
FEWER = 128
"""Frames of the default run's models."""
WAYS_TEMPERATURES = [1.2, 2.0, lattice.CRITICAL_TEMPERATURE, 2.6]
"""At which samplers and finishes are compared."""
STEPS_TRIED = (10, 20, 40, 80, 200)
LONG = {"ancestral": 1000, "multistep": 1000}
"""Steps of the longest chains, of the samplers with one evaluation per step and no Hamiltonian."""
RULES: dict[str, Callable[[sampling.Noisy], Any]] = {
    "sign of x": lambda noisy: np.where(noisy.x >= 0, 1, -1),
    "sign of the mean": lambda noisy: np.where(noisy.mean >= 0, 1, -1),
}
"""How spins are made of real numbers; without sweeps the finish draws them with their means."""


def conditional_mean(s: Tensor, field: Tensor, T: float, sweeps: int) -> tuple[Tensor, Tensor]:
    """Return the mean of s over heat-bath sweeps in a field, and the last spins.

    Parameters
    ----------
    s, field
        Shape (frames, 1, L, L).
    """
    row, column = torch.meshgrid(*2 * [torch.arange(s.shape[-1])], indexing="ij")
    even = (row + column) % 2 == 0
    total = torch.zeros_like(s)
    for _ in range(sweeps):
        for half in (even, ~even):
            around = sum(s.roll(shift, axis) for axis in (2, 3) for shift in (-1, 1))
            mean = torch.tanh(around / T + field)
            total += mean * half
            drawn = torch.where(2 * torch.rand(s.shape) < 1 + mean, 1.0, -1.0)
            s = torch.where(half, drawn, s)
    return total / sweeps, s


def truth(
    size: int, temperatures: list[float]
) -> list[tuple[float, float, Tensor, Tensor, Tensor]]:
    """Return T, sigma, noisy frames, and two estimates of their exact means."""
    torch.manual_seed(SEED)
    known = []
    for T in temperatures:
        spins = montecarlo.run_chains(size, T, "cluster", 64, 64, 100, 1, SEED).spins
        s = torch.from_numpy(spins.reshape(-1, 1, size, size)).float()
        for sigma in SIGMAS:
            x = s + sigma * torch.randn(s.shape)
            field = x / sigma**2
            one, last = conditional_mean(s, field, T, SWEEPS)
            _, last = conditional_mean(last, field, T, SWEEPS // 10)
            known.append((T, sigma, x, one, conditional_mean(last, field, T, SWEEPS)[0]))
    return known


@torch.inference_mode()
def divergence(model: checkpoint.Model, known: list[Any]) -> dict[float, float]:
    """Return the path divergence by temperature, in nats per frame."""
    by_T: dict[float, list[float]] = {}
    for T, sigma, x, one, other in known:
        ones = torch.ones(len(x))
        mean = continuous.denoised(
            model.network, x, sigma * ones, T * ones, model.settings.prediction
        )
        square = ((mean - one) * (mean - other)).sum() / len(x) / sigma**2
        by_T.setdefault(T, []).append(float(square))
    return {T: float(np.trapezoid(values, np.log(SIGMAS))) for T, values in by_T.items()}


def thermodynamics(spins: Any, T: float) -> tuple[float, float]:
    """Return u and C."""
    u = lattice.energy(spins)
    return float(u.mean()), float(u.var() * spins.shape[-1] ** 2 / T**2)


def drawn(
    model: checkpoint.Model,
    T: float,
    size: int,
    chain: sampling.Chain,
    sigma: float,
    sweeps: int,
    frames: int,
    rule: str | None = None,
) -> Any:
    """Return frames; sigma 0: without finish; a rule of RULES in place of the finish."""
    if not sigma:
        return np.where(sampling.draw(model, T, frames, size, SEED, chain) >= 0, 1, -1)
    noisy = sampling.draw_noisy(model, T, frames, size, SEED, chain, sigma)
    return RULES[rule](noisy) if rule else sampling.finished(noisy, T, sweeps, SEED)


def deviations(
    model: checkpoint.Model, size: int, temperatures: list[float], **how: Any
) -> dict[str, str]:
    """Return mean |u - exact| in and out of the training range, that of C, and times."""
    if "density" in how:
        settings = model.settings.model_copy(update={"sampling_density": how["density"]})
        model = replace(model, settings=settings)
    chain = sampling.Chain(how["steps"], "posterior", how["sampler"])
    frames = how.get("frames", FRAMES)
    u, C = {}, {}
    start = time.process_time()
    for T in temperatures:
        end = how["sigma"], how["sweeps"], frames, how.get("rule")
        spins = drawn(model, T, size, chain, *end)
        found, known = thermodynamics(spins.astype(np.int8), T), exact.kaufman(size, T)
        u[T] = abs(found[0] - known.energy)
        C[T] = abs(found[1] / known.specific_heat - 1)
    seconds = (time.process_time() - start) / frames / len(temperatures)
    trained = [float(T) for T in model.settings.training_temperatures]
    inside = [T for T in temperatures if min(trained) <= T <= max(trained)]
    outside = [T for T in temperatures if T not in inside]
    return {
        "du": f"{np.mean([u[T] for T in inside]):.4f}",
        "du_out": f"{np.mean([u[T] for T in outside]):.4f}",
        "dC": f"{np.mean([C[T] for T in inside]):.3f}",
        "ms_per_frame": f"{1000 * seconds:.1f}",
    }


def noise_floor(size: int, temperatures: list[float], frames: int) -> dict[str, str]:
    """Return what as many exact frames have of these deviations."""
    u = [
        exact.kaufman(size, T).specific_heat ** 0.5 * T / size / frames**0.5 * (2 / math.pi) ** 0.5
        for T in temperatures
    ]
    return {"du": f"{np.mean(u):.4f}", "dC": f"{(2 / frames) ** 0.5 * (2 / math.pi) ** 0.5:.3f}"}


def training_seconds(folder: Path, name: str) -> float:
    """Return the core time of a training, start-up included."""
    with (folder / "benchmarks" / "train" / f"{name}.tsv").open() as file:
        return float(next(csv.DictReader(file, delimiter="\t"))["cpu_time"])


def table(name: str, rows: Iterator[tuple[str, Callable[[], dict[str, str]]]]) -> None:
    """Write the rows that a table lacks, each as soon as it is there."""
    path = RESULTS / f"{name}.csv"
    found = set()
    if path.exists():
        with path.open() as file:
            found = {row["what"] for row in csv.DictReader(file)}
    for what, make in rows:
        if what in found:
            continue
        row = {"what": what, **make()}
        new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row), lineterminator="\n")
            if new:
                writer.writeheader()
            writer.writerow(row)
        print(", ".join(row.values()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lattice-size", type=int, help="of networks in results/ablation-L{L}")
    asked = parser.parse_args().lattice_size
    torch.set_num_threads(1)
    run = config.load(FILES)
    size = asked or run.lattice_size
    folder = Path("results") / (f"{run.run}-L{size}" if asked else run.run)
    temperatures = [float(T) for T in run.temperatures]
    networks = {
        name: checkpoint.load(folder / "models" / f"{name}.safetensors")
        for name in run.trained_models
        if (folder / "models" / f"{name}.safetensors").exists()
    }
    known = truth(size, temperatures)
    plain = {"steps": STEPS, "sampler": "multistep", "sigma": 0.0, "sweeps": 0}

    def judged(name: str) -> dict[str, str]:
        model = networks[name]
        nats = divergence(model, known)
        own = deviations(model, size, temperatures, **plain)
        finish = deviations(model, size, temperatures, **plain | {"sigma": 1.2, "sweeps": 3})
        return {
            "parameters": str(sum(weight.numel() for weight in model.network.parameters())),
            "training_core_seconds": f"{training_seconds(folder, name):.0f}",
            "path_divergence": f"{np.mean([nats[T] for T in temperatures if T > 1.5]):.3f}",
            "path_divergence_at_1.2": f"{nats[min(temperatures)]:.3f}",
            **own,
            **{f"finish_{key}": value for key, value in finish.items()},
        }

    rows = ((name, lambda name=name: judged(name)) for name in networks)
    table(f"ablation_networks_L{size}" if asked else "ablation_networks", rows)
    if asked:
        return

    def ways() -> Iterator[tuple[str, Callable[[], dict[str, str]]]]:
        base = networks["DiffIsing3"]
        yield "exact frames", lambda: {
            "hamiltonian": "", "du": "", "du_out": "", "dC": "", "ms_per_frame": "",
            **noise_floor(size, [T for T in WAYS_TEMPERATURES if T > 1.5], FRAMES),
        }  # fmt: skip
        for sampler in continuous.SAMPLERS:
            for steps in [*STEPS_TRIED, *([LONG[sampler]] if sampler in LONG else [])]:
                how = plain | {"sampler": sampler, "steps": steps}
                told = {"hamiltonian": "yes" if sampler == "gibbs" else "no"}
                yield (
                    f"{sampler}, {steps} steps",
                    lambda how=how, told=told: (
                        told | deviations(base, size, WAYS_TEMPERATURES, **how)
                    ),
                )
        for density in (1.0, 6.0):
            for steps in (10, 20):
                how = plain | {"steps": steps, "density": density}
                yield (
                    f"multistep, {steps} steps, {density:g} times as dense",
                    lambda how=how: (
                        {"hamiltonian": "no"} | deviations(base, size, WAYS_TEMPERATURES, **how)
                    ),
                )
        for sigma in (continuous.SMALLEST, 0.6, 1.2):
            for rule in RULES:
                how = plain | {"sigma": sigma, "steps": 20, "rule": rule}
                yield (
                    f"multistep, 20 steps to {sigma}; {rule}",
                    lambda how=how: (
                        {"hamiltonian": "no"} | deviations(base, size, WAYS_TEMPERATURES, **how)
                    ),
                )
        how = plain | {"sigma": continuous.SMALLEST, "steps": 20}
        yield (
            f"multistep, 20 steps to {continuous.SMALLEST}; 0 sweeps",
            lambda how=how: (
                {"hamiltonian": "no"} | deviations(base, size, WAYS_TEMPERATURES, **how)
            ),
        )
        for sigma in (0.6, 1.2, 2.0, 3.0):
            for sweeps in (0, 1, 3, 10):
                for steps in (10, 20):
                    how = plain | {"sigma": sigma, "sweeps": sweeps, "steps": steps}
                    told = {"hamiltonian": "yes" if sweeps else "no"}
                    yield (
                        f"multistep, {steps} steps to {sigma}; {sweeps} sweeps",
                        lambda how=how, told=told: (
                            told | deviations(base, size, WAYS_TEMPERATURES, **how)
                        ),
                    )

    table("ablation_samplers", ways())
    table("ablation_finishes", finishes(config.load(FILES[:1])))


def finishes(run: config.Config) -> Iterator[tuple[str, Callable[[], dict[str, str]]]]:
    """Return the deviations of a run's diffusion models without the finish and with it."""
    folder = Path("results") / run.run / "models"
    inside = [T for T in WAYS_TEMPERATURES if T > 1.5]
    yield "exact frames", lambda: {
        "hamiltonian": "", "du": "", "du_out": "", "dC": "", "ms_per_frame": "",
        **noise_floor(run.lattice_size, inside, FEWER),
    }  # fmt: skip
    for name, settings in run.trained_models.items():
        path = folder / f"{name}.safetensors"
        if settings.family not in ("diffusion", "continuous") or not path.exists():
            continue
        for sigma, sweeps in ((0.0, 0), (1.2, 3), (1.2, 10), (3.0, 10)):
            how = {"steps": STEPS, "sampler": "multistep", "frames": FEWER}
            how |= {"sigma": sigma, "sweeps": sweeps}
            told = {"hamiltonian": "yes" if sweeps else "no"}
            yield (
                f"{name}, {sweeps} sweeps from {sigma}" if sweeps else name,
                lambda path=path, how=how, told=told: (
                    told
                    | deviations(checkpoint.load(path), run.lattice_size, WAYS_TEMPERATURES, **how)
                ),
            )


if __name__ == "__main__":
    main()
