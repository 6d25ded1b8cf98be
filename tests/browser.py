"""Debian's Chromium, for tests that open pages."""

import shutil
from contextlib import contextmanager

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from .debian import install

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
    # A page that asks the network for anything has an error in its log.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1600,1000",
)


@contextmanager
def chromium(folder, give_up):
    """Give a browser that nobody has used, whose files are in a folder of its own."""
    install(PACKAGES, give_up)
    browser_path, driver_path = map(shutil.which, PACKAGES)
    options = webdriver.ChromeOptions()
    options.binary_location = browser_path
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with webdriver.Chrome(options, Service(driver_path)) as driver:
        yield driver
