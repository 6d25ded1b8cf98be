"""What is put in the place of what is absent: nothing for null, the nearest temperature."""

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
    "finite_size": "sources",
}
"""Keys of sections, beside figures, that name models and sources."""


class NullIsEmpty:
    """Marks a mapping that null switches off: it means the same as none of its keys."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Put an empty mapping in the place of null before it is checked."""
        return core_schema.no_info_before_validator_function(
            lambda given: {} if given is None else given, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow null beside the mapping."""
        return {"anyOf": [handler(schema), {"type": "null"}]}


def with_nulls(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config in which null for all models, or sources, is null for each of them.

    Their names are those that stand elsewhere in the config, since null has taken them away.
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
    """Return for each temperature the nearest one of those that there are, the lower of two.

    All are canonical names. Without any there is none near.
    """

    def near(one: str) -> str:
        return min(there, key=lambda T: (abs(Decimal(T) - Decimal(one)), Decimal(T)))

    return {one: near(one) for one in asked} if there else {}
