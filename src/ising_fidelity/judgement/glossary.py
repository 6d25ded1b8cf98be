"""What each test of a judgement compares, and with what, for pages."""

from ising_fidelity.scores.summary import SYMBOLS

EXACT, REFERENCE, ITSELF = "exact values", "the reference", "reference against reference"

GLOSSARY: dict[str, tuple[str, str]] = {
    SYMBOLS["energy"]: ("mean energy per spin", EXACT),
    SYMBOLS["specific_heat"]: ("logarithm of the specific heat", EXACT),
    SYMBOLS["abs_magnetization"]: ("mean absolute magnetization per spin", REFERENCE),
    SYMBOLS["susceptibility"]: ("logarithm of the susceptibility", REFERENCE),
    "distribution of u": ("Kolmogorov-Smirnov distance of energies per spin", ITSELF),
    "distribution of m": ("Kolmogorov-Smirnov distance of magnetizations per spin", ITSELF),
    "joint distribution of u and m": ("total variation distance of their histogram", ITSELF),
    "diversity": ("Vendi score, whether it is too small", ITSELF),
    "couplings": (
        "a spin's log odds given its neighbors, by greatest pseudo-likelihood",
        "1/T along both axes, no diagonal coupling, no field",
    ),
    "answers": ("share of spins that are up in each of the 45 surroundings", "its exact value"),
    "waves": ("mean structure factors of long and of short waves", REFERENCE),
    "homogeneity": ("how often each bond is broken, by place", "all other places"),
    "repeated frames": ("pairs of frames that are the same", REFERENCE),
    "repeated shapes": ("pairs of frames that are the same up to symmetries", REFERENCE),
    "unordered share": (
        "frames with domains around the torus, where equilibrium has next to none", REFERENCE,
    ),
    "signs": ("share of frames with positive m", "one half"),
    "independence": ("lag-1 autocorrelation of frames said to be independent", "none"),
    "classifier": ("how well a network tells frames from others, on demand", REFERENCE),
    "distance from training frames": (
        "sites that differ from the nearest training frame, on demand, whether too few",
        REFERENCE,
    ),
}  # fmt: skip
"""Tests by the names that verdicts give them: what is compared, and with what."""
