"""Replace what a config lacks: null by an empty mapping, a temperature by the nearest one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ising_fidelity.config.sections import STARTS
from ising_fidelity.schema import NAME, RELAXED

NAMING = {
    "equilibration": "sources",
    "relaxation": "models",
    "finish": "models",
    "metropolised": "models",
    "finite_size": "sources",
}
"""Keys that name models and sources, by section, in addition to figures."""


class NullIsEmpty:
    """Annotation of a mapping for which null means an empty mapping."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Replace null by an empty mapping before validation."""
        return core_schema.no_info_before_validator_function(
            lambda given: {} if given is None else given, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow null as well as the mapping."""
        return {"anyOf": [handler(schema), {"type": "null"}]}


def with_nulls(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config with null for all models, or sources, replaced by null for each of them.

    Their names are taken from the rest of the config, as null has removed them here.
    """
    figures = _keys(content.get("figures")).values()
    named = [_keys(figure).get("sources") for figure in figures]
    named += [_keys(content.get(section)).get(key) for section, key in NAMING.items()]
    names = {
        re.sub(f"{RELAXED}$", "", name)
        for names in named
        for name in (names if isinstance(names, list) else ())
        if isinstance(name, str) and re.fullmatch(f"{NAME[:-1]}({RELAXED})?", name)
    }
    filled = dict(content)
    for section in ("models", "sources"):
        if section in filled and filled[section] is None:
            known = (_keys(filled.get(other)) for other in ("monte_carlo", "models", "sources"))
            filled[section] = dict.fromkeys(sorted(names.difference(STARTS, *known)))
    return filled


def _keys(section: Any) -> Mapping[str, Any]:
    return section if isinstance(section, Mapping) else {}


def nearest(asked: Iterable[str], there: Sequence[str]) -> dict[str, str]:
    """Return the nearest available temperature for each one asked, the lower of two equally near.

    All are canonical names. The result is empty if none is available.
    """

    def near(one: str) -> str:
        return min(there, key=lambda T: (abs(Decimal(T) - Decimal(one)), Decimal(T)))

    return {one: near(one) for one in asked} if there else {}
