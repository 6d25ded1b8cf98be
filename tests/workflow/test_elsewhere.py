"""A run in another folder than the project's: snakemake --snakefile PROJECT/Snakefile."""

import subprocess

import pytest
import yaml

from .conftest import Project, copy_of_the_workflow

pytestmark = pytest.mark.workflow


@pytest.fixture
def home(tmp_path):
    """Give the project's folder, whose path is several words to a shell."""
    folder = tmp_path / "a b (c)" / "it's & co"
    folder.mkdir(parents=True)
    return copy_of_the_workflow(folder).folder


@pytest.fixture
def elsewhere(tmp_path, home):
    """Give a folder that has nothing in it, and where the preset is."""
    folder = tmp_path / "else where"
    folder.mkdir()
    return Project(folder, [str(home / "workflow" / "presets" / "tiny.yaml")])


def test_the_projects_config_counts_where_there_is_none_and_the_run_is_recorded(home, elsewhere):
    done = elsewhere.snakemake("--snakefile", str(home / "Snakefile"), "--until", "solve")
    assert done.returncode == 0, done.stdout + done.stderr
    results = elsewhere.folder / "results" / "tiny"
    assert (results / "exact.nc").is_file()
    check = ["sha256sum", "--check", "--strict", "provenance/checksums.sha256"]
    subprocess.run(check, cwd=results, check=True, capture_output=True)
    unknown = f"warning: the commit of the workflow is not known: {home} is no checkout"
    assert done.stderr.count(unknown) == 1
    assert not (home / "results").exists()


def test_a_config_of_the_folder_itself_counts_before_the_projects(home, elsewhere):
    config = yaml.safe_load((home / "config.yaml").read_text())
    (elsewhere.folder / "config.yaml").write_text(yaml.safe_dump(config | {"run": "mine"}))
    own = Project(elsewhere.folder)
    options = ("--snakefile", str(home / "Snakefile"), "--dry-run", "--until", "solve")
    done = own.snakemake(*options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "results/mine/exact.nc" in done.stdout


def test_a_folder_of_the_run_that_cannot_be_written_to_is_one_line_before_any_job(home, elsewhere):
    """A file is in its place, as nothing is closed to root."""
    logs = elsewhere.folder / "results" / "tiny" / "logs"
    logs.parent.mkdir(parents=True)
    logs.touch()
    done = elsewhere.snakemake("--snakefile", str(home / "Snakefile"), "--until", "solve")
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last == "results/tiny/logs/solve.log: cannot be written (Not a directory)"
    assert not (logs.parent / "exact.nc").exists()
