"""The figures: title, caption and the files that each is drawn from.

A function from :class:`.Inputs` to a matplotlib figure draws each of them, see :data:`MODULES`.
This registry is fast to import, unlike the functions.
"""

from ising_fidelity.figures.kind import FigureKind

MODULES = {
    "paper.fig1": ("fig1a", "fig1b", "fig1c", "fig1d"),
    "paper.thermodynamics": ("fig3", "fig4_gan", "fig6", "figS1", "figS2", "figS5"),
    "paper.correlations": ("fig5", "figS6"),
    "paper.distributions": ("figS3", "figS4"),
    "more.comparisons": ("distances", "memory", "classifier"),
    "more.correlations": ("structure", "clusters", "windows"),
    "more.equilibrium": ("independence", "local", "ordering", "energy_slope"),
}
"""Modules with several figures, each drawn by the function of its name.

Every other figure has a module of its name, in ``paper`` or ``more``, with a function ``draw``.
"""


def _thermodynamics(title: str, models: str, *, of_models: bool = True) -> FigureKind:
    return FigureKind(
        title,
        "Energy, absolute magnetization, specific heat and susceptibility per spin of "
        f"{models} and Monte Carlo against temperature, with exact curves. The training range is "
        "gray, with a tick at each training temperature.",
        "Thermodynamics",
        ("fidelity", "exact"),
        of_models=of_models,
    )


def _histograms(title: str, quantity: str, more: str = "") -> FigureKind:
    return FigureKind(
        title,
        f"Distribution of the {quantity} per spin over frames at single temperatures, a column "
        f"per source{more}.",
        "Distributions",
        ("observables",),
    )


FIGURES: dict[str, FigureKind] = {
    "fig1a": FigureKind(
        "Forward and reverse process",
        "The forward process turns a training frame into noise; the reverse process of the "
        "trained model turns noise into a frame.",
        "Method",
        ("configurations", "equilibration", "model"),
        reverse=True,
    ),
    "fig1b": FigureKind(
        "Latent frames",
        "Latent frames along the reverse process, from noise to the frames of each temperature.",
        "Method",
        ("equilibration",),
        reverse=True,
    ),
    "fig1c": FigureKind(
        "U-Net",
        "Channels and resolutions of the U-Net's blocks, taken from the trained network.",
        "Method",
        ("model",),
        reverse=True,
    ),
    "fig1d": FigureKind(
        "Embeddings",
        "Encoding of the diffusion time, and the paths of time and temperature to every level of "
        "the U-Net.",
        "Method",
        ("model",),
        reverse=True,
    ),
    # It also shows imported frames, with or without models.
    "fig3": _thermodynamics(
        "Thermodynamics of diffusion models", "diffusion models", of_models=False
    ),
    "fig4": FigureKind(
        "Equilibration",
        "Energy and absolute magnetization from random starts, versus sweeps of Monte Carlo and "
        "reverse steps of the diffusion model. Thin lines: single starts; bold lines: mean.",
        "Equilibration",
        ("equilibration",),
    ),
    "fig4_gan": _thermodynamics("Thermodynamics of GANs", "generative adversarial networks"),
    "fig5": FigureKind(
        "Correlation functions",
        "Spin-spin correlation along the axes against distance, raw and with the squared mean "
        "absolute magnetization subtracted, a column per source.",
        "Correlations",
        ("fidelity", "exact"),
    ),
    "fig6": FigureKind(
        "Hamming distance",
        "Mean share of differing sites between two frames against temperature. A single Monte "
        "Carlo chain keeps one sign below the critical temperature; the reference has both.",
        "Diversity",
        ("fidelity", "exact"),
    ),
    "fig7": FigureKind(
        "Snapshots",
        "The first and the middle frame of every source at each temperature.",
        "Diversity",
        ("configurations",),
    ),
    "figS1": FigureKind(
        "Two magnetizations",
        "Two definitions: mean of the absolute magnetization of frames, and absolute value of the "
        "mean magnetization.",
        "Thermodynamics",
        ("fidelity", "exact"),
    ),
    "figS2": _thermodynamics(
        "Thermodynamics of DiffFlip", "DiffFlip, trained with flipped frames,"
    ),
    "figS3": _histograms("Distribution of magnetization", "magnetization"),
    "figS4": _histograms(
        "Distribution of energy",
        "energy",
        ", with the exact distribution of this lattice (above L = 32 only its exact mean)",
    ),
    "figS5": FigureKind(
        "Logarithmic axes",
        "Energy and absolute magnetization on logarithmic axes, against temperature and against "
        "the distance from the critical temperature.",
        "Thermodynamics",
        ("fidelity", "exact"),
        ordered=True,
    ),
    "figS6": FigureKind(
        "Correlation at one temperature",
        "Spin-spin correlation near the critical temperature, with fits of a power law with and "
        "without exponential decay in the shaded window.",
        "Correlations",
        ("fidelity", "exact"),
        one_temperature=True,
    ),
    "independence": FigureKind(
        "Effective sample size of Monte Carlo frames",
        "Effective sample size of absolute magnetization and energy for each Monte Carlo source, "
        "and the resulting factor on errors compared with independent frames.",
        "Monte Carlo",
        ("fidelity",),
    ),
    "training": FigureKind(
        "Training curves",
        "Losses and learning rate of every model against epochs; the dotted line marks the epoch "
        "whose weights are kept. Held-out losses average over all diffusion times equally, "
        "training losses over the times used in training.",
        "Method",
        ("training",),
    ),
    "distances": FigureKind(
        "Distances from Monte Carlo",
        "Distances between the distributions of energy, absolute and signed magnetization of each "
        "source and of the reference, with bootstrap errors. Below each: z, the excess over the "
        "noise floor (gray) in standard deviations of the floor. For the reference, even and odd "
        "frames are compared.",
        "Distributions",
        ("fidelity",),
    ),
    "memory": FigureKind(
        "Memory and diversity",
        "Share of sites that differ from the nearest training frame modulo translations, lattice "
        "symmetries and sign, for frames of each model and held-out Monte Carlo frames. Then z of "
        "their difference, by permutations, and the effective number of distinct frames relative "
        "to that of equally many Monte Carlo frames.",
        "Diversity",
        ("fidelity",),
        comparison="memory_frames",
    ),
    "classifier": FigureKind(
        "Classifier two-sample test",
        "Cross-validated area under the ROC curve of a network that separates the frames of each "
        "source from the reference, at each temperature.",
        "Distributions",
        ("fidelity",),
        comparison="classifier",
    ),
    "attribution": FigureKind(
        "Causes of a wrong specific heat",
        "Excess of each model's specific heat over the exact value, and the parts that successive "
        "interventions on its frames remove. A row per model, a column per temperature. Right: "
        "specific heat after Monte Carlo sweeps started from the frames, with the exact value "
        "(dashed).",
        "Thermodynamics",
        ("attribution",),
    ),
    "relaxation": FigureKind(
        "Monte Carlo on top of models",
        "Smallest number of Metropolis sweeps (solid), Gibbs sweeps (dashed) or clusters after "
        "which frames are in equilibrium. This means that u, C (compared with exact results), |m| "
        "and chi (compared with the first source) are within three standard errors, then and at "
        "all larger measured numbers. Points above the line need more than the largest number "
        "measured; equal numbers are shifted apart. Last panels: sweeps saved compared with a "
        "random and an ordered Metropolis start. Bars span the range left open by unmeasured "
        "numbers; arrows mark an unknown end; nothing is shown if neither reaches equilibrium.",
        "Thermodynamics",
        ("fidelity", "exact"),
        relaxed=True,
    ),
    "local": FigureKind(
        "Local Boltzmann test",
        "Effective temperature of spins given their neighbors, relative to the nominal one. It is "
        "fitted to all spins by maximum pseudo-likelihood, and to spins in local fields of 2 J and "
        "4 J by log odds. Last panel: share of spins opposite to four equal neighbors beyond that "
        "expected from the temperature at 2 J.",
        "Thermodynamics",
        ("fidelity",),
    ),
    "structure": FigureKind(
        "Structure factor",
        "Structure factor along the axes at single temperatures, and second-moment correlation "
        "length against temperature; below, ratios to the first source.",
        "Correlations",
        ("fidelity",),
    ),
    "clusters": FigureKind(
        "Clusters of equal spins",
        "Number of clusters of equal spins per site and size at single temperatures; below, ratios "
        "to the first source. Right: share of sites in the largest cluster and mean size of the "
        "others against temperature.",
        "Correlations",
        ("fidelity",),
    ),
    "ordering": FigureKind(
        "Signs and order",
        "Share of frames with positive magnetization, p-value of the hypothesis of equally likely "
        "signs (shaded: below 0.05 divided by the number of temperatures), and Binder cumulant "
        "against temperature.",
        "Thermodynamics",
        ("fidelity",),
    ),
    "energy_slope": FigureKind(
        "Slope of the energy and its fluctuations",
        "Difference of the energy's slope du/dT, between neighboring temperatures, and the "
        "specific heat from fluctuations; in equilibrium they agree up to discretization. Below: "
        "its deviation from the same difference of exact results, in standard errors.",
        "Thermodynamics",
        ("fidelity", "exact"),
        fewest_temperatures=3,
    ),
    "windows": FigureKind(
        "Exponent of the correlation against the fit window",
        "Exponent eta of the raw correlation function, fitted from distance 1 to each last "
        "distance. The fit is a pure power law, as in the paper, or the power law of conformal "
        "invariance on the periodic lattice. Lines: the paper's two values, and the pure power law "
        "fitted to exact correlations of the infinite lattice.",
        "Correlations",
        ("fidelity",),
    ),
    "finite_size": FigureKind(
        "Finite-size scaling",
        "A row per source: Binder cumulants against temperature with the joint fit of all lattice "
        "sizes. Next, Binder cumulants and squared magnetizations against the scaling variable "
        "with fitted T_c, nu and eta, corrections to scaling subtracted. Last row: the three "
        "fitted values with errors and exact values (lines).",
        "Correlations",
        ("finite_size",),
    ),
}
"""All figures, by their names in files, config and command line."""


def function_of(figure: str) -> str:
    """Return the function that draws a figure, as ``module:name`` below the package's root."""
    for module, figures in MODULES.items():
        if figure in figures:
            return f"figures.{module}:{figure}"
    return f"figures.{'paper' if figure.startswith('fig') else 'more'}.{figure}:draw"
