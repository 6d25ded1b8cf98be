"""Long names of the results of analyses."""

SYMBOLS = {
    "specific_heat": "specific heat per spin in units of k_B",
    "energy": "energy per spin in units of J",
}

PARTS = {
    "": "{}",
    "_exact": "exact {}",
    "_excess": "excess over the exact {}",
    "_rounding": "part of the excess from rounding of undecided sites: {}",
    "_isolated_flips": "part of the excess from isolated flips that no temperature explains: {}",
    "_sign_mixture": "part of the excess from frames that the more frequent sign does not fill: {}",
    "_thermal": "part of the excess that the largest number of Monte Carlo sweeps removes: {}",
    "_remainder": "part of the excess that no intervention removes: {}",
    "_relaxed": "of all frames after Monte Carlo sweeps, without interventions: {}",
    "_flips_beyond_thermal": "from isolated flips above the thermal rate, not part of the sum: {}",
}

ATTRIBUTION = {
    name + part: text.format(symbol)
    for name, symbol in SYMBOLS.items()
    for part, text in PARTS.items()
} | {
    "sweeps": "Monte Carlo sweeps",
    "isolated_flips": "share of sites with a spin opposite to all four neighbors",
    "spurious_flips": "share of sites with an isolated flip that no temperature explains",
    "majority_phase_share": "share of frames filled by the more frequent sign",
    "undecided_share": "share of sites with raw output nearer to 0 than to a spin",
    "lattice_size": "number of sites along a side",
    "number_of_frames": "number of frames over all chains",
}

SCALING = {
    "critical_temperature": "critical temperature in units of J/k_B",
    "nu": "exponent of the correlation length",
    "eta": "exponent of the correlation function at the critical temperature",
    "chi_squared": "sum of squared deviations from the fit in units of errors",
    "degrees_of_freedom": "number of fitted values minus number of parameters",
    "p_value": "probability of a chi squared at least as large",
    "parameter": "parameter of the fit",
    "parameters": "value of a parameter of the fit",
    "lattice_size": "number of sites along a side",
    "logarithm": "logarithm of the mean squared magnetization",
    "covariance_of_errors": "covariance of the errors of Binder cumulant and logarithm",
}
