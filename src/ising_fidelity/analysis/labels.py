"""Long names of what analyses store."""

SYMBOLS = {
    "specific_heat": "specific heat per spin in units of k_B",
    "energy": "energy per spin in units of J",
}

PARTS = {
    "": "{}",
    "_exact": "exact {}",
    "_excess": "excess over the exact {}",
    "_rounding": "part of the excess, rounding of undecided sites: {}",
    "_isolated_flips": "part of the excess, isolated flips that no temperature explains: {}",
    "_sign_mixture": "part of the excess, frames that the more frequent sign does not fill: {}",
    "_thermal": "part of the excess, what the most sweeps of Monte Carlo mend: {}",
    "_remainder": "part of the excess that no intervention removes: {}",
    "_relaxed": "after sweeps of Monte Carlo on all frames as they are: {}",
    "_flips_beyond_thermal": "share of isolated flips beyond the thermal rate, no part: {}",
}

ATTRIBUTION = {
    name + part: text.format(symbol)
    for name, symbol in SYMBOLS.items()
    for part, text in PARTS.items()
} | {
    "sweeps": "sweeps of Monte Carlo",
    "isolated_flips": "share of sites with a spin against all four neighbors",
    "spurious_flips": "share of sites with an isolated flip that no temperature explains",
    "majority_phase_share": "share of frames that the more frequent sign fills",
    "undecided_share": "share of sites with raw output nearer to 0 than to a spin",
    "lattice_size": "number of sites along a side",
    "number_of_frames": "number of frames over all chains",
}

SCALING = {
    "critical_temperature": "critical temperature in units of J/k_B",
    "nu": "exponent of the correlation length",
    "eta": "exponent of the correlation function at the critical temperature",
    "chi_squared": "sum of squared deviations from the fit in units of errors",
    "degrees_of_freedom": "numbers fitted less parameters",
    "p_value": "chance of a chi squared at least as large",
    "parameter": "parameter of the fit",
    "parameters": "value of a parameter of the fit",
    "lattice_size": "number of sites along a side",
    "logarithm": "logarithm of the mean squared magnetization",
    "covariance_of_errors": "covariance of the errors of Binder cumulant and logarithm",
}
