"""Numbers quoted in the paper compared with a run's: the schema of ``numbers.yaml``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field, model_validator

from ising_fidelity.exceptions import InputError
from ising_fidelity.paper.lookup import LackingError, Run, UnmeasuredError, numbers
from ising_fidelity.paper.terms import PAPER_SIZE, Entry, Term, Text, as_list, read_entries
from ising_fidelity.schema import AnyNumber


class Quote(Term, Entry):
    """A number quoted in the paper, and the term that it is compared with."""

    statement: Text = Field(description="quotation from the paper")
    where: Text = Field(description="place in the paper")
    value: Annotated[
        tuple[AnyNumber, ...], Field(strict=False, max_length=2), BeforeValidator(as_list)
    ] = Field((), description="the number, or [lowest, highest]; left out if the paper has none")
    note: str = Field("", description="how the two numbers are matched")

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        one = self.at is None or (isinstance(self.at, list) and len(self.at) == 1)
        if not one and self.quantity != "slope_ratio":
            raise ValueError("at: one temperature is needed, or three for slope_ratio")
        return self


def load(path: Path) -> list[Quote]:
    """Read and check a list of quoted numbers; raises the errors of :func:`.read_entries`."""
    return read_entries(path, lambda _: Quote, "entry", "entries")


def beside(quotes: Sequence[Quote], run: Run, name: str) -> pd.DataFrame:
    """Return a table of the paper's numbers and the run's, empty where the run lacks the source.

    Raises :class:`InputError`, naming the list, if a variable does not exist.
    """
    return pd.DataFrame([_row(quote, run, name) for quote in quotes])


def _row(quote: Quote, run: Run, name: str) -> dict[str, Any]:
    value, error, note = np.nan, np.nan, "not in this run"
    try:
        ours = numbers(quote, run, known=False)
        value, error, note = ours.values[0], ours.errors[0], _scaled(quote, run)
    except UnmeasuredError as lack:
        raise InputError(
            f"{name}: {quote.id}: {lack.variable} is not a variable of table {quote.table}"
        ) from lack
    except LackingError:
        pass
    words = [quote.quantity, quote.of, quote.kind]
    distance = "" if quote.distance is None else f" at r = {quote.distance}"
    return {
        "id": quote.id,
        "statement": quote.statement,
        "where": quote.where,
        "paper_value": " to ".join(f"{one:.12g}" for one in quote.value),
        "source": quote.source,
        "temperature": " ".join(quote.at) if isinstance(quote.at, list) else "",
        "quantity": " of ".join(word for word in words if word) + distance,
        "our_value": value,
        "our_error": error,
        "note": "; ".join(text for text in (quote.note, note) if text),
    }


def _scaled(quote: Quote, run: Run) -> str:
    """Return a note with an energy spread scaled to the paper's L; empty for other numbers."""
    if quote.quantity != "energy_spread":
        return ""
    size, scaled = (
        numbers(quote.model_copy(update={"quantity": quantity}), run, known=False).values[0]
        for quantity in ("lattice_size", "energy_spread_at_64")
    )
    return f"at L = {size:g}; scaled by 1/L to L = {PAPER_SIZE}: {scaled:.2g}"
