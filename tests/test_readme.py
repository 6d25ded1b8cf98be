"""README.md says what the committed tables, the configs and the rules say."""

from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_is_what_its_generator_makes(monkeypatch):
    # Scripts find each other in their own folder.
    monkeypatch.syspath_prepend(str(ROOT / "workflow" / "scripts"))
    script = import_module("update_readme")
    readme = (ROOT / "README.md").read_text()
    assert script.page(readme) == readme, "run make readme"
    for figure in script.FIGURES:
        assert f"resources/readme/{figure}.png" in readme
        assert (script.SNAPSHOT / f"{figure}.png").is_file()
