"""Long names of exact results."""

LONG_NAMES = {
    "correlation_infinite": "spin-spin correlation along the axes of the infinite lattice",
    "correlation_diagonal_infinite": "spin-spin correlation along the diagonals of the infinite "
    "lattice, distance (r, r)",
    "energy_level": "energy per spin in units of J",
    "energy_probability": "canonical probability of the energy level",
}
