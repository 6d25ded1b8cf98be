"""Entries of the registry of figures."""

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
"""Kinds of files with one file per source and temperature."""


@dataclass(frozen=True)
class FigureKind:
    """Properties of a figure; a run that does not meet them leaves the figure out.

    Attributes
    ----------
    title
        A few words for lists of figures.
    caption
        A few sentences.
    category
        Its section of the report.
    needs
        Files that it is drawn from: one file for ``fidelity``, ``exact`` and ``attribution``; one
        per source and temperature for ``configurations``, ``observables`` and ``equilibration``;
        one per model for ``training`` and ``model``; one per source for ``finite_size``.
    comparison
        Key of the config's ``comparison`` that must be set.
    relaxed
        Whether the figure needs relaxed or Gibbs-finished sources. They are compared with its
        first source.
    reverse
        Whether it shows the reverse chain of a diffusion model; other networks are left out.
    of_models
        Whether its title names a kind of models, which the run must have.
    ordered
        Whether it needs temperatures below T_c.
    fewest_temperatures
        Number of temperatures that the run must have.
    one_temperature
        Whether it shows a single temperature.
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
        """Whether it can show any set of frames, imported ones included."""
        others = {"equilibration", "finite_size", "model", "training"}
        return not (self.relaxed or others & set(self.needs))
