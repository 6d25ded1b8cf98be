"""The paper's claims as tests: the schema of ``claims.yaml``.

A claim becomes a number and an allowed interval, such as a difference of two sources above 0, or
their ratio within 0.2 of 1. :mod:`ising_fidelity.paper.judge` compares it with a run.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from ising_fidelity.paper.terms import At, Entry, Term, Text, listed, read_entries
from ising_fidelity.schema import NAME, Number, Section
from ising_fidelity.scores.deviations import EXACT


class Claim(Entry):
    """Keys of all claims."""

    sentence: Text = Field(description="quotation from the paper")
    place: Text = Field(description="place in the paper")
    note: str = Field("", description="how the sentence is tested")


class Comparison(Claim):
    """A number, a difference or a ratio, and its allowed interval."""

    test: Literal["greater", "less", "equal", "differs", "between"]
    value: Term
    against: Term | None = Field(
        None, description="compared term; keys that are not given are those of value"
    )
    by: Literal["difference", "ratio"] = Field(
        "difference", description="how value and against are compared"
    )
    threshold: Number | None = Field(
        None, description="default 0 for differences, 1 for ratios; not for test between"
    )
    tolerance: Number = Field(
        0, ge=0, description="half the interval's width, for tests equal and differs"
    )
    interval: Annotated[tuple[Number, Number], Field(strict=False)] | None = Field(
        None, description="lower and upper limit, for test between"
    )
    holds: Literal["everywhere", "somewhere"] = Field(
        "everywhere", description="at all temperatures, or at one at least"
    )

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, content: Any) -> Any:
        value, against = content.get("value"), content.get("against")
        if not isinstance(value, dict) or not isinstance(against, dict):
            return content
        # These keys belong to the quantity of value, so another quantity does not inherit them.
        own = {"of", "kind", "distance"} if "quantity" in against else set()
        inherited = {key: one for key, one in value.items() if key not in own}
        return {**content, "against": {**inherited, **against}}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        between, near = self.test == "between", self.test in ("equal", "differs")
        if between != (self.interval is not None) or (between and self.threshold is not None):
            raise ValueError(
                "interval: required for test between, without threshold; not allowed for others"
            )
        if self.interval is not None and not self.interval[0] < self.interval[1]:
            raise ValueError("interval: the lower limit must be below the upper one")
        if self.tolerance and not near:
            raise ValueError("tolerance: allowed for tests equal and differs only")
        if self.test == "equal" and not self.tolerance:
            raise ValueError("tolerance: must be above 0 for test equal")
        if self.against is None and not between and self.threshold is None:
            raise ValueError("threshold: needed without against")
        if self.against is not None and self.against.at != self.value.at:
            ends = (self.value.at, self.against.at)
            if not all(isinstance(at, list) and len(at) == 1 for at in ends):
                raise ValueError(
                    "at: value and against need the same temperatures, or one temperature each"
                )
        return self

    @property
    def border(self) -> float:
        """The threshold, by default 0 for differences and 1 for ratios."""
        if self.threshold is not None:
            return self.threshold
        return 1.0 if self.by == "ratio" else 0.0

    @property
    def limits(self) -> tuple[float, float]:
        """The interval that must contain the number or, for test differs, must not."""
        if self.interval is not None:
            return self.interval
        return {
            "greater": (self.border, np.inf),
            "less": (-np.inf, self.border),
        }.get(self.test, (self.border - self.tolerance, self.border + self.tolerance))

    def words(self) -> str:
        """Return the test in words."""
        sign = "/" if self.by == "ratio" else "-"
        subject = f"{self.value} {sign} {self.against}" if self.against else f"{self.value}"
        margin = f"{self.border:g} ± {self.tolerance:g}"
        lowest, highest = self.limits
        condition = {
            "greater": f"> {self.border:g}",
            "less": f"< {self.border:g}",
            "equal": f"within {margin}",
            "differs": f"outside of {margin}" if self.tolerance else f"not {self.border:g}",
            "between": f"from {lowest:g} to {highest:g}",
        }[self.test]
        return f"{subject} {condition}{self._when()}"

    def _when(self) -> str:
        at, other = self.value.at, self.against.at if self.against else self.value.at
        if at is None or other is None:
            return ""
        if other != at:
            return f", T = {listed(at)} and {listed(other)}"
        if self.value.quantity == "slope_ratio" or (isinstance(at, list) and len(at) == 1):
            return f", T = {listed(at)}"
        return f", {'every' if self.holds == 'everywhere' else 'some'} T of {listed(at)}"


class Better(Claim):
    """A model with smaller deviations from exact results or Monte Carlo than another model."""

    test: Literal["better"]
    source: str = Field(pattern=NAME)
    than: str = Field(pattern=NAME)
    quantity: Text
    reference: Literal["exact", "monte_carlo"] = Field(
        "exact", description="what both are compared with"
    )
    at: At

    def words(self) -> str:
        """Return the test in words."""
        name = "exact results" if self.reference == EXACT else "Monte Carlo"
        return (
            f"{self.quantity.replace('_', ' ')}: rms deviation of {self.than} from {name} - that "
            f"of {self.source} > 0 over T = {listed(self.at)}"
        )


class Reference(Section):
    """A reference of the paper."""

    number: int = Field(gt=0)
    title: Text
    pure_2d_ising: bool = Field(description="whether its title is about the pure 2D Ising model")


class Citation(Claim):
    """References cited for the pure two-dimensional Ising model, checked by their titles."""

    test: Literal["citation"]
    references: list[Reference] = Field(min_length=1)

    def words(self) -> str:
        """Return the test in words."""
        return "the titles of the references are about the pure two-dimensional Ising model"


AnyClaim = Comparison | Better | Citation
KINDS: dict[str, type[AnyClaim]] = {"better": Better, "citation": Citation}


def load(path: Path) -> list[AnyClaim]:
    """Read and check a list of claims; raises the errors of :func:`.read_entries`."""
    return read_entries(
        path, lambda content: KINDS.get(str(content.get("test")), Comparison), "claim", "claims"
    )
