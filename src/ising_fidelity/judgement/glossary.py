"""For each test of a judgement: the compared quantity and the expectation."""

from ising_fidelity.scores.summary import SYMBOLS

EXACT, REFERENCE, ITSELF = "exact values", "the reference", "the same distance within the reference"

GLOSSARY: dict[str, tuple[str, str]] = {
    SYMBOLS["energy"]: ("mean energy per spin", EXACT),
    SYMBOLS["specific_heat"]: ("cube root of the specific heat", EXACT),
    SYMBOLS["abs_magnetization"]: ("mean absolute magnetization per spin", REFERENCE),
    SYMBOLS["susceptibility"]: ("cube root of the susceptibility", REFERENCE),
    "distribution of u": ("Kolmogorov-Smirnov distance of energies per spin", ITSELF),
    "distribution of m": ("Kolmogorov-Smirnov distance of magnetizations per spin", ITSELF),
    "joint distribution of u and m": ("total variation distance of joint histograms", ITSELF),
    "diversity": ("Vendi score, tested for a too small value", ITSELF),
    "couplings": (
        "couplings and field fitted by maximum pseudo-likelihood",
        "J/k_BT along both axes, zero diagonal coupling and zero field",
    ),
    "answers": ("probability of an up spin in each of 45 classes of neighbors", "its exact value"),
    "waves": ("mean structure factors at long and at short wavelengths", REFERENCE),
    "homogeneity": ("rate of broken bonds at each place", "all other places"),
    "repeated frames": ("pairs of identical frames", REFERENCE),
    "repeated shapes": ("pairs of frames that are identical up to symmetries", REFERENCE),
    "unordered share": (
        "frames with domains that wind around the torus, where equilibrium has almost none",
        REFERENCE,
    ),
    "signs": ("share of frames with positive m", "one half"),
    "independence": ("lag-1 autocorrelation of frames labelled independent", "zero"),
    "classifier": ("how well a network separates the frames from the reference (optional)",
        REFERENCE,
    ),
    "distance from training frames": (
        "share of sites that differ from the nearest training frame, tested for a too small value "
        "(optional)",
        REFERENCE,
    ),
}  # fmt: skip
"""By the name of a test in verdicts: the compared quantity and the expectation."""
