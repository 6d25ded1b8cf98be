"""The table of compute: the cost of each network of a run, and its deviation from exact results."""

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from benchmarks.acceleration.cost import images
from benchmarks.harness import ROOT
from ising_fidelity.config.load import load
from ising_fidelity.config.run import Config
from ising_fidelity.exact.finite import kaufman
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf
from ising_fidelity.models import checkpoint
from ising_fidelity.models.common.layers import count_parameters
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.paper import NUMBERS, quoted
from ising_fidelity.scores import deviations

PAPER_CONFIG = [ROOT / "config.yaml", ROOT / "workflow" / "presets" / "paper.yaml"]
FLOOR = "exact frames"
THE_PAPER = "the paper"
MEAN_OF_HALF_NORMAL = math.sqrt(2 / math.pi)
"""Mean distance of a normal number from its mean, in standard deviations."""
STEP = 1e-3
"""Step of 1/T in the second difference that gives the fourth cumulant."""
Row = dict[str, Any]


def noise_floor(lattice_size: int, temperature: float, frames: int) -> tuple[float, float]:
    r"""Return expected |u - exact| and |C / exact - 1| of this many independent exact frames.

    The standard error of u is :math:`\sqrt{C} T / (L \sqrt{frames})`, that of C relative to C
    :math:`\sqrt{(2 + k) / frames}` with the excess kurtosis of the energy, :math:`k = \kappa_4 /
    \kappa_2^2`. Cumulants are derivatives of ln Z: :math:`\kappa_2 = N T^2 C` and
    :math:`\kappa_4 = \partial^2 \kappa_2 / \partial (1/T)^2`. Both estimates are treated as normal.

    Parameters
    ----------
    temperature
        In J/k_B.
    """

    def variance(beta: float) -> float:
        return lattice_size**2 * kaufman(lattice_size, 1 / beta).specific_heat / beta**2

    below, here, above = (variance(1 / temperature + shift) for shift in (-STEP, 0, STEP))
    kurtosis = (below - 2 * here + above) / STEP**2 / here**2
    u = math.sqrt(here / frames) / lattice_size**2
    return MEAN_OF_HALF_NORMAL * u, MEAN_OF_HALF_NORMAL * math.sqrt((2 + kurtosis) / frames)


def evaluations(
    model: checkpoint.Model, chain: Chain, finish_sigma: float | None
) -> tuple[int | None, int]:
    """Return steps of the reverse chain, None without one, and network evaluations per frame."""
    settings, sampler = model.settings, family_of(model.settings).make_sampler()
    if not settings.chain_options:
        calls: list[int] = []
        with model.network.register_forward_hook(lambda *_: calls.append(1)):
            draw(model, 1.0, 1, model.lattice_size, 0)
        return None, len(calls)
    levels = sampler.noise_levels(settings, model.lattice_size, chain)
    steps = len(levels) - 1
    if finish_sigma is None:
        return steps, sampler.evaluations(settings, chain, steps)
    steps = next(index for index, sigma in enumerate(levels) if sigma <= finish_sigma)
    # The finish starts from spins sampled from the network's means.
    return steps, sampler.evaluations(settings, chain, steps) + 1


def costs(run: Config, source: str, model: checkpoint.Model, seconds: float, epochs: int) -> Row:
    """Return the cost of a model, or of its frames with a Gibbs finish."""
    name, sweeps = run.finished_sources.get(source, (source, 0))
    made = run.chains[run.trained_on(name)]
    frames, seen = images(model.settings, made.frames, made.chains, epochs)
    sigma = run.finish.sigma if run.finish and sweeps else None
    steps, passes = evaluations(model, run.sampling, sigma)
    return {
        "source": source,
        "lattice_size": run.lattice_size,
        "parameters": count_parameters(model.network),
        "training_core_seconds": seconds,
        "training_frames": frames,
        "training_images": seen,
        "sampling_steps": steps,
        "network_evaluations": passes,
        "gibbs_sweeps": sweeps,
    }


def judged(scores: pd.DataFrame, source: str, low: float, high: float) -> Row:
    """Return the deviations of u and C from exact values between two temperatures, inclusive."""
    one = scores[scores["source"] == source]
    inside = one[one["temperature"].between(low, high)]
    u, C = (inside[inside["quantity"] == name] for name in deviations.AGAINST_EXACT)
    summary = deviations.summarize(u["deviation"].to_numpy(), u["deviation_in_errors"].to_numpy())
    return {
        "energy_deviation": u["deviation"].abs().mean(),
        "energy_rms_z": summary.rms_deviation_in_errors,
        "energy_within_3_errors": summary.within_3_errors,
        "specific_heat_deviation": (C["deviation"] / C["expected"]).abs().mean(),
    }


def expected(lattice_size: int, temperatures: Sequence[float], frames: int) -> Row:
    """Return the expectation of :func:`judged` for exact frames."""
    floors = np.array([noise_floor(lattice_size, T, frames) for T in temperatures])
    u, C = floors.mean(axis=0) if floors.size else (np.nan, np.nan)
    return {
        "energy_deviation": u,
        "energy_rms_z": 1.0,
        "energy_within_3_errors": math.erf(3 / math.sqrt(2)),
        "specific_heat_deviation": C,
    }


def named(where: str, values: Row) -> Row:
    return {f"{where}_{key}": value for key, value in values.items()}


def found(path: Path) -> Path:
    """Return the path; raise InputError if the file is missing, which a finished run has."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; a finished run has it")
    return path


def of_run(folder: Path, at_quoted: Sequence[float]) -> list[Row]:
    """Return the rows of a run, the noise floor last.

    Parameters
    ----------
    at_quoted
        Temperatures at which the paper quotes energies.

    Raises
    ------
    InputError
        If the run is not finished.
    """
    run = load([found(folder / "provenance" / "config.yaml")])
    every = pd.read_csv(found(folder / "scores.csv"))
    scores = every[
        (every["reference"] == "exact") & ~every["temperature"].isin(["all", "training"])
    ]
    scores = scores.assign(temperature=scores["temperature"].astype(float))
    sources = {name: (name, 0) for name in run.trained_models} | run.finished_sources
    there = set(scores["source"])
    for source in sources:
        if source not in there:
            raise InputError(f"{folder / 'scores.csv'}: no source {source}; a finished run has it")
    rows, ends = [], []
    for source, (name, _) in sources.items():
        seconds = core_seconds(found(folder / "benchmarks" / "train" / f"{name}.tsv"))
        trained = [float(T) for T in run.trained_models[name].training_temperatures]
        ends += [min(trained), max(trained)]
        if name in run.commands:  # of another program, whose parameters are not known
            cost = {"source": source, "lattice_size": run.lattice_size}
            cost["training_core_seconds"] = seconds
        else:
            model = checkpoint.load(found(folder / "models" / f"{name}.safetensors"))
            history = netcdf.read(found(folder / "models" / f"{name}.training.nc"))
            cost = costs(run, source, model, seconds, history.sizes["epoch"])
        rows.append(
            {
                "run": folder.name,
                **cost,
                **named("inside", judged(scores, source, min(trained), max(trained))),
                **named("all", judged(scores, source, -math.inf, math.inf)),
                "quoted_energy_deviation": at(at_quoted, scores, source),
            }
        )
    if not rows:
        raise InputError(f"{folder}: a run without models")
    measured = sorted(set(scores["temperature"]))
    inside = [T for T in measured if min(ends) <= T <= max(ends)]
    expect = partial(expected, run.lattice_size, frames=run.sampling.frames)
    floor = {"run": folder.name, "source": FLOOR, "lattice_size": run.lattice_size}
    floor |= named("inside", expect(inside)) | named("all", expect(measured))
    if set(at_quoted) <= set(measured):
        floor["quoted_energy_deviation"] = expect(at_quoted)["energy_deviation"]
    return [*rows, floor]


def core_seconds(timing: Path) -> float:
    """Return the core time of a job, NaN where Snakemake wrote a dash for it."""
    return float(pd.read_csv(timing, sep="\t", na_values="-")["cpu_time"].iloc[0])


def at(temperatures: Sequence[float], scores: pd.DataFrame, source: str) -> float:
    """Return mean |u - exact| at some temperatures, NaN where a source lacks one of them."""
    chosen = (scores["source"] == source) & (scores["quantity"] == "energy")
    deviation = scores[chosen].set_index("temperature")["deviation"].reindex(temperatures)
    return float(deviation.abs().mean(skipna=False))


def of_paper() -> tuple[list[Row], list[float]]:
    """Return a row for every model whose energies the paper quotes, and at which temperatures."""
    run = load(PAPER_CONFIG)
    energies: dict[str, dict[float, float]] = {}
    for quote in quoted.load(NUMBERS):
        if quote.quantity == "energy" and quote.source in run.trained_models:
            energies.setdefault(quote.source, {})[float(quote.at[0])] = quote.value[0]
    rows = []
    for name, values in energies.items():
        settings = run.trained_models[name]
        # Counting weights does not need their values.
        with torch.device("meta"):
            network = family_of(settings).build_network(settings, run.lattice_size)
        model = checkpoint.Model(network, settings, run.lattice_size, {})
        far = [abs(u - kaufman(run.lattice_size, T).energy) for T, u in values.items()]
        about = costs(run, name, model, math.nan, settings.epochs)
        rows.append({"run": THE_PAPER, **about, "quoted_energy_deviation": np.mean(far)})
    return rows, sorted({T for values in energies.values() for T in values})
