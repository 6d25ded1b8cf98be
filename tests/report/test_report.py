"""In a browser, a report shows every figure with its caption, the scores and the runtimes."""

import io
from pathlib import Path

import pytest
from matplotlib import image as images
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from ising_fidelity.config.load import load
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.run.figures import drawn_figures
from ising_fidelity.run.paths import Paths

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20  # seconds until what was clicked must be there
# The menu grows slowly, and what is clicked on must not move away.
AT_ONCE = """
const style = document.createElement("style");
style.textContent = "* { transition: none !important }";
document.head.append(style);
"""


@pytest.fixture(scope="module")
def run(report):
    return load([ROOT / "config.yaml", *(ROOT / path for path in report[1])])


@pytest.fixture
def page(report, browser):
    """Open a report; at the end nothing has gone wrong in it."""
    browser.get_log("browser")
    browser.get(report[0].as_uri())
    browser.execute_script(AT_ONCE)
    yield Page(browser)
    browser.switch_to.default_content()
    wrong = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert wrong == []


class Page:
    """A report as a reader has it: what there is to click on, and what is seen then."""

    def __init__(self, browser):
        self.browser = browser
        self.soon = WebDriverWait(browser, PATIENCE).until

    def find(self, selector):
        """Return what is there, soon."""
        return self.soon(lambda browser: browser.find_element(By.CSS_SELECTOR, selector))

    def menu(self, label):
        """Click on an entry of the menu, which is opened first."""
        self.find("nav ol li a").click()
        entry = f"//nav//ul//a[.//span[text()='{label}']]"
        self.soon(lambda browser: browser.find_element(By.XPATH, entry)).click()

    def categories(self):
        """Return the entries of the menu that hold results."""
        self.find("nav ol li a").click()
        return [item.text for item in self.browser.find_elements(By.CSS_SELECTOR, "nav ul li")]

    def row(self, label):
        """Return the buttons of a result in the list that is open: show it, tell of it."""
        row = f'//tr[td[text()="{label}"]]'
        return self.browser.find_elements(By.XPATH, f"{row}//a")

    def rows(self):
        """Return the labels of the results in the list that is open."""
        self.find("nav tbody tr")
        cells = self.browser.find_elements(By.CSS_SELECTOR, "nav tbody td:first-child")
        return [cell.text for cell in cells]

    def is_drawn(self, element):
        """Return whether more than one color is seen where an element is."""
        pixels = images.imread(io.BytesIO(element.screenshot_as_png))[..., :3]
        return pixels.std() > 0.01


def test_every_figure_is_rendered_in_its_category_under_its_caption(page, report, run):
    expected, captions = {}, Paths(run).plan.caption
    for name in drawn_figures(run):
        expected.setdefault(FIGURES[name].category, []).append(name)
    shown = page.categories()
    assert set(shown) >= {"Scores", *expected}
    for category, names in expected.items():
        page.menu(category)
        labels = {f"{name}: {FIGURES[name].title}": name for name in names}
        assert sorted(page.rows()) == sorted(labels)
        for label, name in labels.items():
            page.menu(category)
            page.row(label)[0].click()
            image = page.find(f"img[src*='{name}.png']")
            page.soon(lambda _, image=image: image.get_property("complete"))
            figure = images.imread(ROOT / "results" / run.run / "figures" / f"{name}.png")
            assert image.get_property("naturalHeight") == figure.shape[0], name
            assert image.get_property("naturalWidth") == figure.shape[1], name
            assert page.is_drawn(image), name
            page.row(label)[1].click()
            caption = page.find("nav .prose").text
            assert caption == captions(name)
    assert len(drawn_figures(run)) >= 25


def test_the_page_of_scores_opens_and_the_tables_have_captions(page):
    page.menu("Scores")
    (label,) = (row for row in page.rows() if row.startswith("verdicts"))
    page.row(label)[0].click()
    page.browser.switch_to.frame(page.find("iframe"))
    assert page.is_drawn(page.find("body"))
    text = page.find("body").text
    for word in ("DiffIsing2", "GAN-M", "confirmed"):
        assert word in text
    assert page.browser.find_elements(By.CSS_SELECTOR, "table")
    page.browser.switch_to.default_content()
    for label in page.rows():
        page.menu("Scores")
        page.row(label)[1].click()
        assert len(page.find("nav .prose").text) > 50


def test_runtimes_of_all_rules_and_their_graph_are_drawn(page, run):
    assert page.is_drawn(page.find("#rulegraph canvas"))
    assert f"L = {run.lattice_size}" in page.find(".prose").text
    page.menu("Statistics")
    for name in ("runtimes", "timeline"):
        assert page.is_drawn(page.find(f"#{name} canvas"))
    runtimes = page.browser.execute_script("return runtimes_spec.data.values")
    assert all(entry["runtime"] > 0 for entry in runtimes)
    rules = {entry["rule"] for entry in runtimes}
    assert rules >= {"simulate", "train", "sample", "measure", "compare", "merge", "score"}
    assert rules >= {f"plot_{name}" for name in drawn_figures(run)}
