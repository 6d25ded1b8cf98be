"""Entries of the lists of claims and of quoted numbers, and the terms in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationError, model_validator

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_readable, read_yaml
from ising_fidelity.io.temperatures import canonical
from ising_fidelity.schema import NAME, Number, Section, SomeTemperatures, explain

PAPER_SIZE = 64
"""Lattice size L in the paper."""

OF_ANOTHER = ("slope_ratio", "peak_temperature")
"""Quantities derived from the variable that ``of`` names."""

DERIVED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(OF_ANOTHER, ()),
    "energy_spread": ("specific_heat", "lattice_size"),
    "energy_spread_at_64": ("specific_heat",),
    "correlation_signed": ("correlation_raw", "magnetization"),
    "correlation_length_infinite": (),
}
"""Derived quantities, and the variables that they are computed from."""

Text = Annotated[str, Field(min_length=1)]


class Entry(Section):
    """Keys of all entries."""

    id: Text


_Entry = TypeVar("_Entry", bound=Entry)


def read_entries(
    path: Path, kind_of: Callable[[dict[str, Any]], type[_Entry]], one: str, many: str
) -> list[_Entry]:
    """Read a YAML file of entries and check each with the class that ``kind_of`` returns.

    Raises :class:`InputError` that names file, entry and key; ``one`` and ``many`` are the words
    for an entry and for entries in its message.
    """
    check_readable(path)
    given = read_yaml(path)
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        raise InputError(f"{path}: a list of {many} is needed, each a mapping of keys to values")
    entries = []
    for number, content in enumerate(given, start=1):
        name = content.get("id", f"{one} {number}")
        try:
            entries.append(kind_of(content).model_validate(content))
        except ValidationError as problem:
            raise InputError(f"{path}: {name}: {explain(problem)}") from problem
    names = [entry.id for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{path}: {twice[0]}: two {many} have this id")
    return entries


class Span(Section):
    """All temperatures of the run in a closed interval."""

    start: Number = Field(alias="from", ge=0)
    end: Number = Field(alias="to", ge=0)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.start > self.end:
            raise ValueError(f"from: {self.start} is above to: {self.end}")
        return self

    def __str__(self) -> str:
        return f"{canonical(self.start)} to {canonical(self.end)}"


def _form(at: Any) -> str:
    return "range" if isinstance(at, dict | Span) else "list"


def as_list(value: Any) -> Any:
    """Return a single number or text as a list of one; anything else is unchanged."""
    return [value] if isinstance(value, str | int | float) else value


# Discriminated by their form, so that errors are about the intended one.
At = Annotated[
    Annotated[SomeTemperatures, Tag("list")] | Annotated[Span, Tag("range")],
    Discriminator(_form),
    BeforeValidator(as_list),
]


class Term(Section):
    """A number, or a number at every temperature."""

    source: str = Field(pattern=NAME, description="a source of the run, or exact")
    quantity: Text = Field(
        description="variable of fidelity.nc or exact.nc, or slope_ratio: slope of the second step "
        "of three temperatures over that of the first; peak_temperature: temperature of the grid "
        "where a variable is largest; energy_spread: standard deviation of u of single frames; "
        "energy_spread_at_64: the same, scaled to the paper's L; correlation_signed: the paper's "
        "Eq. 13, raw G(r) minus the squared signed mean; correlation_length_infinite: exact"
    )
    of: str | None = Field(
        None, description="variable of fidelity.nc, for slope_ratio and peak_temperature"
    )
    kind: Literal["raw", "connected"] | None = Field(
        None, description="the fitted G(r), for results of fits"
    )
    distance: int | None = Field(None, description="distance r, for G(r)", ge=0)
    at: At | None = Field(None, description="one temperature, a list, or {from: ..., to: ...}")
    table: Literal["fidelity", "finite_size", "attribution"] = Field(
        "fidelity", description="file to read; finite_size has no temperatures"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        scaling = self.table == "finite_size"
        if scaling and self.quantity in DERIVED:
            raise ValueError(f"table: {self.quantity} needs temperatures; finite_size has none")
        if (self.at is None) != (scaling or self.quantity == "peak_temperature"):
            raise ValueError(
                "at: temperatures are needed, except for peak_temperature and table finite_size, "
                "which take none"
            )
        if (self.quantity in OF_ANOTHER) != (self.of is not None):
            raise ValueError(f"of: a variable, for {' and '.join(OF_ANOTHER)} only")
        three = isinstance(self.at, list) and len(self.at) == 3
        if self.quantity == "slope_ratio" and not three:
            raise ValueError("at: slope_ratio needs a list of three temperatures")
        return self

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that the number is computed from."""
        return (self.of,) if self.of else DERIVED.get(self.quantity, (self.quantity,))

    def __str__(self) -> str:
        words = [self.quantity.replace("_", " ")]
        if self.of is not None:
            words.append(f"of {self.of.replace('_', ' ')}")
        if self.kind is not None:
            words.append(f"of {self.kind} G(r)")
        if self.distance is not None:
            words.append(f"at r = {self.distance}")
        return " ".join([*words, "of", self.source])


def listed(at: list[str] | Span) -> str:
    """Return temperatures in words."""
    return str(at) if isinstance(at, Span) else ", ".join(at)
