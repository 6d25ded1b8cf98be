"""Observables of frames, and distances between two sets of them."""

import xarray as xr

from ising_fidelity.api.arguments import check_frames, whole
from ising_fidelity.frames import Frames


def measure(frames: Frames, *, seed: int = 0) -> xr.Dataset:
    """Measure all observables of frames, each with its standard error ``<name>_error``.

    Examples
    --------
    >>> from ising_fidelity import simulate
    >>> found = measure(simulate(L=16, T=3.0, frames=200, seed=1))
    >>> print(f"u = {float(found['energy']):.2f} ± {float(found['energy_error']):.2f}")
    u = -0.82 ± 0.01

    Parameters
    ----------
    frames
        Frames at one temperature.
    seed
        Seed of the bootstrap of independent frames.

    Raises
    ------
    InputError
        If a parameter is invalid.
    """
    from ising_fidelity.observables.dataset import measured

    check_frames(frames=frames)
    (seed,) = whole(seed=seed)
    return measured(frames.dataset(), seed)


def compare(
    frames: Frames,
    reference: Frames,
    *,
    training: Frames | None = None,
    classifier: bool = False,
    memory_frames: int = 0,
    seed: int = 0,
) -> xr.Dataset:
    """Measure distances between frames and reference frames of the same T and L.

    Each has a standard error, a noise floor, and the significance of its excess over the floor:
    ``<name>_error``, ``<name>_floor``, ``<name>_z`` and ``<name>_p_value``.

    Parameters
    ----------
    frames, reference
        Frames at one temperature, with one lattice size.
    training
        Training frames of the model, to test for copies.
    classifier
        Whether to train a network to separate both sides.
    memory_frames
        Number of frames to compare with the training frames modulo all symmetries.
    seed
        Seed of bootstrap, noise floors and classifier.

    Raises
    ------
    InputError
        If a parameter is invalid, or T or L differ.
    """
    from ising_fidelity.comparison.dataset import compared

    check_frames(frames=frames, reference=reference)
    if training is not None:
        check_frames(training=training)
    memory_frames, seed = whole(memory_frames=memory_frames, seed=seed)
    return compared(
        frames.dataset(),
        reference.dataset(),
        {} if training is None else {"training": training.dataset()},
        seed=seed,
        memory_frames=memory_frames,
        classify=classifier,
    )
