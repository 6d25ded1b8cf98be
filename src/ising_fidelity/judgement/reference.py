"""The reference of a judgement: Monte Carlo frames at one temperature, made or found again."""

import math
import warnings
from dataclasses import replace
from pathlib import Path

from ising_fidelity.api import simulate
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import Frames, read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.io.code import code_hash
from ising_fidelity.io.seeds import derive_seed
from ising_fidelity.io.variables import BURN_IN

FEWEST = 1000
"""Frames of the reference, or as many as those that are judged, if they are more."""
CHAINS = 50
DIGITS = 8
"""Of the code's hash, in names of files."""


def frames_needed(judged: int) -> int:
    """Return how many frames a reference has, a multiple of its chains."""
    return max(FEWEST, math.ceil(judged / CHAINS) * CHAINS)


def reference(
    L: int, T: str, frames: int, seed: int, keep: Path | None = None, threads: int = 1
) -> Frames:
    """Return reference frames at a canonical temperature.

    Parameters
    ----------
    keep
        A folder where they are found if they have been made before, by the same code, and else
        left for the next time.
    threads
        To simulate with; frames do not depend on it.

    Raises
    ------
    InputError
        If chains that began ordered and at random disagree after the longest burn-in, or a file in
        the folder is no file of such frames.
    """
    derived = derive_seed(seed, "judge", "reference", T)
    if keep is None:
        return simulate(
            L=L, T=float(T), frames=frames, seed=derived, chains=CHAINS, threads=threads
        )
    code = code_hash("montecarlo.dataset", "api")[:DIGITS]
    path = keep / f"L{L}_T{T}_n{frames}_s{seed}_{code}.nc"
    if path.exists():
        found = Frames.from_dataset(read_frames(path))
        if (found.L, len(found)) != (L, frames):
            raise InputError(f"{path}: not the {frames} frames of {L} x {L} that its name says")
        return replace(found, said=(*_said(found), "kept from before"))
    made = simulate(L=L, T=float(T), frames=frames, seed=derived, chains=CHAINS, threads=threads)
    with warnings.catch_warnings():
        keep.mkdir(parents=True, exist_ok=True)
        netcdf.write(made.dataset(), path)
    return made


def _said(frames: Frames) -> tuple[str, str]:
    """Return how frames of a file were made, in the words of :func:`.simulate`."""
    sweeps, spacing = (
        frames.attributes[f"{name}_sweeps"] for name in ("thermalization", "spacing")
    )
    how = f"{CHAINS} chains, {sweeps} sweeps of burn-in, {spacing} between frames"
    return how, str(frames.attributes[BURN_IN])
