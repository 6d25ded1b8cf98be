"""Monte Carlo simulation of the 2D Ising model: compiled kernels and the chains they make."""

from ising_fidelity.montecarlo.engine import (
    GENERATOR,
    SAMPLERS,
    Simulation,
    run_chains,
    trajectories,
)

__all__ = ["GENERATOR", "SAMPLERS", "Simulation", "run_chains", "trajectories"]
