"""In a browser, the page of the finished smoke run answers clicks, keys and every width."""

import io
from pathlib import Path

import pytest
from matplotlib import image as images
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from .conftest import give_up

PAGE = Path(__file__).resolve().parents[2] / "results" / "smoke" / "scores.html"
SAVED = """
window.saved = [];
URL.createObjectURL = blob => (blob.text().then(text => window.saved.push(text)), "blob:none");
HTMLAnchorElement.prototype.click = function () { window.saved.name = this.download; };
"""


@pytest.fixture
def page(browser):
    """Open the page; at the end nothing has gone wrong in it, nor was asked of a network."""
    if not PAGE.exists():
        give_up("there must be a finished smoke run: make smoke")
    browser.get_log("browser")
    browser.get(PAGE.as_uri())
    yield browser
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def one(page, selector):
    return page.find_element(By.CSS_SELECTOR, selector)


def every(page, selector):
    return page.find_elements(By.CSS_SELECTOR, selector)


def test_a_cell_tells_of_its_worst_z_and_leads_to_its_frames(page):
    button = one(page, "#matrix button[data-source='DiffIsing2']")
    told = one(page, "#told")
    assert "z = " not in told.text
    ActionChains(page).move_to_element(button).perform()
    assert told.text == one(page, "#matrix td:has(button[data-source='DiffIsing2'])").get_attribute(
        "title"
    )
    assert "worst at T = " in told.text
    page.execute_script("arguments[0].focus()", every(page, "#matrix button")[-1])
    assert told.text.startswith("mc-paper")
    button.send_keys(Keys.ENTER)
    assert Select(one(page, "#source")).first_selected_option.text == "DiffIsing2"
    T = button.get_attribute("data-worst")
    assert Select(one(page, "#temperature")).first_selected_option.text == T
    assert one(page, "#shown").text == f"DiffIsing2 at T = {T}: 20 frames"


def test_the_explorer_draws_what_is_chosen(page):
    source, temperature = Select(one(page, "#source")), Select(one(page, "#temperature"))
    seen = set()
    for name in ("mc", "DiffIsing1"):
        for T in ("1.60", "3.00"):
            source.select_by_visible_text(name)
            temperature.select_by_visible_text(T)
            pixels = images.imread(io.BytesIO(one(page, "#first").screenshot_as_png))[..., :3]
            assert pixels.std() > 0.01
            figures = [one(page, f"#{place} svg") for place in ("u-histogram", "m-histogram")]
            figures += [one(page, f"#{place} svg") for place in ("correlation", "structure")]
            assert all(figure.find_elements(By.CSS_SELECTOR, ".bar, .own") for figure in figures)
            seen.add("".join(figure.get_attribute("innerHTML") for figure in figures))
    assert len(seen) == 4
    # The reference is not drawn twice.
    source.select_by_visible_text("mc")
    assert not every(page, "#explorer svg .other")


def test_claims_are_filtered_by_verdict_and_by_words(page):
    rows = every(page, "#claims-table tbody tr")
    one(page, "#filter input[value='undecided']").click()
    shown = [row for row in rows if row.is_displayed()]
    assert 0 < len(shown) < len(rows)
    assert {row.get_attribute("data-verdict") for row in shown} <= {"confirmed", "refuted"}
    one(page, "#containing").send_keys("specific heat")
    fewer = [row for row in rows if row.is_displayed()]
    assert 0 < len(fewer) < len(shown)
    assert all("specific heat" in row.text.lower() for row in fewer)
    assert one(page, "#matching").text == f"{len(fewer)} of {len(rows)} claims"


def test_tables_are_sorted_by_a_click_and_saved(page):
    head = one(page, "#matrix thead th:last-child")
    for order in ("ascending", "descending"):
        head.find_element(By.TAG_NAME, "button").click()
        assert head.get_attribute("aria-sort") == order
        cells = [cell.text for cell in every(page, "#matrix tbody td:last-child")]
        counts = [int(text) for text in cells if text != "none"]
        assert counts == sorted(counts, reverse=order == "descending")
        assert cells[len(counts) :] == ["none"] * (len(cells) - len(counts))
    page.execute_script(SAVED)
    one(page, "#matrix button.csv").click()
    (text,) = page.execute_async_script("setTimeout(() => arguments[0](window.saved), 100)")
    lines = text.splitlines()
    assert lines[0].startswith("source,u,C,|m|,χ")
    assert len(lines) == 1 + len(every(page, "#matrix tbody tr"))
    assert (
        page.execute_script("return window.saved.name")
        == "temperatures_that_pass_of_those_compared.csv"
    )


def test_every_fold_opens_and_holds_what_can_be_seen(page):
    folds = every(page, "main > details")
    assert len(folds) >= 4
    for fold in folds:
        if fold.get_attribute("open") is None:
            fold.find_element(By.TAG_NAME, "summary").click()
        inside = fold.find_elements(By.CSS_SELECTOR, "table, li, details")
        assert inside[0].is_displayed()
    assert len(every(page, "table.z.data")) > 20


@pytest.mark.parametrize("width", [1400, 900, 400])
def test_no_width_hides_anything_at_the_side(page, width):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
