"""The figures, most of them the paper's: what each shows and which files it is drawn from.

Each figure is drawn by a function from :class:`.Inputs` to a figure of matplotlib, see
:data:`MODULES`. This registry alone is cheap to import.
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
"""Modules below this package with several figures, each drawn by the function of its name; every
other figure has a module of its name, in ``paper`` or in ``more``, and is drawn by its ``draw``."""


def _thermodynamics(title: str, models: str, *, of_models: bool = True) -> FigureKind:
    return FigureKind(
        title,
        "Energy, absolute magnetization, specific heat and susceptibility per spin of "
        f"{models} and of Monte Carlo against temperature, with the exact curves, and the "
        "range of training temperatures in gray, a tick for each of them.",
        "Thermodynamics",
        ("fidelity", "exact"),
        of_models=of_models,
    )


def _histograms(title: str, quantity: str, more: str = "") -> FigureKind:
    return FigureKind(
        title,
        f"Distribution over frames of the {quantity} per spin at single temperatures, a column "
        f"per source{more}.",
        "Distributions",
        ("observables",),
    )


FIGURES: dict[str, FigureKind] = {
    "fig1a": FigureKind(
        "Forward and reverse process",
        "A training frame loses its spins to noise in the forward process, and the trained model "
        "makes spins of noise in the reverse process.",
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
        "Channels and resolutions of the U-Net's blocks, read from the trained network.",
        "Method",
        ("model",),
        reverse=True,
    ),
    "fig1d": FigureKind(
        "Embeddings",
        "The encoding of the diffusion time, and how time and temperature reach every level of "
        "the U-Net.",
        "Method",
        ("model",),
        reverse=True,
    ),
    # Frames made elsewhere are shown in it, with or without models beside them.
    "fig3": _thermodynamics(
        "Thermodynamics of diffusion models", "diffusion models", of_models=False
    ),
    "fig4": FigureKind(
        "Equilibration",
        "Energy and absolute magnetization on the way from random starts, Monte Carlo in sweeps "
        "and the diffusion model in reverse steps: thin lines are single starts, bold lines their "
        "mean.",
        "Equilibration",
        ("equilibration",),
    ),
    "fig4_gan": _thermodynamics("Thermodynamics of GANs", "generative adversarial networks"),
    "fig5": FigureKind(
        "Correlation functions",
        "Spin-spin correlation along the axes against distance, as it is and with the squared "
        "mean absolute magnetization subtracted, a column per source.",
        "Correlations",
        ("fidelity", "exact"),
    ),
    "fig6": FigureKind(
        "Hamming distance",
        "Mean share of differing sites over pairs of frames against temperature: one Monte Carlo "
        "chain of single-spin flips keeps one sign below the critical temperature, the reference "
        "has both.",
        "Diversity",
        ("fidelity", "exact"),
    ),
    "fig7": FigureKind(
        "Snapshots",
        "The first frame and the middle one of every source and temperature.",
        "Diversity",
        ("configurations",),
    ),
    "figS1": FigureKind(
        "Two magnetizations",
        "Magnetization with the absolute value taken of every frame and of the mean over all "
        "frames.",
        "Thermodynamics",
        ("fidelity", "exact"),
    ),
    "figS2": _thermodynamics("Thermodynamics of DiffFlip", "the model of flipped frames"),
    "figS3": _histograms("Distribution of magnetization", "magnetization"),
    "figS4": _histograms(
        "Distribution of energy",
        "energy",
        ", with the exact distribution of this lattice (or its mean alone above L = 32)",
    ),
    "figS5": FigureKind(
        "Logarithmic axes",
        "Energy and absolute magnetization on logarithmic axes, against temperature and against "
        "the distance to the critical temperature.",
        "Thermodynamics",
        ("fidelity", "exact"),
        ordered=True,
    ),
    "figS6": FigureKind(
        "Correlation at one temperature",
        "Spin-spin correlation near the critical temperature with its fits, a power law with and "
        "without exponential decay, in the shaded window.",
        "Correlations",
        ("fidelity", "exact"),
        one_temperature=True,
    ),
    "independence": FigureKind(
        "Independent values among Monte Carlo frames",
        "How many independent absolute magnetizations and energies the frames of each Monte Carlo "
        "source are worth, and how many times larger their errors are than those of as many "
        "independent frames.",
        "Monte Carlo",
        ("fidelity",),
    ),
    "training": FigureKind(
        "Training curves",
        "Losses and learning rate of every model against epochs; the dotted line marks the epoch "
        "whose weights are kept. Held-out losses are means over all diffusion times alike, those "
        "of training over the times that were trained on.",
        "Method",
        ("training",),
    ),
    "distances": FigureKind(
        "Distances from Monte Carlo",
        "Distances between each source's distributions of energy, absolute and signed "
        "magnetization and those of the reference, with bootstrap errors, and below each how far "
        "it is above the distances of Monte Carlo from Monte Carlo (gray) in units of their "
        "spread, z; the reference itself is its even frames against its odd ones.",
        "Distributions",
        ("fidelity",),
    ),
    "memory": FigureKind(
        "Memory and diversity",
        "Sites that differ from the nearest training frame modulo translations, the square's "
        "symmetries and the global sign, for frames of each model and for held-out Monte Carlo "
        "frames; the difference of the two in spreads of its permutations, z; and the effective "
        "number of distinct frames in units of that of as many Monte Carlo frames.",
        "Diversity",
        ("fidelity",),
        comparison="memory_frames",
    ),
    "classifier": FigureKind(
        "Classifier two-sample test",
        "Area under the ROC curve of a network that tells each source's frames from those of the "
        "reference, held out and cross-validated, at each temperature.",
        "Distributions",
        ("fidelity",),
        comparison="classifier",
    ),
    "attribution": FigureKind(
        "Causes of a wrong specific heat",
        "From each model's excess of the specific heat over the exact one down to nothing, a row "
        "per model and a column per temperature: what one intervention on the frames after the "
        "other takes away, each with its own error bar, and, on the right, the specific heat after "
        "Monte Carlo sweeps on top of the frames against the exact one (dashed).",
        "Thermodynamics",
        ("attribution",),
    ),
    "relaxation": FigureKind(
        "Monte Carlo on top of models",
        "Fewest sweeps of Metropolis (solid) or of a Gibbs finish (dashed), or clusters, that a "
        "source's frames need until u, C (against exact results), the absolute magnetization and "
        "susceptibility (against the first source) are within three errors there and at every "
        "larger number measured; above the line, more than the largest one of its own. Curves with "
        "as many sweeps run beside each other. And how many sweeps that saves against a random and "
        "an ordered start with Metropolis: bars span what is possible, as not every number was "
        "measured, arrows stand where one end is not known, and where neither reaches equilibrium "
        "there is nothing.",
        "Thermodynamics",
        ("fidelity", "exact"),
        relaxed=True,
    ),
    "local": FigureKind(
        "Local Boltzmann test",
        "Temperature at which spins are in equilibrium with their neighbors, of all spins by "
        "greatest pseudo-likelihood and of those whose neighbors sum to 2 and 4 by log odds, over "
        "the temperature asked for; and the share of spins against four like neighbors beyond what "
        "the temperature of those against three allows.",
        "Thermodynamics",
        ("fidelity",),
    ),
    "structure": FigureKind(
        "Structure factor",
        "Structure factor along the axes at single temperatures, and the correlation length of its "
        "second moment against temperature; below, each over that of the first source.",
        "Correlations",
        ("fidelity",),
    ),
    "clusters": FigureKind(
        "Clusters of like spins",
        "Number of clusters of like spins per site and size at single temperatures, below it over "
        "that of the first source; share of sites in the largest cluster and mean size of the "
        "others against temperature.",
        "Correlations",
        ("fidelity",),
    ),
    "ordering": FigureKind(
        "Signs and order",
        "Share of frames with positive magnetization, the chance of such a share if both signs "
        "were as likely (shaded: below 0.05 over the number of temperatures), and the Binder "
        "cumulant against temperature.",
        "Thermodynamics",
        ("fidelity",),
    ),
    "energy_slope": FigureKind(
        "Slope of the energy and its fluctuations",
        "In equilibrium the slope of the energy over temperature is the specific heat of its "
        "fluctuations: their difference, with slopes between neighboring temperatures, and how "
        "many errors it is from that of exact energies and specific heats, at the same "
        "temperatures.",
        "Thermodynamics",
        ("fidelity", "exact"),
        fewest_temperatures=3,
    ),
    "windows": FigureKind(
        "Exponent of the correlation against the fit's window",
        "Exponent eta of the correlation function as it is, by fits from 1 to each last distance: "
        "of a pure power law, as in the paper, and of the power law that conformal invariance "
        "has on the periodic lattice; with the paper's two values, and what a pure power law "
        "makes of the exact correlations of the infinite lattice.",
        "Correlations",
        ("fidelity",),
    ),
    "finite_size": FigureKind(
        "Finite-size scaling",
        "A row per source: Binder cumulants against temperature with the joint fit of all lattice "
        "sizes; Binder cumulants and squared magnetizations in the scaling variable with T_c, nu "
        "and eta of the fit, corrections subtracted; and those three with their errors beside the "
        "exact ones (lines).",
        "Correlations",
        ("finite_size",),
    ),
}
"""Every figure by the name that files, config and command line use."""


def function_of(figure: str) -> str:
    """Return what draws a figure, as ``module:name`` below the package's root."""
    for module, figures in MODULES.items():
        if figure in figures:
            return f"figures.{module}:{figure}"
    return f"figures.{'paper' if figure.startswith('fig') else 'more'}.{figure}:draw"
