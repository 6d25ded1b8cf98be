"""The site builds without a warning, and its pages work in a browser without a network."""

import subprocess
import sys
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from ..browser import chromium

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = (1400, 1024, 500)
"""A desktop, a tablet, and a narrow window, in pixels."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Give the site; its notebooks, which test_notebooks.py executes, have no outputs."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet"]
    places = ["-d", folder / "doctrees", ROOT / "docs", folder / "html"]
    done = subprocess.run(
        [*command, "-D", "nb_execution_mode=off", *map(str, places)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Give a browser; where none is and none can be installed, the tests of pages are skipped."""

    def give_up(what, said=""):
        pytest.skip(f"{what} {said}")

    with chromium(tmp_path_factory.mktemp("browser"), give_up) as driver:
        yield driver


def pages(site):
    """Return every page that a source file in docs/ is of."""
    sources = (ROOT / "docs").rglob("*.md")
    return [(site / path.relative_to(ROOT / "docs")).with_suffix(".html") for path in sources]


def errors(browser):
    """Return what the browser says of a page, but for MathJax, which it has from the network."""
    return [
        entry["message"]
        for entry in browser.get_log("browser")
        if entry["level"] == "SEVERE" and "cdn.jsdelivr.net" not in entry["message"]
    ]


def test_every_page_is_built(site):
    missing = [page for page in pages(site) if not page.is_file()]
    assert not missing
    assert len(pages(site)) > 35


def test_every_page_shows_its_pictures_and_stays_in_its_window(site, browser):
    for page in pages(site):
        browser.set_window_size(WIDTHS[0], 900)
        browser.get(page.as_uri())
        assert browser.find_element(By.TAG_NAME, "h1").text, page
        broken = browser.execute_script(
            "return [...document.images].filter(i => !i.naturalWidth).map(i => i.src)"
        )
        assert not broken, page
        assert not errors(browser), page
        for width in WIDTHS:
            browser.set_window_size(width, 900)
            over = browser.execute_script(
                "return document.documentElement.scrollWidth - window.innerWidth"
            )
            assert over <= 0, f"{page.name} is {over} wider than its window at {width}"


def follow(browser, by, selector):
    """Open what a link that is seen leads to."""
    link = browser.find_element(by, selector)
    assert link.is_displayed()
    browser.get(link.get_attribute("href"))
    return browser.find_element(By.TAG_NAME, "h1").text


def test_a_reader_finds_the_page_on_own_frames(site, browser):
    browser.set_window_size(WIDTHS[0], 900)
    browser.get((site / "index.html").as_uri())
    assert follow(browser, By.LINK_TEXT, "Start").startswith("Start")
    own = follow(browser, By.CSS_SELECTOR, "article a[href='own-frames.html']")
    assert own.startswith("Judge your own frames")
    judging = follow(browser, By.CSS_SELECTOR, "article a[href='../guide/judging.html']")
    assert judging.startswith("Judging")


def test_keys_are_found_in_their_folded_table(site, browser):
    browser.get((site / "reference" / "config.html").as_uri())
    cell = browser.find_element(By.XPATH, "//td[normalize-space()='batch_size']")
    assert not cell.is_displayed()
    cell.find_element(By.XPATH, "ancestor::details/summary").click()
    assert cell.is_displayed()


def test_the_api_names_every_public_name(site, browser):
    import ising_fidelity

    browser.get((site / "reference" / "api.html").as_uri())
    ids = {one.get_attribute("id") for one in browser.find_elements(By.CSS_SELECTOR, "dt[id]")}
    assert {f"ising_fidelity.{name}" for name in ising_fidelity.__all__} <= ids
