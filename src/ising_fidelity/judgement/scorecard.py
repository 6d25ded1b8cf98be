"""The result of a judgement: verdicts, causes and all numbers, and ways to show and save them."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from ising_fidelity import __version__
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import whole
from ising_fidelity.judgement.causes import Cause
from ising_fidelity.judgement.given import REFERENCE
from ising_fidelity.judgement.verdict import LEVEL, Verdict
from ising_fidelity.scores.deviations import EXACT
from ising_fidelity.scores.table import SUMS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NUMBERS = {
    "value": "value",
    "error": "error",
    "expected": "expected",
    "expected_error": "expected_error",
    "deviation_in_errors": "z",
    "p_adjusted": "p_adjusted",
}
"""Columns of the table, and their names in JSON."""
FIGURE = "fig3"


@dataclass(frozen=True, repr=False)
class Scorecard:
    """Samplers judged against exact results and simulated frames.

    Attributes
    ----------
    L
        Sites along a side.
    judged
        The verdict on each sampler, with its sentences.
    causes
        Causes of wrong frames of each sampler, most likely first.
    caveats
        Warnings about each sampler's error bars.
    said
        How each sampler's frames were read; for ``mc``, how they were simulated.
    table
        The scores: a row per sampler, quantity and temperature, columns as in ``scores.csv``.
    fidelity
        Observables, distances and tests of each sampler and of ``mc`` along ``temperature``.
    exact
        Exact results of this lattice.
    observables, configurations
        Time series and some frames, by sampler and canonical temperature.
    settings
        Seed, number of reference frames, and whether a classifier was trained.
    """

    L: int
    judged: Mapping[str, Verdict]
    causes: Mapping[str, Sequence[Cause]]
    caveats: Mapping[str, Sequence[str]]
    said: Mapping[str, Sequence[str]]
    table: pd.DataFrame
    fidelity: Mapping[str, xr.Dataset]
    exact: xr.Dataset
    observables: Mapping[tuple[str, str], xr.Dataset]
    configurations: Mapping[tuple[str, str], xr.Dataset]
    settings: Mapping[str, Any]

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict on each sampler: indistinguishable, distinguishable or undecided."""
        return {name: verdict.word for name, verdict in self.judged.items()}

    @property
    def temperatures(self) -> list[str]:
        """All canonical temperatures in increasing order."""
        return sorted({T for _, T in self.observables}, key=float)

    def sentences(self, sampler: str) -> list[str]:
        """Return the sentences about a sampler: verdict, causes, caveats."""
        causes = [cause.sentence for cause in self.causes[sampler]]
        return [*self.judged[sampler].sentences, *causes, *self.caveats[sampler]]

    def plot(self, figure: str = FIGURE, samplers: Sequence[str] | None = None) -> "Figure":
        """Return fig3, fig5, fig7, figS3 or figS4 for all or some samplers."""
        from ising_fidelity.judgement import pictures

        return pictures.draw(self, figure, samplers)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, in the form of ``scores.json``."""
        return {
            "lattice_size": self.L,
            "package_version": __version__,
            "level": LEVEL,
            **self.settings,
            "reference": {"name": REFERENCE, "said": list(self.said[REFERENCE])},
            "samplers": {name: self._sampler(name) for name in self.judged},
        }

    def _sampler(self, name: str) -> dict[str, Any]:
        verdict = self.judged[name]
        return {
            "verdict": verdict.word,
            "p_value": _plain(verdict.p_value),
            "causes": [f"{cause.name}: {cause.sentence}" for cause in self.causes[name]],
            "decided_by": [_of_cause(cause) for cause in self.causes[name]],
            "sentences": list(verdict.sentences),
            "caveats": list(self.caveats[name]),
            "taken_as": list(self.said[name]),
            "test_level": _plain(verdict.test_level),
            "tests": {test: _plain(p) for test, p in verdict.tests.items()},
            "temperatures": self._numbers(name),
        }

    def _numbers(self, name: str) -> dict[str, dict[str, dict[str, float | None]]]:
        """Return the numbers by temperature and quantity; compared with exact ones if possible."""
        rows = self.table[(self.table["source"] == name) & ~self.table["temperature"].isin(SUMS)]
        exact_last = rows.sort_values("reference", key=lambda one: one == EXACT, kind="stable")
        found: dict[str, dict[str, dict[str, float | None]]] = {}
        for row in exact_last.to_dict("records"):
            numbers = {key: _plain(row[column]) for column, key in NUMBERS.items()}
            found.setdefault(str(row["temperature"]), {})[str(row["quantity"])] = numbers
        return {T: found[T] for T in sorted(found, key=float)}

    def to_json(self, path: str | Path) -> None:
        """Write verdicts, causes and all numbers as JSON."""
        with whole(Path(path)) as place:
            place.write_text(self.as_json(), encoding="utf-8")

    def as_json(self) -> str:
        """Return the text of :meth:`to_json`."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_csv(self, path: str | Path) -> None:
        """Write the table as CSV."""
        with whole(Path(path)) as place:
            place.write_text(self.as_csv(), encoding="utf-8")

    def as_csv(self) -> str:
        """Return the text of :meth:`to_csv`."""
        return self.table.to_csv(index=False, float_format="%.6g", lineterminator="\n")

    def to_html(self, path: str | Path) -> None:
        """Write a self-contained page with everything, figures included."""
        from ising_fidelity.judgement import page

        with whole(Path(path)) as place:
            place.write_text(page.render(self), encoding="utf-8")

    def __repr__(self) -> str:
        lines = [f"Scorecard: {len(self.judged)} sampler(s), L = {self.L}"]
        for name, verdict in self.judged.items():
            lines.append(f"{name}: {verdict.word}")
            lines += [f"  {sentence}" for sentence in self.sentences(name)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from ising_fidelity.judgement import page

        return page.summary(self)


def _of_cause(cause: Cause) -> dict[str, str | float | None]:
    """Return the name, observable and number of a cause."""
    numbers = {key: _plain(getattr(cause, key)) for key in ("p_value", "value", "error")}
    about = {"cause": cause.name, "observable": cause.observable}
    return {**about, **numbers, "temperature": cause.T or None}


def _plain(number: float) -> float | None:
    """Return a number rounded for JSON; None for NaN and infinities."""
    return float(f"{number:.8g}") if math.isfinite(number) else None


def write(card: Scorecard, folder: Path, names: Sequence[str]) -> None:
    """Write page, table and JSON to a folder, all of them or none."""
    from contextlib import ExitStack

    from ising_fidelity.judgement import page

    texts = [page.render(card), card.as_csv(), card.as_json()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be created ({error.strerror})") from error
    with ExitStack() as stack:
        for name, text in zip(names, texts, strict=True):
            stack.enter_context(whole(folder / name)).write_text(text, encoding="utf-8")
