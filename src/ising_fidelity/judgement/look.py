"""A first look at a trained model: its frames at several temperatures, judged."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.progress import progress_bar, shown
from ising_fidelity.io.temperatures import canonical
from ising_fidelity.judgement import work
from ising_fidelity.judgement.judge import judge
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.shipped import find

if TYPE_CHECKING:
    from ising_fidelity.frames import Frames
    from ising_fidelity.judgement.scorecard import Scorecard

MODEL = "DiffIsing3-wide"
TEMPERATURES = (
    *("1.20", "1.60", "2.00", "2.20", "2.269185"),
    *("2.30", "2.40", "2.60", "3.00", "4.00"),
)
"""Temperatures of the shipped model's range of training, denser near T_c."""
STEPS = 24
"""Steps of the reverse chain; with more, DiffIsing3 is hardly better."""


def look(
    model: str | Path = MODEL,
    *,
    temperatures: Sequence[str] = TEMPERATURES,
    frames: int = 200,
    L: int = 32,
    seed: int = 0,
    chain: Chain | None = None,
    workers: int | None = None,
    progress: bool = True,
) -> "Scorecard":
    """Sample a model at several temperatures and judge the frames, see :func:`.judge`.

    Parameters
    ----------
    model
        Name of a shipped model, or path of a checkpoint.
    temperatures
        In units of J/k_B.
    frames
        Number of frames at each temperature.
    L
        Sites along a side.
    seed
        Seed of all random numbers.
    chain
        Options of the reverse chain; default: :data:`STEPS` steps.
    workers
        Number of processes; default: the number of cores.
    progress
        Whether to show progress bars, on a terminal or in a notebook.

    Raises
    ------
    InputError
        If there is no such model, or it cannot sample such frames.
    """
    work.check_workers(workers)
    names = [canonical(T) for T in temperatures]
    for T in names:
        if names.count(T) > 1:
            raise InputError(f"temperatures: {T} is given twice; allowed is once")
    path = find(model)
    sample = partial(_sampled, path, frames, L, seed, chain or Chain(sampling_steps=STEPS))
    count = work.processes(workers)
    bar = progress_bar(total=len(names), unit="T", desc="sample", wanted=progress)
    found = {}
    with work.pool(count) if count > 1 else work.AtOnce() as executor, bar, shown(False):
        for T, one in zip(names, executor.map(sample, names), strict=True):
            found[float(T)] = one
            bar.update()
    return judge({path.stem: found}, seed=seed, workers=workers, progress=progress)


def _sampled(path: Path, frames: int, L: int, seed: int, chain: Chain, T: str) -> "Frames":
    """Return frames at one temperature, as ``ising-fidelity sample`` writes them."""
    from ising_fidelity.api.models import load_model

    options = chain.model_dump(exclude_unset=True)
    return load_model(path).sample(float(T), frames, seed=seed, L=L, progress=False, **options)
