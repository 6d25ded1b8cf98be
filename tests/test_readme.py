"""README.md says what the committed tables, the configs and the rules say."""

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def script(monkeypatch):
    """Return the function that imports a script; they find each other in their own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "workflow" / "scripts"))
    return import_module


def test_the_page_is_what_its_generator_makes(script):
    update = script("update_readme")
    readme = (ROOT / "README.md").read_text()
    assert update.page(readme) == readme, "run make readme"
    for figure in update.FIGURES:
        assert f"resources/readme/{figure}.png" in readme
        assert (update.SNAPSHOT / f"{figure}.png").is_file()


def test_the_tables_of_keys_have_every_key_with_what_it_may_be(script):
    tables = script("config_keys").tables()
    rows = {line.split("`")[1]: line for line in tables.splitlines() if line.startswith("| `")}
    schema = script("write_schema").content()
    keys = {key for section in schema["$defs"].values() for key in section["properties"]}
    assert keys - {"network"} <= {key.split(".")[-1] for key in rows}
    assert '| `device` | `auto`, `cpu`, `cuda` | `"auto"` | auto: a GPU if there is one |' in tables
    assert "| `weight_clip` | number above 0 | `0.01` |" in rows["weight_clip"]
    assert "| list of whole numbers from 4 to 4096, 3 or more |" in rows["lattice_sizes"]
    assert tables.count("<details>") == tables.count("</details>") == 17
