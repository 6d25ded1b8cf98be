"""What is put in the place of what is absent: nothing for null, the nearest temperature."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


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


def nearest(asked: Iterable[str], there: Sequence[str]) -> dict[str, str]:
    """Return for each temperature the nearest one of those that there are, the lower of two.

    All are canonical names. Without any there is none near.
    """

    def near(one: str) -> str:
        return min(there, key=lambda T: (abs(Decimal(T) - Decimal(one)), Decimal(T)))

    return {one: near(one) for one in asked} if there else {}
