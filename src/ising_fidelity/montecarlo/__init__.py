"""Monte Carlo simulation of the 2D Ising model: compiled kernels and the chains they make."""

from ising_fidelity.montecarlo.engine import (
    GENERATOR,
    MOST,
    SAMPLERS,
    Simulation,
    acceptance_rate,
    burn_in_p_value,
    gibbs,
    relax,
    run_chains,
    trajectories,
)

__all__ = [
    "GENERATOR",
    "MOST",
    "SAMPLERS",
    "Simulation",
    "acceptance_rate",
    "burn_in_p_value",
    "gibbs",
    "relax",
    "run_chains",
    "trajectories",
]
