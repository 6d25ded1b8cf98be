"""The work of a judgement, a task per temperature, in processes beside each other."""

import multiprocessing
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from ising_fidelity.api.frames import cores
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import Frames
from ising_fidelity.io import netcdf
from ising_fidelity.judgement.given import REFERENCE

POLL = 1.0
"""Seconds after which a process sees that the one which it works for is gone."""
SHOWN = 2
"""Frames that are kept as pictures: the first and the middle one."""


@dataclass(frozen=True)
class Task:
    """Everything that is judged at one temperature.

    Attributes
    ----------
    T
        Canonical.
    frames
        Of each sampler.
    training
        Frames at this temperature that the samplers may have learnt by heart.
    reference_frames
        How many to simulate.
    classify
        Whether a network is to tell each sampler's frames from the reference.
    seed
        Of everything random.
    keep
        The folder of references that are kept.
    """

    T: str
    frames: Mapping[str, Frames]
    training: Frames | None
    reference_frames: int
    classify: bool
    seed: int
    keep: Path | None


@dataclass(frozen=True)
class Outcome:
    """What was found at one temperature, the reference being among the samplers.

    Attributes
    ----------
    numbers
        Observables, distances and tests of each sampler.
    pictures
        Some frames of each, by the contract of frames.
    said
        How the reference was made.
    """

    T: str
    numbers: Mapping[str, xr.Dataset]
    pictures: Mapping[str, xr.Dataset]
    said: Sequence[str]


MEMORY_FRAMES = 100
"""Of a sampler, that are compared with training frames modulo all symmetries."""


def work(task: Task, workers: int = 1) -> Outcome:
    """Make the reference and compare every sampler's frames with it.

    With several workers, observables are measured in a process beside this one.
    """
    from threadpoolctl import threadpool_limits

    # Matrices are small, and threads of several processes would wait for each other.
    with threadpool_limits(1, "blas"), pool(1) if workers > 1 else AtOnce() as beside:
        return _work(task, beside, workers)


def _work(task: Task, beside: Executor, threads: int) -> Outcome:
    given = {name: frames.dataset() for name, frames in task.frames.items()}
    measured = {
        name: beside.submit(_measured, data, task.seed, name) for name, data in given.items()
    }
    from ising_fidelity.comparison.dataset import compared
    from ising_fidelity.judgement.evidence import evidence
    from ising_fidelity.judgement.reference import reference

    L = next(iter(task.frames.values())).L
    expected = reference(L, task.T, task.reference_frames, task.seed, task.keep, threads)
    other = expected.dataset()
    measured[REFERENCE] = beside.submit(_measured, other, task.seed, REFERENCE)
    known = {} if task.training is None else {"training": task.training.dataset()}
    numbers, pictures = {}, {REFERENCE: _pictures(other)}
    with warnings.catch_warnings():
        # What a warning says of them, the judgement says itself.
        warnings.simplefilter("ignore", UserWarning)
        for name, data in given.items():
            distances = compared(
                data,
                other,
                known,
                seed=task.seed,
                memory_frames=min(MEMORY_FRAMES, len(task.frames[name])) if known else 0,
                classify=task.classify,
                names=(name, "reference"),
            )
            parts = [measured[name].result(), distances, evidence(data, other)]
            numbers[name] = netcdf.united(parts)
            pictures[name] = _pictures(data)
    numbers[REFERENCE] = measured[REFERENCE].result()
    return Outcome(task.T, numbers, pictures, expected.said)


def _measured(data: xr.Dataset, seed: int, name: str) -> xr.Dataset:
    """Return the observables of frames."""
    from threadpoolctl import threadpool_limits

    from ising_fidelity.observables.dataset import measured

    with warnings.catch_warnings(), threadpool_limits(1, "blas"):
        warnings.simplefilter("ignore", UserWarning)
        return measured(data, seed, name)


def _pictures(data: xr.Dataset) -> xr.Dataset:
    """Return the first frame and the middle one, as one chain."""
    spins = data["spin"].values.reshape(1, -1, *data["spin"].shape[-2:])
    chosen = spins[:, [0, spins.shape[1] // 2]]
    return data.drop_dims(["chain", "draw"]).assign(spin=(("chain", "draw", "y", "x"), chosen))


def done(tasks: Sequence[Task], workers: int) -> Iterator[Outcome]:
    """Yield what was found, in the order of the tasks.

    Raises
    ------
    InputError
        What a task raised.
    """
    if workers < 2 or len(tasks) < 2:
        for task in tasks:
            yield work(task, workers)
        return
    with pool(min(workers, len(tasks))) as executor:
        futures: list[Future[Outcome]] = [executor.submit(work, task) for task in tasks]
        try:
            for future in futures:
                yield future.result()
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


class AtOnce(Executor):
    """What is submitted is done before anything else."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return what a call gives, which is raised if it raises."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def pool(workers: int) -> Iterator[Executor]:
    """Give processes to work in, that end with the one which they work for."""
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _begin, (os.getpid(),)) as executor:
        yield executor


def processes(wanted: int | None) -> int:
    """Return how many processes work: as many as there are cores, if it is not said.

    One where processes cannot be forked: others would run the user's own script again.
    """
    if sys.platform != "linux":
        return 1
    return wanted or cores()


def _begin(parent: int) -> None:
    """Make a process compute with one thread, and end when its parent has ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    os.environ["OMP_NUM_THREADS"] = "1"  # of torch, if it is used


def check_workers(workers: int | None) -> None:
    """Raise InputError unless there is one or more."""
    if workers is not None and workers < 1:
        raise InputError(f"workers: {workers}; allowed are whole numbers from 1 on")
