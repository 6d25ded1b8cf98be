"""conda environments and the lock for pip say the same versions."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from .workflow.environments import NAMES

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
UNPINNED = {"c-compiler", "pip", "python"}


def locked():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines if "==" in line)
    return {name.lower().replace("_", "-"): version for name, version in pairs}


def pinned(path):
    dependencies = yaml.safe_load(path.read_text())["dependencies"]
    pairs = (entry.partition(" =")[::2] for entry in dependencies)
    return {name: version for name, version in pairs if name not in UNPINNED}


def test_there_is_one_environment_per_concern():
    names = {path.stem for path in ENVIRONMENTS}
    assert names == {"analysis", "montecarlo", "torch", "torch-cuda"}


def test_the_environments_of_models_differ_in_the_build_of_torch_alone():
    files = (ROOT / "envs" / f"{name}.yaml" for name in ("torch", "torch-cuda"))
    plain, cuda = (yaml.safe_load(path.read_text()) for path in files)
    (build,) = set(cuda["dependencies"]) - set(plain["dependencies"])
    (other,) = set(plain["dependencies"]) - set(cuda["dependencies"])
    assert build == f"{other}=cuda*"
    cuda["dependencies"] = plain["dependencies"]
    assert cuda == plain


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_versions_are_the_locked_ones(path):
    versions = locked()
    for name, version in pinned(path).items():
        known = versions[NAMES.get(name, name)]
        assert version.removesuffix("=cuda*") == re.sub(r"\.post\d+$", "", known), name
    assert path.with_suffix(".post-deploy.sh").is_file()


def test_every_direct_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[<>=\[]", entry)[0].lower() for group in groups for entry in group}
    assert names - {"ising-fidelity"} <= locked().keys()  # whose extras name each other


def test_every_rule_names_an_environment_that_is_there():
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        for name in re.findall(r'"(\S+\.yaml)"', path.read_text()):
            if "envs" in name:
                assert (path.parent / name).is_file(), (path, name)
