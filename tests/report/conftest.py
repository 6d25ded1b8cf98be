"""Reports of the finished smoke run, and Debian's Chromium to open them in."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from ..debian import install

ROOT = Path(__file__).resolve().parents[2]
PRESET = "workflow/presets/smoke.yaml"
# Two figures are left in one of the categories, as there are in the default run.
FEWER = "figures: {memory: null}"
PACKAGES = {"chromium": "chromium", "chromedriver": "chromium-driver"}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A report that asks the network for anything has an error in its log.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1600,1000",
)


def give_up(what, said=""):
    pytest.fail(f"No report could be opened: {what}.\n{said}", pytrace=False)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Give a browser that nobody has used."""
    install(PACKAGES, give_up)
    browser_path, driver_path = map(shutil.which, PACKAGES)
    options = webdriver.ChromeOptions()
    options.binary_location = browser_path
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with webdriver.Chrome(options, Service(driver_path)) as driver:
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
