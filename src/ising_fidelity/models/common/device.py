"""The device that networks compute on."""

import torch

from ising_fidelity.exceptions import InputError


def compute_device(name: str) -> torch.device:
    """Return the device to compute on: ``cpu``, ``cuda``, or ``auto``, a GPU if there is one.

    Raises
    ------
    InputError
        If the name is another one, or a GPU is asked for and there is none.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"device: {name}; allowed are auto, cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("device: cuda, but this machine has no usable GPU; allowed are auto, cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")
