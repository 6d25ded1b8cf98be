"""The pages say what the committed tables, the configs and the rules say, and point to files."""

import re
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from ising_fidelity.lattice import CRITICAL_TEMPERATURE

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def script(monkeypatch):
    """Return the function that imports a script; they find each other in their own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "workflow" / "scripts"))
    return import_module


def test_the_pages_are_what_their_generator_makes(script):
    update = script("update_readme")
    for path in update.PAGES:
        text = path.read_text()
        assert update.page(text) == text, "run make readme"
    readme = (ROOT / "README.md").read_text()
    for figure in update.FIGURES:
        assert f"resources/readme/{figure}.png" in readme
        assert (update.SNAPSHOT / f"{figure}.png").is_file()


def test_likelihoods_and_exponents_are_as_near_to_exact_as_the_pages_say(script):
    likelihoods = pd.read_csv(ROOT / "benchmarks" / "results" / "likelihoods.csv")
    deviation = (likelihoods["free_energy"] - likelihoods["exact"]).abs()
    assert len(likelihoods) == 32
    assert deviation.max() < 0.0006
    errors = (deviation / likelihoods["free_energy_error"]).round(1)
    assert errors.nlargest(2).tolist() == [4.0, 2.1]
    shares = likelihoods["effective_sample_size_share"]
    assert (shares.min().round(2), shares.max().round(2)) == (0.48, 0.9)
    scaled = pd.read_csv(ROOT / "resources" / "readme" / "finite_size.csv", index_col="quantity")
    known = {"critical_temperature": CRITICAL_TEMPERATURE, "nu": 1, "eta": 0.25}
    readme = (ROOT / "README.md").read_text()
    for name, value in known.items():
        found, error = scaled["value"][name], scaled["error"][name]
        assert abs(found - value) < 3 * error
        assert f" = {script('update_readme').with_error(found, error)}" in readme


def test_links_lead_to_files_and_headings(script):
    for page in script("update_readme").PAGES:
        links = re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text())
        assert links
        for path, heading in links:
            target = page.parent / path if path else page
            assert target.is_file(), path
            heads = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE) if heading else []
            names = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
            assert not heading or heading in names, heading


def test_every_benchmark_is_on_its_page():
    page = (ROOT / "benchmarks" / "README.md").read_text()
    for path in (ROOT / "benchmarks").glob("*.py"):
        assert f"`{path.name}`" in page


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
