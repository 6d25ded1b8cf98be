"""Measure how faithful generative models are to statistical physics.

The library behind the workflow: it simulates the two-dimensional Ising model, trains
generative models on it, samples them, and measures every set of frames in the same way.
It knows nothing of Snakemake; each step is a module of :mod:`ising_fidelity.steps`.
"""

__version__ = "0.2.0"
