"""The record of a run says which code made it, or why that is not known."""

import re
import subprocess
from importlib import metadata

import pytest

from ising_fidelity.run import record


def checkout(folder):
    """Make a checkout of one commit; return what git calls that."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (["init", "-q"], [*identity, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path):
    """Give a folder whose path is several words to a shell."""
    folder = tmp_path / "a b (c)" / "it's & co"
    folder.mkdir(parents=True)
    return folder


def test_the_commit_is_that_of_the_folder(project):
    commit = checkout(project)
    assert record.commit_of(project) == commit
    (project / "new.txt").write_text("not tracked")
    assert record.commit_of(project) == commit


def test_the_commit_of_a_checkout_that_another_user_owns_is_known(project, monkeypatch):
    commit = checkout(project)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert record.commit_of(project) == commit


def test_a_checkout_around_the_folder_is_not_that_of_the_workflow(project):
    checkout(project.parent)
    assert record.commit_of(project) == f"not known: {project} is no checkout"


def test_where_there_is_no_commit_the_reason_is_said(project, monkeypatch):
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / ".git" / "HEAD").unlink()
    said = record.commit_of(project)
    assert said.startswith("not known: not a git repository")
    assert "\n" not in said
    monkeypatch.setenv("PATH", str(project))
    assert record.commit_of(project).startswith("not known: git cannot be run")


def test_every_package_is_listed_with_its_version():
    lines = record.versions().splitlines()
    assert f"numpy=={metadata.version('numpy')}" in lines
    assert all(re.fullmatch(r"[\w.-]+==\S+", line) for line in lines)
