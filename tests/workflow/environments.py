"""What a step finds in its conda environment, played with the packages that are installed here."""

import re
import sys
from importlib import metadata
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"pytorch": "torch", "matplotlib-base": "matplotlib"}
OURS = "ising-fidelity"
WITHOUT = """import sys
from importlib.machinery import PathFinder

MISSING = {missing!r}


class Environment(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name in MISSING else super().find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = Environment
"""
STAND_IN = """#!/bin/sh
case $1 in
{cases}
*) echo "no environment for $1" >&2; exit 9 ;;
esac
PYTHONPATH="{folder}/$environment${{PYTHONPATH:+:$PYTHONPATH}}" exec "{command}" "$@"
"""


def normal(name):
    """Return a distribution's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(names):
    """Return distributions and all that they require."""
    found, left = set(), [normal(NAMES.get(name, name)) for name in names]
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # of other systems or versions of Python
            continue
        plain = (entry for entry in required if "extra ==" not in entry)
        left += [normal(re.match(r"[\w.-]+", entry)[0]) for entry in plain]
    return found


def missing(environment):
    """Return the modules that are installed here and would not be in an environment."""
    entries = yaml.safe_load((ROOT / "envs" / f"{environment}.yaml").read_text())["dependencies"]
    there = closure([entry.split()[0] for entry in entries]) | {OURS}
    return sorted(
        module
        for module, distributions in metadata.packages_distributions().items()
        if not there & {normal(name) for name in distributions}
    )


def environment_of():
    """Return the environment of each verb, as its rules have it."""
    found = {}
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        named = re.search(r"^ +conda:\n +(\S+)", path.read_text(), re.MULTILINE)
        if named:
            place = re.search(r"envs/(\w+)\.yaml", named[1])
            found[path.stem] = place[1] if place else named[1].lower()
    return found


def stand_in(folder):
    """Write an ``ising-fidelity`` whose verbs find their environments; return where it is."""
    of = environment_of()
    for environment in set(of.values()):
        (folder / environment).mkdir(parents=True)
        text = WITHOUT.format(missing=missing(environment))
        (folder / environment / "sitecustomize.py").write_text(text)
    cases = "\n".join(f"{verb}) environment={name} ;;" for verb, name in of.items())
    path = folder / "bin" / OURS
    path.parent.mkdir()
    command = Path(sys.executable).parent / OURS
    path.write_text(STAND_IN.format(cases=cases, folder=folder, command=command))
    path.chmod(0o755)
    return path.parent
