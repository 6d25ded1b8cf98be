"""What catalogs and citation tools read says what the project says."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import ising_fidelity
from ising_fidelity.io import provenance

ROOT = Path(__file__).resolve().parents[1]


def test_the_citation_names_this_version_and_the_paper():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == ising_fidelity.__version__
    (paper,) = citation["references"]
    assert paper["title"] in provenance.REFERENCES
    for author in paper["authors"]:
        assert author["family-names"] in provenance.REFERENCES


def test_the_catalog_is_told_flags_that_exist():
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    _, profile = usage["mandatory-flags"]["flags"].split()
    assert (ROOT / profile / "config.yaml").is_file()
    assert usage["software-stack-deployment"]["conda"] == (ROOT / "envs").is_dir()
    assert usage["report"]


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/*.yml"),
        ("citation-file-format", "CITATION.cff"),
    ],
)
def test_what_others_read_fits_its_schema(schema, pattern):
    files = sorted(map(str, ROOT.glob(pattern)))
    assert files
    command = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [command, "--builtin-schema", f"vendor.{schema}", *files],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflows_test_every_python_that_is_supported():
    matrix = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
    pythons = matrix["jobs"]["tests"]["strategy"]["matrix"]["python"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [one.rsplit(" ", 1)[1] for one in project["classifiers"] if "Python :: 3." in one]
    assert pythons == named
