"""Write the JSON schema of the config; run make schema after a change of the config's models."""

import json
from pathlib import Path
from typing import Any

from ising_fidelity.config.run import Config

PATH = Path(__file__).resolve().parents[1] / "schema" / "config.schema.json"
BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
"""pydantic's names of bounds, which it keeps after a validator, and those of JSON schema."""


def content() -> dict[str, Any]:
    """Return the schema as plain values."""
    whole: dict[str, Any] = _standard(Config.model_json_schema())
    return whole


def _standard(part: Any) -> Any:
    if isinstance(part, list):
        return [_standard(one) for one in part]
    if isinstance(part, dict):
        return {BOUNDS.get(key, key): _standard(one) for key, one in part.items()}
    return part


def schema() -> str:
    """Return the text of the schema."""
    return json.dumps(content(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema())
