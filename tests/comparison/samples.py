"""Frames of independent spins."""

import numpy as np


def frames(count, size=4, share=0.5, seed=0):
    """Return frames with a share of spins up."""
    generator = np.random.default_rng(seed)
    return np.where(generator.random((count, size, size)) < share, 1, -1).astype(np.int8)


def with_a_mode(count, strengths, seed):
    """Return frames that share a mode of random strength: their share of spins up."""
    generator = np.random.default_rng(seed)
    strength = generator.choice(strengths, size=(count, 1, 1))
    return np.where(generator.random((count, 4, 4)) < strength, 1, -1).astype(np.int8)
