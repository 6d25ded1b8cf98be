"""A trained model at other lattice sizes without further training: u, C, |m| and chi.

Frames are sampled at every size and temperature. If the model has a reverse chain, they are also
sampled with the Gibbs finish, which uses the Hamiltonian. u and C are compared with exact results
of that size, |m| and chi with cluster Monte Carlo. The largest noise of a continuous-noise model is
in units of L, so that a larger lattice starts with more noise and may need more steps.

Rows are appended to studies/results/NAME.csv. Existing rows are not computed again; delete the
table to restart. A summary in and out of the training range is printed:
python -m studies.transfer CHECKPOINT [--sizes 32 64 128] [--steps 40] [--frames 50]
[--temperatures 1.20 2.60] [--alone] [--more] [--compile] [--name transfer]

With --more, a row also has the share of frames with positive magnetization, eta of the correlation
function, and the AUC of a classifier that separates frames from those of Monte Carlo.

Exit status 2: the model cannot sample frames of a size.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import xarray as xr
from numpy.typing import NDArray

from benchmarks.harness import timed
from ising_fidelity import Frames, compare, measure, montecarlo
from ising_fidelity.exact import finite
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.seeds import derive_seed
from ising_fidelity.io.temperatures import name_of
from ising_fidelity.models import checkpoint
from ising_fidelity.models.sampling import finish
from ising_fidelity.models.sampling.chain import quick
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.scores import deviations
from studies.shared import RESULTS, Row, fill, observables

TEMPERATURES = ("1.20", "1.60", "2.00", "2.269185", "2.60", "3.00", "3.60")
SEED = 4711
FINISH = (3.0, 10)
"""Noise at which the chain stops, and heat-bath sweeps after that."""
CHAINS, DRAWS, THERMALIZATION, SPACING = 20, 50, 200, 10
"""Monte Carlo reference: chains, draws per chain, sweeps."""
KEY = (
    "model",
    "trained_lattice_size",
    "lattice_size",
    "temperature",
    "sampling_steps",
    "gibbs_sweeps",
    "frames",
)
QUANTITIES = dict.fromkeys(deviations.AGAINST_EXACT, "exact") | {
    "abs_magnetization": "mc",
    "susceptibility": "mc",
}


def check(model: checkpoint.Model, path: Path, sizes: Sequence[int]) -> None:
    """Raise InputError if the model cannot sample one of the sizes, before anything is computed."""
    unit, own = model.settings.unit, model.lattice_size
    for size in sizes:
        if not model.settings.any_size and size != own:
            raise InputError(f"--sizes: {size}, but {path} draws {own} only")
        if size < unit or size % unit:
            raise InputError(f"--sizes: {size}, but {path} draws multiples of {unit}")


def sampled(
    model: checkpoint.Model, temperature: str, frames: int, size: int, steps: int, sweeps: int
) -> NDArray[np.int8]:
    """Return frames (frames, L, L), with the Gibbs finish if it has sweeps."""
    chain = Chain(sampling_steps=steps or None, reverse_variance="posterior", precision="bfloat16")
    source, T = f"L{size}/{model.metadata['name']}+{sweeps}gibbs", float(temperature)
    seed = derive_seed(SEED, "sample", source, temperature)
    if sweeps:
        noisy = finish.draw_noisy(model, T, frames, size, seed, chain, FINISH[0])
        return finish.finished(noisy, T, sweeps, seed)
    return draw(model, T, frames, size, seed, chain).spins


@dataclass(frozen=True)
class Reference:
    """Monte Carlo frames (chain, draw, L, L), and their observables with exact u and C."""

    spins: NDArray[np.int8]
    observables: xr.Dataset


def reference(size: int, temperature: str) -> Reference:
    """Return the reference of frames: Monte Carlo with errors, and exact values of u and C."""
    seed, T = derive_seed(SEED, "simulate", f"L{size}/mc", temperature), float(temperature)
    frames = montecarlo.run_chains(
        size, T, "cluster", CHAINS * DRAWS, CHAINS, THERMALIZATION, SPACING, seed
    )
    known = finite.kaufman(size, T)
    measured = observables(frames.spins, T, "chain")
    for name in deviations.AGAINST_EXACT:
        measured[name][:] = getattr(known, name)
        measured[f"{name}_error"][:] = 0.0
    return Reference(frames.spins, measured)


def row(
    model: checkpoint.Model,
    temperature: str,
    draw_spins: Callable[[], NDArray[np.int8]],
    reference: Callable[[], Reference],
    more: bool,
) -> Row:
    """Return one line of the table without its key."""
    true = reference()
    spins, seconds = timed(draw_spins)
    found = observables(spins[None], float(temperature), "independent")
    trained = [float(T) for T in model.settings.training_temperatures]
    cells = {"in_training_range": str(min(trained) <= float(temperature) <= max(trained))}
    for name, against in QUANTITIES.items():
        value, error, expected, expected_error = (
            data[key].values
            for data in (found, true.observables)
            for key in (name, f"{name}_error")
        )
        z = deviations.deviation_in_errors(value - expected, error, expected_error)
        cells |= {
            name: f"{value[0]:.6g}",
            f"{name}_error": f"{error[0]:.2g}",
            f"{name}_{against}": f"{expected[0]:.6g}",
        }
        if against == "mc":
            cells[f"{name}_{against}_error"] = f"{expected_error[0]:.2g}"
        cells[f"{name}_z"] = f"{z[0]:.2f}"
    if more:
        cells |= further(spins[None], true.spins, float(temperature))
    return cells | {"core_ms_per_frame": f"{1000 * seconds / len(spins):.1f}"}


def further(
    spins: NDArray[np.int8], reference: NDArray[np.int8], temperature: float
) -> dict[str, str]:
    """Return signs, eta and AUC of frames (chain, draw, L, L), with those of Monte Carlo."""
    frames = Frames(spins, temperature), Frames(reference, temperature, "chain")
    ours, true = map(measure, frames)
    auc = compare(*frames, classifier=True, seed=SEED)["classifier_auc"]
    cells = {"positive_share": f"{float(ours['positive_share']):.3f}"}
    for side, data in (("eta", ours), ("eta_mc", true)):
        raw = data.sel(correlation_kind="raw")
        cells[side] = f"{float(raw['eta']):.4f}"
        cells[f"{side}_error"] = f"{float(raw['eta_error']):.2g}"
    return cells | {"classifier_auc": f"{float(auc):.3f}"}


def rows(
    model: checkpoint.Model,
    sizes: Sequence[int],
    temperatures: Sequence[str],
    ways: Sequence[tuple[int, int]],
    frames: int,
    more: bool = False,
) -> Iterator[tuple[Row, Callable[[], Row]]]:
    """Yield the key of each row, and a function that measures the rest.

    ``ways`` are steps of the reverse chain and sweeps of the finish.
    """
    made = model.metadata["name"], model.lattice_size
    for size in sizes:
        for temperature in temperatures:
            true = cache(partial(reference, size, temperature))
            for steps, sweeps in ways if model.settings.chain_options else [(0, 0)]:
                texts = map(str, (*made, size, temperature, steps, sweeps, frames))
                spins = partial(sampled, model, temperature, frames, size, steps, sweeps)
                key = dict(zip(KEY, texts, strict=True))
                yield key, partial(row, model, temperature, spins, true, more)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return mean |u - exact| and |C / exact - 1|, and rms z of all, by model, size and range."""
    table = table.assign(
        energy_deviation=(table["energy"] - table["energy_exact"]).abs(),
        specific_heat_deviation=(table["specific_heat"] / table["specific_heat_exact"] - 1).abs(),
        **{f"{name}_z": table[f"{name}_z"] ** 2 for name in QUANTITIES},
    )
    groups = table.groupby([*(key for key in KEY if key != "temperature"), "in_training_range"])
    squares = [f"{name}_z" for name in QUANTITIES]
    means = groups[["energy_deviation", "specific_heat_deviation", *squares]].mean()
    means[squares] **= 0.5
    return means.rename(columns={name: f"{name} (rms)" for name in squares})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 64, 128])
    parser.add_argument(
        "--steps", type=int, nargs="+", default=[40], help="steps of the reverse chain"
    )
    parser.add_argument(
        "--frames", type=int, default=50, help="frames at each size and temperature"
    )
    parser.add_argument("--temperatures", nargs="+", default=TEMPERATURES, metavar="T")
    parser.add_argument("--alone", action="store_true", help="without the Gibbs finish")
    parser.add_argument("--more", action="store_true", help="also signs, eta and classifier")
    parser.add_argument(
        "--compile", action="store_true", help="compile the network: faster for many frames"
    )
    parser.add_argument("--name", default="transfer", help="name of the table")
    arguments = parser.parse_args()
    table = RESULTS / f"{arguments.name}.csv"
    sweeps = (0,) if arguments.alone else (0, FINISH[1])
    ways = [(steps, number) for steps in arguments.steps for number in sweeps]
    temperatures = [name_of(T) for T in arguments.temperatures]
    torch.set_num_threads(1)
    try:
        model = checkpoint.load(arguments.checkpoint)
        check(model, arguments.checkpoint, arguments.sizes)
        model = quick(model) if arguments.compile else model
        fill(
            table,
            rows(model, arguments.sizes, temperatures, ways, arguments.frames, arguments.more),
        )
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    print(summary(pd.read_csv(table)).to_string(float_format="%.3g"))


if __name__ == "__main__":
    main()
