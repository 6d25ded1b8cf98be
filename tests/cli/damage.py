"""Read damaged frames or checkpoints, run by ``test_fuzz.py``; print how many are valid."""

import resource
import sys
from pathlib import Path

import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ising_fidelity import frames
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf
from ising_fidelity.models import checkpoint
from ising_fidelity.models.family import family_of
from ising_fidelity.models.gan.settings import AdversarialSettings

MEMORY = 8 * 2**30
"""Bytes; a damaged size may ask for any number of them."""


def good_frames(path):
    """Write frames as other people would, and as this project does."""
    spins = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (2, 4, 6, 6))
    netcdf.write(frames.frames_dataset(spins, 2.3, "chain", {"title": "frames"}), path)


def good_checkpoint(path):
    """Write a model of few weights."""
    torch.manual_seed(1)
    small = AdversarialSettings(
        family="gan", training_temperatures=["2.30"], width=1, latent=1, temperature_embedding=1
    )
    weights = family_of(small).build_network(small, 8).state_dict()
    checkpoint.save(path, weights, small, 8, {"name": "m"})


KINDS = {
    "frames": (good_frames, frames.read_frames),
    "checkpoint": (good_checkpoint, checkpoint.load),
}


def main(kind, folder):
    """Read many damaged files; end with an error if one makes another than InputError."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    write, read = KINDS[kind]
    path = Path(folder) / kind
    write(path)
    good = path.read_bytes()
    counts = [0, 0]

    def look(content):
        path.write_bytes(content)
        try:
            read(path)
        except InputError as error:
            text = str(error)
            if not text.startswith(f"{path}: ") or len(text.splitlines()) > 1:
                raise AssertionError(text) from error
            counts[1] += 1
        else:
            counts[0] += 1

    few = settings(
        deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )

    @settings(few, max_examples=50)
    @given(st.binary(max_size=500), st.booleans())
    def anything(content, begun):
        look(good[: 8 * begun] + content)

    @settings(few, max_examples=50)
    @given(st.integers(0, len(good) - 1))
    def truncated(length):
        look(good[:length])

    @settings(few, max_examples=300)
    @given(st.lists(st.integers(0, 8 * len(good) - 1), min_size=1, max_size=8))
    def flipped(bits):
        content = bytearray(good)
        for bit in bits:
            content[bit // 8] ^= 1 << bit % 8
        look(bytes(content))

    look(good)
    anything()
    truncated()
    flipped()
    print(*counts)


if __name__ == "__main__":
    main(*sys.argv[1:])
