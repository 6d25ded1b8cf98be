"""A user's requirements on a sampler, such as ``energy<3 auc<0.6``."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ising_fidelity.comparison.labels import DISTRIBUTIONS, DIVERSITIES
from ising_fidelity.exceptions import InputError
from ising_fidelity.scores.deviations import EXACT, SLOPE
from ising_fidelity.scores.table import SUMS, quantities_of

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}
SHORT = {
    "u": "energy",
    "C": "specific_heat",
    "m": "abs_magnetization",
    "chi": "susceptibility",
    "auc": "classifier_auc",
}
OVERALL = "p"
"""The combined p-value of all tests."""
BY_VALUE = ("classifier_auc",)
"""Quantities whose value is compared; for all others it is abs(z), the deviation in errors."""
QUANTITIES = (OVERALL, *quantities_of(True), SLOPE, *DISTRIBUTIONS, *DIVERSITIES)
"""Quantities that can be required. Not every judgement has a slope or training frames."""
FORM = re.compile(r"([A-Za-z_0-9]+)(<=|<|>=|>)([-+.0-9eE]+)")


@dataclass(frozen=True)
class Requirement:
    """One comparison, such as ``energy<3``, that must hold at every temperature."""

    text: str
    quantity: str
    sign: str
    limit: float

    def unmet(self, rows: pd.DataFrame, p_value: float) -> str:
        """Return why a sampler does not meet the requirement, in words; empty if it does.

        Raises :class:`InputError` if the quantity was not judged.
        """
        if self.quantity == OVERALL:
            found = np.array([p_value])
        else:
            chosen = rows[(rows["quantity"] == self.quantity) & ~rows["temperature"].isin(SUMS)]
            if (chosen["reference"] == EXACT).any():
                chosen = chosen[chosen["reference"] == EXACT]
            if chosen.empty:
                known = ", ".join([OVERALL, *SHORT, *dict.fromkeys(rows["quantity"])])
                raise InputError(f"require: no {self.quantity!r} was judged; there are: {known}")
            by_value = self.quantity in BY_VALUE
            found = chosen["value" if by_value else "deviation_in_errors"].abs().to_numpy()
        if np.isnan(found).any():
            return f"{self.text}: not compared"
        failing = [one for one in found if not OPERATORS[self.sign](one, self.limit)]
        if not failing:
            return ""
        worst = max(failing) if self.sign.startswith("<") else min(failing)
        return f"{self.text}: it is {worst:.3g}"


def requirements(text: str, classifier: bool) -> Sequence[Requirement]:
    """Return the comparisons in a text, separated by blanks or commas.

    Raises
    ------
    InputError
        If a part is not a comparison, has an unknown quantity, or needs the classifier and
        ``classifier`` is false.
    """
    found = []
    for part in re.split(r"[\s,]+", re.sub(r"\s*([<>]=?)\s*", r"\1", text.strip())):
        if not part:
            continue
        match = FORM.fullmatch(part)
        try:
            limit = float(match[3]) if match else np.nan
        except ValueError:
            limit = np.nan
        if match is None or np.isnan(limit):
            raise InputError(
                f"require: {part!r} is not a comparison; allowed are e.g. 'energy<3 auc<0.6'"
            )
        quantity = SHORT.get(match[1], match[1])
        if quantity not in QUANTITIES:
            known = ", ".join([*SHORT, *QUANTITIES])
            raise InputError(f"require: {quantity!r} is no quantity; allowed are {known}")
        if quantity in BY_VALUE and not classifier:
            raise InputError(f"require: {part!r} needs classifier: true")
        found.append(Requirement(part, quantity, match[2], limit))
    return found
