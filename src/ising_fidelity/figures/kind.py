"""What the registry says of a figure."""

from dataclasses import dataclass
from typing import Literal

Need = Literal[
    "fidelity",
    "exact",
    "attribution",
    "configurations",
    "observables",
    "equilibration",
    "finite_size",
    "training",
    "model",
]


@dataclass(frozen=True)
class FigureKind:
    """What a figure is.

    Attributes
    ----------
    title
        A few words for lists of figures.
    caption
        One sentence.
    category
        Its place in the report.
    needs
        Files that it is drawn from: one of ``fidelity``, ``exact`` and ``attribution``; one per
        source and temperature of ``configurations``, ``observables`` and ``equilibration``; one per
        model of ``training`` and ``model``; one per source that has it of ``finite_size``.
    comparison
        Key of the config's ``comparison`` that must be set for it; a run without leaves it out.
    relaxed
        Whether it is of sources that Monte Carlo sweeps or a Gibbs finish follow, the first of its
        sources being what they are compared with; a run without leaves it out.
    """

    title: str
    caption: str
    category: str
    needs: tuple[Need, ...]
    comparison: str = ""
    relaxed: bool = False

    @property
    def of_frames(self) -> bool:
        """Whether any set of frames has a place in it, whoever made them."""
        others = {"equilibration", "finite_size", "model", "training"}
        return not (self.relaxed or others & set(self.needs))
