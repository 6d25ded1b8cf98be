"""Reports of the finished smoke run, and Debian's Chromium to open pages in."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ..browser import chromium

ROOT = Path(__file__).resolve().parents[2]
PRESET = "workflow/presets/smoke.yaml"
# Two figures are left in one of the categories, as there are in the default run.
FEWER = "figures: {memory: null}"


def give_up(what, said=""):
    pytest.fail(f"No report could be opened: {what}.\n{said}", pytrace=False)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Give a browser that nobody has used."""
    with chromium(tmp_path_factory.mktemp("browser"), give_up) as driver:
        yield driver


def make(path, *configs):
    """Make a report of the smoke run."""
    command = [sys.executable, "-m", "snakemake", "--report", str(path), "--configfile", PRESET]
    done = subprocess.run(
        [*command, *configs], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        give_up("there must be a finished smoke run: make smoke", done.stdout + done.stderr)


@pytest.fixture(scope="session", params=["report.zip", "report.html"])
def report(request, tmp_path_factory):
    """Give the page of a report and the configs that it is of."""
    folder = tmp_path_factory.mktemp("report")
    path = folder / request.param
    configs = [PRESET]
    if path.suffix == ".html":
        fewer = folder / "fewer.yaml"
        fewer.write_text(FEWER)
        configs.append(str(fewer))
    make(path, *configs[1:])
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        path = folder / "report" / "report.html"
    return path, configs
