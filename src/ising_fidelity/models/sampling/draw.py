"""Sampling of frames from trained models."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ising_fidelity.io.progress import progress_bar
from ising_fidelity.lattice import signs
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.sampling.protocol import Request, batches, device_of


@dataclass(frozen=True)
class Sample:
    """Frames of a model: spins -1 and +1, shape (frames, L, L).

    ``field`` is the network's output before rounding, if any; ``log_probability`` is ln q of each
    frame in nats, shape (frames,), if it is known.
    """

    spins: NDArray[np.int8]
    field: NDArray[np.float32] | None = None
    log_probability: NDArray[np.float64] | None = None


@torch.inference_mode()
def draw(
    model: Model,
    temperature: float,
    frames: int,
    lattice_size: int,
    seed: int,
    chain: Chain | None = None,
) -> Sample:
    """Sample frames from a model.

    Parameters
    ----------
    temperature
        In J/k_B.
    lattice_size
        L; a convolutional model also samples other lattice sizes than that of its training.
    chain
        Options of the reverse chain, if the model has one; None: the paper's, all steps with the
        variance beta.

    Raises
    ------
    InputError
        If T is not above 0 and finite, or the model cannot sample frames of this size or in this
        number of steps.
    """
    sampler, chain = family_of(model.settings).make_sampler(), chain or Chain()
    drawn = []
    # A chain shows its own progress, step by step.
    wanted = not model.settings.chain_options
    with progress_bar(total=frames, unit="frame", wanted=wanted) as bar:
        device, sites = device_of(model), sampler.sites
        for size, generator in batches(frames, lattice_size, device, seed, sites):
            request = Request(temperature, size, lattice_size, generator, chain)
            drawn.append(sampler.batch(model, request))
            bar.update(size)
    field = torch.cat([batch.field for batch in drawn])[:, 0].cpu().numpy()
    nats = [batch.log_probability for batch in drawn if batch.log_probability is not None]
    if nats:
        return Sample(field.astype(np.int8), log_probability=torch.cat(nats).cpu().numpy())
    return Sample(signs(field), field)
