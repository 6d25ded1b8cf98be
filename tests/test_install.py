"""The project can be installed wherever it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READ = ("Makefile", "constraints.txt", "pyproject.toml", "setup.py")
STAND_IN = """#!/bin/sh
exec "{python}" -m pip install --dry-run --no-index --no-deps pip
"""
"""A Python that installs nothing, by a pip that reads the constraints."""


def test_the_constraints_are_found_whatever_the_folder_is_called(tmp_path):
    folder = tmp_path / "a b (c)" / "it's & co"
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    for name in READ:
        shutil.copy(ROOT / name, folder)
    python.write_text(STAND_IN.format(python=sys.executable))
    python.chmod(0o755)
    # Not of the make that this may run in.
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    done = subprocess.run(
        ["make", "install", f"PYTHON={sys.executable}"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (folder / ".venv" / "installed").exists()
