"""Attributes that are recorded with a model's frames."""

from typing import Any

import numpy as np

from ising_fidelity.exceptions import InputError
from ising_fidelity.io import provenance
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.draw import Sample
from ising_fidelity.models.sampling.options import Chain, GibbsFinish


def check_finite(sample: Sample, model: str, temperature: str) -> None:
    """Raise InputError unless the network's output is finite."""
    if sample.field is not None and not np.isfinite(sample.field).all():
        raise InputError(f"model: the output of {model} at T = {temperature} is not finite")


def attributes(
    model: Model,
    temperature: str,
    sample: Sample,
    seed: int,
    chain: Chain,
    finish: GibbsFinish | None = None,
    finish_noise: float | None = None,
) -> dict[str, Any]:
    """Return the attributes of a file of frames at a canonical T, in J/k_B.

    ``finish_noise`` is the noise of the chain at the start of the finish, if there was one.
    """
    frames, lattice_size, _ = sample.spins.shape
    family, name = family_of(model.settings), model.metadata["name"]
    settings: dict[str, Any] = {
        "model": model.metadata["settings_hash"],
        "temperature": temperature,
        "frames": frames,
        "lattice_size": lattice_size,
        "binarize": "sign",
        **family.make_sampler().described(model, chain),
        **(finish.plain() if finish else {}),
    }
    recorded = provenance.attributes(
        "sample",
        settings,
        modules=family.sampling_modules,
        without=() if finish else ("montecarlo",),
        title=f"Ising frames of {name} at T = {temperature}",
        summary=f"{frames} frames of {lattice_size} x {lattice_size} spins",
        source=f"{model.settings.family} model {name}",
        seed=seed,
        generator="PyTorch",
    )
    recorded |= {key: value for key, value in settings.items() if key not in ("model", "frames")}
    if finish_noise is not None:
        recorded["finish_noise"] = finish_noise
    recorded |= {"model": name, "model_settings": model.metadata["settings"]}
    if sample.field is not None:
        recorded |= {
            "field_largest_distance": float(np.abs(np.abs(sample.field) - 1).max()),
            "field_share_undecided": float((np.abs(sample.field) < 0.5).mean()),
        }
    return recorded
