"""The computations of a judgement: one task per temperature, in parallel processes."""

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

from ising_fidelity.api.arguments import whole
from ising_fidelity.api.frames import cores
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import Frames
from ising_fidelity.io import netcdf
from ising_fidelity.judgement.given import REFERENCE

POLL = 1.0
"""Seconds between checks of a process whether its parent still runs."""
SHOWN = 2
"""Number of frames kept for pictures: the first and the middle one."""


@dataclass(frozen=True)
class Task:
    """The task of judging all samplers at one temperature.

    Attributes
    ----------
    T
        Canonical temperature.
    frames
        Frames of each sampler.
    training
        Training frames at this temperature, which the samplers may have copied.
    reference_frames
        Number of frames to simulate.
    classify
        Whether to train a network to separate each sampler's frames from the reference.
    seed
        Seed of all random numbers.
    keep
        The folder of stored references.
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
    """The result at one temperature; the reference is one of the samplers.

    Attributes
    ----------
    numbers
        Observables, distances and tests of each sampler.
    pictures
        Some frames of each sampler, by the contract of frames.
    said
        How the reference was simulated.
    """

    T: str
    numbers: Mapping[str, xr.Dataset]
    pictures: Mapping[str, xr.Dataset]
    said: Sequence[str]


MEMORY_FRAMES = 100
"""Largest number of a sampler's frames that are compared with training frames."""


def work(task: Task, workers: int = 1) -> Outcome:
    """Simulate the reference and compare every sampler's frames with it.

    With several workers, a second process measures the observables meanwhile.
    """
    from threadpoolctl import threadpool_limits

    # Matrices are small; BLAS threads of several processes would only compete for cores.
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
        # The judgement reports the same itself.
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
    """Yield the outcomes in the order of the tasks.

    Raises
    ------
    InputError
        If a task raised it.
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
    """An executor that runs every call at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run the call and return its result; an exception is raised here."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def pool(workers: int) -> Iterator[Executor]:
    """Provide a pool of processes that end when their parent ends."""
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _begin, (os.getpid(),)) as executor:
        yield executor


def processes(wanted: int | None) -> int:
    """Return the number of processes to use, by default the number of cores.

    It is one where processes cannot be forked, as spawned ones would run the user's script again.
    """
    if sys.platform != "linux":
        return 1
    return wanted or cores()


def _begin(parent: int) -> None:
    """Set up a process to compute with one thread and to end with its parent."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    os.environ["OMP_NUM_THREADS"] = "1"  # read by torch, if it is used


def check_workers(workers: int | None) -> None:
    """Raise InputError unless it is a whole number of at least one."""
    if workers is not None and whole(workers=workers)[0] < 1:
        raise InputError(f"workers: {workers}; allowed are whole numbers from 1 on")
