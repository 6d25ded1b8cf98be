"""The reference of a judgement: Monte Carlo frames at one temperature, simulated or reused."""

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
"""Smallest number of reference frames; at least as many as are judged."""
CHAINS = 50
DIGITS = 8
"""Digits of the code hash in file names."""


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
        A folder of stored references. A reference that the same code made is reused; otherwise the
        new one is stored there.
    threads
        Threads of the simulation; frames do not depend on it.

    Raises
    ------
    InputError
        If chains from ordered and random starts disagree after the longest burn-in, or a stored
        file has other frames than its name says.
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
            raise InputError(f"{path}: has not the {frames} frames of {L} x {L} that its name says")
        return replace(found, said=(*_said(found), "reused from an earlier call"))
    made = simulate(L=L, T=float(T), frames=frames, seed=derived, chains=CHAINS, threads=threads)
    with warnings.catch_warnings():
        keep.mkdir(parents=True, exist_ok=True)
        netcdf.write(made.dataset(), path)
    return made


def _said(frames: Frames) -> tuple[str, str]:
    """Return how the frames of a file were simulated, in the words of :func:`.simulate`."""
    sweeps, spacing = (
        frames.attributes[f"{name}_sweeps"] for name in ("thermalization", "spacing")
    )
    how = f"{CHAINS} chains, {sweeps} sweeps of burn-in, {spacing} between frames"
    return how, str(frames.attributes[BURN_IN])
