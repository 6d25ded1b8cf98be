"""The pages say what the committed tables, the configs and the rules say, and point to files."""

import re
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from ising_fidelity.lattice import CRITICAL_TEMPERATURE

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def module(monkeypatch):
    """Return the function that imports what makes the pages, from the project's folder."""
    monkeypatch.syspath_prepend(str(ROOT))
    return import_module


def test_the_pages_are_what_their_generator_makes(module):
    sources = module("docs.generate.sources")
    for path in sources.PAGES:
        text = path.read_text()
        assert module("docs.generate.pages").filled(text) == text, f"{path}: run make readme"
    pages = "".join(path.read_text() for path in sources.PAGES)
    for figure in sources.FIGURES:
        assert f"resources/readme/{figure}.png" in pages
        assert (sources.SNAPSHOT / f"{figure}.png").is_file()


def test_the_readme_is_short_and_shows_a_figure_at_its_top():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 150
    assert any("resources/readme/fig3.png" in line for line in lines[:15])


def test_everything_generated_has_one_place_on_the_pages(module):
    pages = "".join(path.read_text() for path in module("docs.generate.sources").PAGES)
    for name in module("docs.generate.pages").SECTIONS:
        assert pages.count(f"<!-- begin: {name} -->") == 1, name
        assert pages.count(f"<!-- end: {name} -->") == 1, name
    written_by_hand = {"frames", "sources"}
    marks = set(re.findall(r"<!-- begin: ([\w-]+) -->", pages))
    assert marks - written_by_hand == module("docs.generate.pages").SECTIONS.keys()


def test_likelihoods_and_exponents_are_as_near_to_exact_as_the_pages_say(module):
    paths = module("docs.generate.sources")
    likelihoods = pd.read_csv(paths.STUDIES / "likelihoods.csv")
    network = likelihoods[likelihoods["source"] == "MultiscaleAR"]
    deviation = (network["free_energy"] - network["exact"]).abs()
    assert len(network) == 32
    assert deviation.max() < 0.0005
    errors = (deviation / network["free_energy_error"]).round(1)
    assert errors.nlargest(2).tolist() == [4.1, 3.1]
    shares = network["effective_sample_size_share"]
    assert (shares.min().round(2), shares.max().round(2)) == (0.43, 0.92)
    ours = pd.read_csv(paths.FIELD / "ours.csv")
    of_network = (ours["method"] == "MultiscaleAR") & (ours["lattice_size"] == 32)
    weighted = ours[of_network & (ours["quantity"] == "free energy by weights, minus exact")]
    assert (weighted["value"] / weighted["error"]).round(1).tolist() == [0.8, -2.2]
    scaled = pd.read_csv(paths.SNAPSHOT / "finite_size.csv", index_col="quantity")
    known = {"critical_temperature": CRITICAL_TEMPERATURE, "nu": 1, "eta": 0.25}
    page = (ROOT / "docs" / "guide" / "finite-size.md").read_text()
    for name, value in known.items():
        found, error = scaled["value"][name], scaled["error"][name]
        assert abs(found - value) < 3 * error
        shown = module("docs.generate.markdown").with_error(found, error)
        assert f" = {shown}" in page


def test_links_lead_to_files_and_headings(module):
    seen = 0
    for page in module("docs.generate.sources").PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for path, heading in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
            target = page.parent / path if path else page
            assert target.is_file(), f"{page}: {path}"
            heads = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE) if heading else []
            names = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
            assert not heading or heading in names, f"{page}: {heading}"
            seen += 1
    assert seen > 100


@pytest.mark.parametrize("folder", ["benchmarks", "studies"])
def test_every_benchmark_and_study_is_on_its_page(folder):
    page = (ROOT / "docs" / "results" / "speed.md").read_text()
    paths = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / folder).rglob("*.py")]
    scripts = [path for path in paths if "__main__" in (ROOT / f"{path}.py").read_text()]
    assert scripts
    for path in scripts:
        name = ".".join(path.parts).removesuffix(".__main__")
        assert f"| `{name}` |" in page


def test_every_module_that_is_to_be_run_is_there(module):
    pages = [*module("docs.generate.sources").PAGES, ROOT / "Makefile"]
    for page in pages:
        for name in set(re.findall(r"python3? -m ((?!pip\b)[\w.]+)", page.read_text())):
            path = Path(*name.split("."))
            places = [place / path for place in (ROOT, ROOT / "src")]
            assert any(
                place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()
                for place in places
            ), f"{page.name}: {name}"


def test_the_tables_of_keys_have_every_key_with_what_it_may_be(module):
    tables = module("docs.generate.config_keys").tables()
    rows = {line.split("`")[1]: line for line in tables.splitlines() if line.startswith("| `")}
    schema = module("workflow.scripts.write_schema").content()
    keys = {key for section in schema["$defs"].values() for key in section["properties"]}
    assert keys - {"network"} <= {key.split(".")[-1] for key in rows}
    assert '| `device` | `auto`, `cpu`, `cuda` | `"auto"` | auto: a GPU if available |' in tables
    assert "| `weight_clip` | number above 0 | `0.01` |" in rows["weight_clip"]
    assert "| list of whole numbers from 4 to 4096, 3 or more |" in rows["lattice_sizes"]
    assert tables.count("<details>") == tables.count("</details>") == 20
