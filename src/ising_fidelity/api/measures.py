"""Observables of frames, and distances between two sets of them."""

import xarray as xr

from ising_fidelity.frames import Frames


def measure(frames: Frames, *, seed: int = 0) -> xr.Dataset:
    """Return every observable of frames, each with its error as ``<name>_error``.

    Examples
    --------
    >>> from ising_fidelity import simulate
    >>> found = measure(simulate(L=16, T=3.0, frames=200, seed=1))
    >>> print(f"u = {float(found['energy']):.2f} ± {float(found['energy_error']):.2f}")
    u = -0.82 ± 0.01

    Parameters
    ----------
    frames
        Of one temperature.
    seed
        Of the bootstrap of independent frames.
    """
    from ising_fidelity.observables.dataset import measured

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
    """Return distances between frames and reference frames of the same T and L.

    Beside each are its error, its noise floor, and how far it is above that: ``<name>_error``,
    ``<name>_floor``, ``<name>_z`` and ``<name>_p_value``.

    Parameters
    ----------
    frames, reference
        Of one temperature and lattice size.
    training
        Frames that a model was trained on, to see what it has learnt by heart.
    classifier
        Whether to train a network to tell both sides apart.
    memory_frames
        How many frames to compare with the training frames modulo all symmetries.
    seed
        Of bootstrap, noise floors and classifier.
    """
    from ising_fidelity.comparison.dataset import compared

    return compared(
        frames.dataset(),
        reference.dataset(),
        {} if training is None else {"training": training.dataset()},
        seed=seed,
        memory_frames=memory_frames,
        classify=classifier,
    )
