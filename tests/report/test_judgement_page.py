"""In a browser, the page of a judgement leads from its matrix to the frames."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

import ising_fidelity as ising


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    frames = {T: ising.simulate(L=8, T=1.2 * T, frames=50, seed=1) for T in (2.0, 2.6)}
    mine = {T: one.spins for T, one in frames.items()}
    path = tmp_path_factory.mktemp("judgement") / "index.html"
    ising.judge({"mine": mine}, workers=1, progress=False).to_html(path)
    return path.as_uri()


def test_a_cell_leads_to_the_frames_of_its_worst_temperature(browser, address):
    browser.get_log("browser")
    browser.get(address)
    for button in browser.find_elements(By.CSS_SELECTOR, "#matrix button[data-source]"):
        button.click()
        chosen = [
            Select(browser.find_element(By.CSS_SELECTOR, box)).first_selected_option.text
            for box in ("#source", "#temperature")
        ]
        assert chosen == ["mine", button.get_attribute("data-worst")]
        assert len(browser.find_elements(By.CSS_SELECTOR, "#explorer svg .other")) == 4
    assert [one for one in browser.get_log("browser") if one["level"] == "SEVERE"] == []
