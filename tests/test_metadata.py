"""What catalogs and citation tools read says what the project says."""

from pathlib import Path

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
