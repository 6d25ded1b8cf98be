"""Monte Carlo simulation of the 2D Ising model: compiled kernels and the chains built on them."""

from ising_fidelity.montecarlo.arguments import MOST, SAMPLERS
from ising_fidelity.montecarlo.diagnostics import acceptance_rate, burn_in_p_value
from ising_fidelity.montecarlo.dynamics import gibbs, relax, trajectories
from ising_fidelity.montecarlo.simulate import GENERATOR, Simulation, run_chains

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
