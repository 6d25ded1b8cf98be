"""Common to all settings: strict sections, types of numbers and temperatures, error messages."""

import re
from collections.abc import Collection
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from ising_fidelity.io.temperatures import canonical

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*\+?(?:[.]seed[1-9][0-9]*)?$"
"""Names of models; a plus may precede the suffix of a training seed."""

_SIGNS = r"\\{}\x00-\x1f\x7f"

PATH = rf"^(?:[^-~\s{_SIGNS}][^{_SIGNS}]*)?\{{T\}}[^{_SIGNS}]*$"
"""Path of a file at each temperature, on one line, which no command can mistake for an option."""

RELAXED = r"\+(?:[1-9][0-9]*(?:sweeps|clusters|gibbs)|metropolised)"
"""Suffix of the names of relaxed, Gibbs-finished and metropolised sources."""

Name = Annotated[str, Field(pattern=NAME, max_length=100)]

SourceName = Annotated[str, Field(pattern=f"{NAME[:-1]}({RELAXED})?$", max_length=120)]

EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.][0-9]*)?[eE][+-]?[0-9]+")


def _temperature(value: Any) -> str:
    temperature = canonical(value)
    if not float(temperature):
        raise ValueError(f"temperature {temperature}; allowed are those above 0")
    return temperature


def _sorted(temperatures: list[str]) -> list[str]:
    twice = [T for number, T in enumerate(temperatures) if T in temperatures[:number]]
    if twice:
        raise ValueError(f"{twice[0]} is named twice; each may be named once")
    return sorted(temperatures, key=float)


def _number(value: Any) -> Any:
    """Return 1e-4 and 1.5e3 as numbers; YAML reads them as text without a point and a sign."""
    return float(value) if isinstance(value, str) and EXPONENT.fullmatch(value) else value


# Far above useful values, but low enough to catch typing errors before memory overflows.
Count = Annotated[int, Field(gt=0, le=10**9)]

Width = Annotated[int, Field(gt=0, le=4096)]

Depth = Annotated[int, Field(gt=0, le=32)]

Steps = Annotated[int, Field(ge=2, le=100_000)]

Number = Annotated[float, BeforeValidator(_number)]

AnyNumber = Annotated[float, Field(allow_inf_nan=True), BeforeValidator(_number)]
"""A number; infinities and NaN are allowed."""

Positive = Annotated[Number, Field(gt=0)]

Temperature = Annotated[
    str,
    BeforeValidator(_temperature),
    Field(
        description="in units of J/k_B, such as 2.30",
        json_schema_extra={"type": ["string", "number"]},
    ),
]

Temperatures = Annotated[list[Temperature], AfterValidator(_sorted)]

SomeTemperatures = Annotated[Temperatures, Field(min_length=1)]


class Section(BaseModel):
    """A section of the config; unknown keys and wrong types are errors, and it is immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in given if isinstance(given, dict) else ():
            if isinstance(key, str) and key not in known:
                raise ValueError(f"no key {key!r}; allowed are {', '.join(known)}")
        return given

    def plain(self) -> dict[str, Any]:
        """Return the section as plain scalars, lists and dicts."""
        return self.model_dump(mode="json")


LONGEST = 60
"""Number of characters of a wrong value that are shown."""

PLAIN = "a name is needed, of letters, digits, _, . and -, a letter or digit first"

PLACE = "a path is needed with {T} in it once, no other braces, and no - or ~ before it"
"""Messages in place of regular expressions."""

QUOTED = "text is needed; YAML takes numbers, dates, no and on for something else unless in quotes"


def explain(error: ValidationError, hidden: Collection[str] = ()) -> str:
    """Return the first of pydantic's errors and the number of others, in one line.

    ``hidden`` are parts that pydantic adds to the place of an error but no config has: the tags of
    a union.
    """
    first = error.errors(include_url=False)[0]
    where = first["loc"][:-2] if first["loc"][-1:] == ("[key]",) else first["loc"]
    place = ".".join(str(part) for part in where if part not in hidden)
    text = re.sub(r"^(Value|Assertion) error, ", "", first["msg"])
    if first["type"] == "string_pattern_mismatch":
        text = PLACE if "{T" in first["ctx"]["pattern"].replace("\\", "") else PLAIN
    if first["type"] == "string_type":
        text = QUOTED
    shown = repr(first["input"])
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
    given = "" if isinstance(first["input"], dict | list) else f" (given: {shown})"
    others = error.error_count() - 1
    more = f"; and {others} more" if others else ""
    return " ".join(f"{place}: {text}{given}{more}".removeprefix(": ").split())
