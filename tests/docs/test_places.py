"""The places that the pages on development name are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "ising_fidelity"
PAGES = sorted((ROOT / "docs" / "develop").glob("*.md"))
PLACE = r"`((?:[\w.-]+/)+(?:[\w-]+\.\w+)?|[\w-]+\.(?:py|yaml|toml))`"
OF_A_FAMILY = {"settings.py", "networks.py", "trainer.py", "sampler.py", "dataset.py"}
"""Files that a family or a package of results has of its own."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_places_are_there(page):
    named = set(re.findall(PLACE, page.read_text()))
    missing = {
        place
        for place in named - OF_A_FAMILY
        if not any((top / place).exists() for top in (ROOT, PACKAGE, PACKAGE / "models"))
    }
    assert missing - {"__init__.py"} == set()


def test_the_table_of_changes_names_every_package():
    named = (ROOT / "docs" / "develop" / "architecture.md").read_text()
    for folder in PACKAGE.iterdir():
        if (folder / "__init__.py").is_file():
            assert f"`{folder.name}/" in named, folder.name
