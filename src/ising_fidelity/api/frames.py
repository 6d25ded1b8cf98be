"""Frames, simulated or read from files."""

import glob
import hashlib
import os
from collections.abc import Iterable, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from ising_fidelity.api.arguments import whole
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import Frames
from ising_fidelity.io import foreign
from ising_fidelity.io.foreign_temperatures import in_names, listed
from ising_fidelity.io.formats import Alphabet
from ising_fidelity.io.temperatures import as_written, canonical, name_of

CHAINS = 50
"""Largest default number of chains."""
BURN_IN = (200, 3200)
"""Sweeps before the first frame: the initial number, and the largest after doubling."""
DISTINCT = 10
"""Distinct frames from which on two equal files cannot be equal by chance, as ordered ones can."""


class Reading(TypedDict, total=False):
    """How to read arrays and files, where it is ambiguous; see :func:`load_frames`."""

    T: float | Sequence[float] | None
    sampling: str | None
    variable: str | None
    alphabet: Alphabet | None
    pattern: str | None
    L: int | None


def simulate(
    L: int,
    T: float,
    frames: int = 1000,
    *,
    seed: int = 0,
    sampler: str = "auto",
    chains: int | None = None,
    burn_in: int | None = None,
    spacing: int = 10,
    threads: int | None = None,
    progress: bool = True,
) -> Frames:
    """Simulate frames by Monte Carlo.

    Examples
    --------
    >>> mc = simulate(L=16, T=3.0, frames=200, seed=1)
    >>> mc
    Frames: 200 correlated (50 chains of 4 draws) frames of 16 x 16 spins at T = 3.00
    taken as: 50 chains, 200 sweeps of burn-in, 10 between frames; ordered and random starts agree

    Parameters
    ----------
    L
        Sites along a side.
    T
        Temperature in units of J/k_B.
    frames
        Number of frames over all chains.
    seed
        Seed of all random numbers.
    sampler
        ``metropolis``, ``checkerboard``, ``cluster``, or ``auto`` for the most efficient one.
    chains
        Number of chains, a divisor of ``frames``; default: the largest divisor up to 50.
    burn_in
        Sweeps before the first frame; default: 200, doubled while chains from ordered and random
        starts disagree.
    spacing
        Sweeps between frames.
    threads
        Number of threads; default: the number of cores. Frames do not depend on it.
    progress
        Whether to show a progress bar, on a terminal or in a notebook.

    Raises
    ------
    InputError
        If a parameter is out of range, or starts disagree after 3200 sweeps.
    """
    import warnings

    from ising_fidelity.io.progress import shown
    from ising_fidelity.io.variables import BURN_IN as SAID
    from ising_fidelity.io.variables import STARTS_DISAGREE
    from ising_fidelity.montecarlo.dataset import simulated

    L, frames, seed, spacing = whole(L=L, frames=frames, seed=seed, spacing=spacing)
    (threads,) = (cores(),) if threads is None else whole(threads=threads)
    if chains is not None:
        (chains,) = whole(chains=chains)
    else:
        chains = next((n for n in range(min(CHAINS, frames), 0, -1) if frames % n == 0), 1)
    (sweeps,) = BURN_IN[:1] if burn_in is None else whole(burn_in=burn_in)
    while True:
        with warnings.catch_warnings(), shown(progress):
            # Handled below, by more sweeps or an error.
            warnings.filterwarnings("ignore", "ordered and random starts disagree")
            data = simulated(
                lattice_size=L,
                temperature=canonical(T, infinite=True),
                sampler=sampler,
                frames=frames,
                chains=chains,
                thermalization=sweeps,
                spacing=spacing,
                seed=seed,
                threads=threads,
            )
        agreement = str(data.attrs[SAID])
        if agreement != STARTS_DISAGREE:
            break
        if burn_in is not None or 2 * sweeps > BURN_IN[1]:
            raise InputError(f"burn_in: {sweeps}; {agreement}, more sweeps are needed")
        sweeps *= 2
    said = f"{chains} chains, {sweeps} sweeps of burn-in, {spacing} between frames"
    found = Frames.from_dataset(data)
    return Frames(found.spins, found.T, found.sampling, (said, agreement), found.attributes)


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load_frames(
    paths: str | Path | Iterable[str | Path],
    *,
    T: float | Sequence[float] | None = None,
    sampling: str | None = None,
    variable: str | None = None,
    alphabet: Alphabet | None = None,
    pattern: str | None = None,
    L: int | None = None,
) -> Frames | dict[float, Frames]:
    """Load frames from files: .npy, .npz, netCDF or HDF5.

    Parameters
    ----------
    paths
        Files, folders, or patterns such as ``run/*.npy``. Files of one temperature are joined.
    T
        Temperature in units of J/k_B, if the files and the names of files (``T2.30.npy``) and
        folders lack it. A sequence for arrays with an axis of temperatures.
    sampling
        ``chain`` if draws of one chain are correlated, else ``independent``; default: the file's
        own label, or ``independent``.
    variable
        Name of the array of frames, in files with several arrays.
    alphabet
        Values of spin down and up, where they are ambiguous.
    pattern
        Place of the temperature in the name of a file, a group or a folder, as ``x1_T{T}``, or of
        its inverse, as ``b{beta}``; default: after a T or beta.
    L
        Sites along a side, where a matrix may be one frame or have a frame per row.

    Returns
    -------
    Frames or dict
        Frames, or a dict by increasing temperature if there are several.

    Raises
    ------
    InputError
        If a file is invalid or ambiguous; the message names the parameter that decides.
    """
    found: dict[float, list[tuple[Path, Frames]]] = {}
    if pattern is not None and pattern.count("{T}") + pattern.count("{beta}") != 1:
        raise InputError(
            f"pattern: {pattern!r}; allowed is a part of a name with one {{T}} or {{beta}} in it"
        )
    single, several = one_or_several(T)
    for path in _files(paths):
        for one in foreign.find(
            path, variable=variable, alphabet=alphabet, L=L, temperatures=several
        ):
            temperature, where = _temperature(path, one, single, pattern)
            said = [*one.said, *([f"T by {where}"] if where else [])]
            kind = sampling or one.sampling
            if kind is None:
                kind = "independent"
                said.append("independent, by default")
            frames = Frames(one.spins, temperature, kind, tuple(said))
            frames.dataset()  # which is checked
            found.setdefault(temperature, []).append((path, frames))
    together = {temperature: _together(found[temperature]) for temperature in sorted(found)}
    return next(iter(together.values())) if len(together) == 1 else together


def one_or_several(T: Any) -> tuple[float | None, list[float] | None]:
    """Return a temperature that is given as one number, or several."""
    if T is None:
        return None, None
    if isinstance(T, float | int):
        return T, None
    if isinstance(T, Real):  # a number of NumPy
        return float(name_of(T)), None
    if isinstance(T, str) or not isinstance(T, Iterable):
        raise InputError(f"T: {T!r}; allowed are numbers >= 0, and sequences of them")
    return None, [*T]


def _files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """Return the files that match paths and patterns, sorted by name."""
    given = (
        [paths] if isinstance(paths, str | Path) or not isinstance(paths, Iterable) else [*paths]
    )
    for one in given:
        if not isinstance(one, str | Path):
            raise InputError(f"paths: {type(one).__name__}; allowed are names of files")
    files: list[Path] = []
    for one in given:
        pattern = str(one)
        matched = [one] if Path(one).exists() else sorted(glob.glob(pattern))
        if not matched:
            raise InputError(f"{pattern}: no such file")
        for path in map(Path, matched):
            files += foreign.files_in(path) if path.is_dir() else [path]
    if not files:
        raise InputError("paths: none given; at least one file is needed")
    return files


def _temperature(
    path: Path, one: foreign.Found, given: float | None, pattern: str | None
) -> tuple[float, str]:
    """Return the temperature of frames, and its origin unless it is the file's content."""
    told = {} if one.temperature is None else {"the file": one.temperature}
    if given is not None:
        told["T"] = as_written(given)
    named = in_names(path, one.group, pattern)
    # A folder's name may be about something else.
    if named is not None and not (told and named[1] == "its folder"):
        told[named[1]] = named[0]
    if not told:
        raise InputError(f"{path}: no temperature in it, as T or beta, or in its name; T: decides")
    if len(set(told.values())) > 1:
        raise InputError(f"{path}: different temperatures: T = {listed(told)}")
    where = next(iter(told))
    return told[where], "" if where in ("the file", "T") else where


def _together(files: Sequence[tuple[Path, Frames]]) -> Frames:
    """Return the frames of several files at one temperature: chains, or independent frames."""
    first_path, first = files[0]
    for path, one in files[1:]:
        alike = first.sampling == one.sampling and first.L == one.L
        draws = first.sampling == "independent" or first.spins.shape[1] == one.spins.shape[1]
        if not alike or not draws:
            raise InputError(
                f"{path}: {one!r}, unlike {first_path}; files of one temperature need the same L "
                "and sampling, and chains of equal length"
            )
    if len(files) == 1:
        return first
    _distinct(files)
    parts = [one.spins for _, one in files]
    if first.sampling == "independent":
        parts = [part.reshape(1, -1, first.L, first.L) for part in parts]
    spins = np.concatenate(parts, axis=0 if first.sampling == "chain" else 1)
    said = tuple(dict.fromkeys(words for _, one in files for words in one.said))
    return Frames(spins, first.T, first.sampling, (f"{len(files)} files", *said))


def _distinct(files: Sequence[tuple[Path, Frames]]) -> None:
    """Raise InputError if two files hold the same frames: errors would be too small."""
    known: dict[bytes, Path] = {}
    for path, one in files:
        frames = {frame.tobytes() for frame in one.spins.reshape(-1, one.L**2)[:100]}
        if len(frames) < DISTINCT:
            continue
        other = known.setdefault(hashlib.sha256(one.spins.tobytes()).digest(), path)
        if other is not path:
            raise InputError(f"{path}: the same frames as {other}; allowed is to give them once")
