"""Long names of variables that several steps write."""

from ising_fidelity.io.variables import LOG_PROBABILITY

LONG_NAMES = {
    "spin": "Ising spin",
    "field": "output of the network before rounding to spins",
    LOG_PROBABILITY: "natural logarithm of the probability that the model draws the frame",
    "temperature": "temperature in units of J/k_B",
    "distance": "distance along the axes in lattice constants",
    "correlation_kind": "kind of the fitted correlation function",
    "energy": "mean energy per spin in units of J",
    "magnetization": "mean signed magnetization per spin",
    "abs_magnetization": "mean of the absolute magnetization per spin of each frame",
    "trajectory_magnetization": "absolute value of the mean magnetization over all frames",
    "specific_heat": "specific heat per spin in units of k_B",
    "susceptibility": "susceptibility per spin, with the absolute magnetization subtracted",
    "trajectory_susceptibility": "susceptibility per spin, with the signed mean subtracted",
    "binder_cumulant": "Binder cumulant of the magnetization",
    "correlation_raw": "spin-spin correlation along the axes",
    "correlation_connected": "spin-spin correlation minus the squared mean absolute magnetization",
    "hamming_distance": "mean share of differing sites over pairs of frames",
    "eta": "exponent of the fit r^-eta exp(-r/xi)",
    "correlation_length": "length xi of the fit r^-eta exp(-r/xi) in lattice constants",
    "eta_power_law": "exponent of the pure power law r^-eta",
    "energy_series": "energy per spin of each frame in units of J",
    "magnetization_series": "signed magnetization per spin of each frame",
    "energy_infinite": "energy per spin of the infinite lattice in units of J",
    "specific_heat_infinite": "specific heat per spin of the infinite lattice in units of k_B",
    "magnetization_infinite": "spontaneous magnetization per spin of the infinite lattice",
    "free_energy": "free energy per spin in units of J",
    "entropy": "entropy per spin in units of k_B",
}
"""Long names of variables in files and figures."""
