"""Long names of observables."""

LONG_NAMES = {
    "amplitude": "amplitude of the fit A r^-eta exp(-r/xi)",
    "amplitude_power_law": "amplitude of the pure power law A r^-eta",
    "correlation_trajectory": "spin-spin correlation minus the squared mean magnetization",
    "eta_power_law_window": "exponent of the pure power law from 1 to the last distance",
    "eta_stable_window": "exponent of the torus's power law from 1 to the last distance",
    "eta_stable": "exponent of the torus's power law at all distances",
    "last_distance": "last distance of the fit in lattice constants",
    "largest_cluster": "share of sites in the largest cluster of like spins",
    "mean_cluster_size": "mean size of the cluster of a site outside the largest",
    "cluster_size_distribution": "number of clusters per site and size",
    "cluster_size": "sites of a cluster, geometric mean of the bin",
    "positive_share": "share of frames with positive magnetization",
    "positive_share_p_value": "chance of such a share if both signs were as likely",
    "structure_factor": "structure factor along the axes",
    "wavenumber": "wave number along an axis in units of 2 pi / L",
    "second_moment_correlation_length": "second-moment correlation length in sites",
    "temperature_at_field_2": "temperature of the log odds of spins at abs(h) = 2",
    "temperature_at_field_4": "temperature of the log odds of spins at abs(h) = 4",
    "effective_temperature": "temperature of greatest pseudo-likelihood",
    "spurious_flips": "share of spins against abs(h) = 4 beyond that of abs(h) = 2's temperature",
    "energy_tau_int": "integrated autocorrelation time of the energy in draws",
    "abs_magnetization_tau_int": "integrated autocorrelation time of abs(m) in draws",
    "energy_effective_sample_size": "number of frames with independent energies",
    "abs_magnetization_effective_sample_size": "number of frames with independent abs(m)",
    "free_energy_bound": "upper bound of the free energy per spin from frames without weights, in "
    "units of J",
    "effective_sample_size_share": "effective share of the frames after weighting with exp(-E/T)/q",
    "energy_reweighted": "mean energy per spin in units of J, frames weighted with exp(-E/T)/q",
    "abs_magnetization_reweighted": "mean of the absolute magnetization per spin, frames weighted "
    "with exp(-E/T)/q",
    "specific_heat_reweighted": "specific heat per spin in units of k_B, frames weighted with "
    "exp(-E/T)/q",
    "lattice_size": "number of sites along a side",
    "number_of_frames": "number of frames over all chains",
}
