"""Every notebook of the site, and the lines of README, run without an error or a warning."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("[!i]*.md"))
EXECUTE = """
import sys
import jupytext
from nbclient import NotebookClient

notebook = jupytext.read(sys.argv[1])
assert notebook.metadata["jupytext"]["text_representation"]["format_name"] == "myst"
NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
outputs = [output for cell in cells for output in cell.outputs]
said = [one for one in outputs if one.output_type == "stream" and one.name == "stderr"]
assert not said, said
print(len(cells), sum("image/png" in one.get("data", {}) for one in outputs))
"""
"""Print how many cells of code a notebook has, and how many pictures came of them."""


def run(folder, *command):
    """Run Python in a folder; return what it prints."""
    # A kernel writes beside its home's files; a command that ran in this process chose a backend.
    given = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=folder, capture_output=True, text=True,
        env=given | {"IPYTHONDIR": str(folder)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_three():
    assert len(NOTEBOOKS) == 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path, tmp_path):
    cells, pictures = map(int, run(tmp_path, "-c", EXECUTE, path).split())
    assert cells == path.read_text().count("```{code-cell}")
    assert cells >= 4
    assert pictures >= 1


def test_the_lines_of_the_readme_run(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 10
    printed = run(tmp_path, "-W", "error", "-c", code)
    assert "'Monte Carlo': 'indistinguishable'" in printed
    page = (tmp_path / "judgement.html").read_text()
    assert "<svg" in page or "<img" in page


def test_the_commands_of_the_readme_run(tmp_path):
    readme = (ROOT / "README.md").read_text().replace("\\\n", "")
    block = readme.split("## First verdict")[1].split("```")[1]
    for line in block.strip().splitlines():
        name, *words = line.split()
        assert name == "ising-fidelity"
        main = "from ising_fidelity.cli.main import main; main()"
        printed = run(tmp_path, "-c", main, *words)
    assert "Tests that pass, and temperatures at which each quantity passes, L = 32" in printed
    assert (tmp_path / "look" / "index.html").is_file()
