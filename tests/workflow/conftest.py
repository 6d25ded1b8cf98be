"""A finished tiny run in a folder of its own, and Snakemake to ask what it would do."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import yaml

from ..shared import made_once

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("Snakefile", "config.yaml", "workflow", "envs", "resources")


@dataclass
class Project:
    """A copy of the project's workflow."""

    folder: Path
    configs: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def snakemake(self, *arguments, within=()):
        """Run Snakemake, in namespaces of its own if asked for, and return what it did and said."""
        configs = ["--configfile", *self.configs] if self.configs else []
        command = [sys.executable, "-m", "snakemake", "--cores", "2", "--scheduler", "greedy"]
        scripts = str(Path(sys.executable).parent)
        path = scripts + os.pathsep + os.environ["PATH"]
        return subprocess.run(
            [*within, *command, *arguments, *configs],
            cwd=self.folder,
            env=os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"} | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def plan(self, *arguments):
        """Return how many jobs of which rule a run would have, without the target rule."""
        done = self.snakemake("--dry-run", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        table = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\ntotal", done.stdout, re.DOTALL)
        if table is None:
            assert "Nothing to be done" in done.stdout + done.stderr
            return {}
        rows = (line.split() for line in table[1].splitlines())
        counts = Counter({rule: int(count) for rule, count in rows})
        counts.pop("all", None)
        return dict(counts)

    def lay_over(self, **changes):
        """Lay one more config over the others."""
        path = self.folder / f"change{len(self.configs)}.yaml"
        path.write_text(yaml.safe_dump(changes))
        return Project(self.folder, [*self.configs, path.name], self.environment)


def copy_of_the_workflow(folder):
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part)
        else:
            shutil.copy(source, folder / part)
    return Project(folder)


@pytest.fixture
def fresh(tmp_path):
    """Give the workflow without any results."""
    return copy_of_the_workflow(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Give a run of the tiny preset; tests may ask it for plans but not run it.

    Its folder has a name that is several words to a shell.
    """

    def make(folder):
        project = copy_of_the_workflow(folder)
        project.configs.append("workflow/presets/tiny.yaml")
        done = project.snakemake()
        assert done.returncode == 0, done.stdout + done.stderr
        (folder / "said.txt").write_text(done.stderr + done.stdout)
        return project

    made = made_once(tmp_path_factory, "tiny (it's & co)", make)
    # For each process a folder of its own: their plans may write to it.
    own = tmp_path_factory.mktemp("a b (c)") / "it's & co"
    shutil.copytree(made.folder, own, symlinks=True)
    return replace(made, folder=own)
