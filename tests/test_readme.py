"""README.md says what the committed tables, the configs and the rules say."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_is_what_its_generator_makes():
    path = ROOT / "workflow" / "scripts" / "update_readme.py"
    spec = importlib.util.spec_from_file_location("update_readme", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    readme = (ROOT / "README.md").read_text()
    assert script.page(readme) == readme, "run make readme"
    for figure in script.FIGURES:
        assert f"resources/readme/{figure}.png" in readme
        assert (script.SNAPSHOT / f"{figure}.png").is_file()
