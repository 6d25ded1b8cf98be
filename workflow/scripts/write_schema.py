"""Write the JSON schema of the config: make schema, after a change of the config's models."""

import json
from pathlib import Path

from ising_fidelity.config import Config

PATH = Path(__file__).resolve().parents[1] / "schema" / "config.schema.json"


def schema() -> str:
    """Return the schema as it should be."""
    return json.dumps(Config.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema())
