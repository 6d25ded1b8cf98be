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

SERIES = ("configurations", "observables", "equilibration")
"""Kinds of files of which there is one per source and temperature."""


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
    reverse
        Whether it shows how a diffusion model samples: other networks have no place in it.
    of_models
        Whether its title says of which models it is; a run without them leaves it out.
    ordered
        Whether it shows the way to T_c from below; a run without such temperatures leaves it out.
    fewest_temperatures
        How many temperatures a run must have for it.
    one_temperature
        Whether it shows one temperature alone.
    """

    title: str
    caption: str
    category: str
    needs: tuple[Need, ...]
    comparison: str = ""
    relaxed: bool = False
    reverse: bool = False
    of_models: bool = False
    ordered: bool = False
    fewest_temperatures: int = 1
    one_temperature: bool = False

    @property
    def of_frames(self) -> bool:
        """Whether any set of frames has a place in it, whoever made them."""
        others = {"equilibration", "finite_size", "model", "training"}
        return not (self.relaxed or others & set(self.needs))
