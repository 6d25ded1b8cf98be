"""What a run says of its files: checksums, the graph of rules, a research object."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version

import pandas as pd
import pytest
import xarray as xr
import yaml
from rocrate.rocrate import ROCrate

import ising_fidelity
from ising_fidelity.config.load import load
from ising_fidelity.io import netcdf

from .conftest import ROOT, copy_of_the_workflow

pytestmark = pytest.mark.workflow
TERMS = {
    "@id", "@type", "about", "author", "conformsTo", "contentSize", "datePublished", "description",
    "encodingFormat", "endTime", "hasPart", "instrument", "license", "mentions", "name", "object",
    "publisher", "result", "softwareVersion",
}  # fmt: skip


@pytest.fixture
def results(finished):
    return finished.folder / "results" / "tiny"


def products(results):
    """Return the names of what the run has made."""
    files = {path.relative_to(results) for path in results.rglob("*") if path.is_file()}
    others = ("logs", "benchmarks", "provenance", "ro-crate-metadata.json")
    return {path.as_posix() for path in files if path.parts[0] not in others}


def test_a_whole_run_needs_no_network(results):
    """The fixture made it where there is none, to the record that is written last."""
    assert (results / "fidelity.nc").is_file()
    assert (results / "ro-crate-metadata.json").is_file()


def test_every_product_has_its_checksum(results):
    command = ["sha256sum", "--check", "--strict", "provenance/checksums.sha256"]
    done = subprocess.run(command, cwd=results, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {line.removesuffix(": OK") for line in done.stdout.splitlines()} == products(results)


def test_the_research_object_lists_what_was_made_of_what_and_by_what(results):
    crate = ROCrate(results)
    assert "https://w3id.org/ro/crate/1.1" in str(crate.metadata["conformsTo"])
    for name in ("name", "description", "license", "datePublished"):
        assert crate.root_dataset[name]
    run = crate.dereference("#run")
    assert run.type == "CreateAction"
    assert run["instrument"]["softwareVersion"] == ising_fidelity.__version__
    assert {entity.id for entity in run["result"]} == products(results)
    assert all(len(entity["sha256"]) == 64 for entity in run["result"])
    recorded = {entity.id for entity in run["object"]}
    assert {"provenance/config.yaml", "provenance/versions.txt", "provenance/rules.dot"} <= recorded


def test_own_files_are_in_the_checksums_and_in_the_research_object(results, tmp_path):
    """They lie outside the run's folder: the crate describes them, and holds none of them."""
    folder = tmp_path / "results" / "tiny"
    shutil.copytree(results, folder)
    config = yaml.safe_load((folder / "provenance" / "config.yaml").read_text())
    config["sources"] = {"mine": {"frames": "own/T{T}.nc"}}
    (folder / "provenance" / "config.yaml").write_text(yaml.safe_dump(config))
    (tmp_path / "own").mkdir()
    names = {f"T{T}.nc" for T in config["temperatures"]}
    for name in names:
        (tmp_path / "own" / name).write_text(f"frames {name}")
    script = ROOT / "workflow" / "scripts" / "record_run.py"
    subprocess.run([sys.executable, str(script), "results/tiny"], cwd=tmp_path, check=True)
    command = ["sha256sum", "--check", "--strict", "provenance/checksums.sha256"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    own = {f"../../own/{name}" for name in names}
    listed = {line.removesuffix(": OK") for line in done.stdout.splitlines()}
    assert listed == products(folder) | own
    crate = ROCrate(folder)
    described = {entity.id: entity for entity in crate.dereference("#run")["object"]}
    for name in names:
        entity = described[f"#mine/{name}"]
        content = (tmp_path / "own" / name).read_bytes()
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
        assert entity["name"] == f"frames of the source mine: own/{name}"
    assert {entity.id for entity in crate.dereference("#run")["result"]} == products(folder)


def test_every_key_of_the_research_object_is_a_term(results):
    """Validators refuse others: they are of RO-Crate's own context, or defined beside it."""
    document = json.loads((results / "ro-crate-metadata.json").read_text())
    context, own = document["@context"]
    assert context == "https://w3id.org/ro/crate/1.1/context"
    keys = {key for entity in document["@graph"] for key in entity}
    assert keys - TERMS - own.keys() == set()
    assert all(meaning.startswith("https://w3id.org/") for meaning in own.values())


def test_a_commit_that_is_not_known_is_said_to_be(results):
    """The run's workflow is a copy without its history."""
    text = (results / "provenance" / "commit").read_text()
    assert text.startswith("not known: ")
    assert text.endswith("is no checkout\n")


def test_the_graph_of_rules_is_kept(results):
    text = (results / "provenance" / "rules.dot").read_text()
    assert text.startswith("digraph")
    for before, after in (("simulate", "train"), ("train", "sample"), ("merge", "score")):
        assert f'"{before}" -> "{after}";' in text


def write_config(folder):
    (folder / "provenance").mkdir()
    run = load([ROOT / "config.yaml"]).plain()
    (folder / "provenance" / "config.yaml").write_text(yaml.safe_dump(run))


def record(folder):
    script = ROOT / "workflow" / "scripts" / "record_run.py"
    return subprocess.run(
        [sys.executable, str(script), str(folder)], capture_output=True, text=True, check=False
    )


def test_frames_that_are_not_independent_are_named_in_the_last_line_of_a_run(tmp_path):
    columns = {"independence_p_value": 1e-30, "energy_lag_1_autocorrelation": 0.8}
    columns |= {"number_of_frames": 200.0}
    group = xr.Dataset(
        {name: ("temperature", [value]) for name, value in columns.items()},
        coords={"temperature": [2.3]},
        attrs={"sampling": "independent"},
    )
    write_config(tmp_path)
    netcdf.write(xr.DataTree.from_dict({"mine": group}), tmp_path / "fidelity.nc")
    done = record(tmp_path)
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        "warning: mine: Its frames are labelled independent, but successive ones are"
    )


@pytest.mark.parametrize("lacking", [0, 1])
def test_a_run_whose_scores_lack_numbers_ends_with_an_error_after_all_is_recorded(
    lacking, tmp_path
):
    rows = {"source": "mine", "temperature": ["2.30", "2.40"], "quantity": "specific_heat"}
    pd.DataFrame(rows | {"not_compared": [0, lacking]}).to_csv(tmp_path / "scores.csv")
    write_config(tmp_path)
    done = record(tmp_path)
    assert done.returncode == lacking, done.stderr
    assert "scores.csv" in (tmp_path / "provenance" / "checksums.sha256").read_text()
    assert (tmp_path / "ro-crate-metadata.json").exists()
    assert (
        done.stderr.splitlines()[: 2 * lacking]
        == [
            "mine: Not compared: C at 1 of 2 temperatures, T = 2.40.",
            "not everything could be compared; all files of the run were written",
        ][: 2 * lacking]
    )


def test_no_other_commit_is_recorded_and_versions_without_pip(tmp_path):
    """A copy without a history lies in someone's repository; environments of uv have no pip."""
    for command in (["init"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-m", "one"]):
        empty = ["--allow-empty"] if "commit" in command else []
        subprocess.run(["git", *command, "--quiet", *empty], cwd=tmp_path, check=True)
    (tmp_path / "without" / "pip").mkdir(parents=True)
    (tmp_path / "without" / "pip" / "__init__.py").write_text("raise ImportError")
    (tmp_path / "copy").mkdir()
    project = copy_of_the_workflow(tmp_path / "copy")
    project.configs.append("workflow/presets/tiny.yaml")
    path = os.pathsep.join([str(tmp_path / "without"), os.environ.get("PYTHONPATH", "")])
    # Docstrings are none with -OO, which the script that records a run was called with, too.
    optimized = replace(project, environment={"PYTHONPATH": path, "PYTHONOPTIMIZE": "2"})
    done = optimized.snakemake("--until", "solve")
    assert done.returncode == 0, done.stdout + done.stderr
    provenance = tmp_path / "copy" / "results" / "tiny" / "provenance"
    assert (provenance / "commit").read_text().startswith("not known: ")
    assert f"numpy=={version('numpy')}\n" in (provenance / "versions.txt").read_text()
    assert "exact.nc" in (provenance / "checksums.sha256").read_text()
