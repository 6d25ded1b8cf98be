"""Every page of results begins with a picture, which shows what its table has."""

import re
from pathlib import Path

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from docs.generate import pictures, sources

ROOT = Path(__file__).resolve().parents[2]
PAGES = [path for path in sorted((ROOT / "docs/results").glob("*.md")) if path.stem != "index"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_of_results_begins_with_a_picture(page):
    found = re.match(r"# .+\n\n!\[.+\]\((.+\.png)\)\n", page.read_text())
    assert found
    assert (page.parent / found[1]).is_file()


def test_all_pictures_are_drawn_and_shipped(tmp_path):
    pictures.draw(tmp_path)
    drawn = {path.name for path in tmp_path.glob("*.png")}
    assert drawn == {f"{name}.png" for name in pictures.PICTURES}
    assert all((sources.SNAPSHOT / name).is_file() for name in drawn)


def test_deviations_are_those_of_the_table():
    data = pd.read_csv(sources.SNAPSHOT / "desktop.csv")
    figure = pictures.desktop()
    for ax, quantity in zip(figure.axes, ("energy", "specific_heat"), strict=True):
        rows = data[(data["quantity"] == quantity) & (data["source"] == "DiffIsing3")]
        shown = ax.containers[0].lines[0].get_ydata()
        value = rows["value"] - rows["expected"]
        if quantity == "specific_heat":
            value = rows["value"] / rows["expected"]
        assert shown.tolist() == value.tolist()
    plt.close(figure)


def test_bars_are_means_over_networks():
    data = pd.read_csv(sources.STUDIES / "ablation_networks.csv")
    figure = pictures.ablations()
    (ax,) = figure.axes
    bars = dict(zip([label.get_text() for label in ax.get_yticklabels()], ax.patches, strict=True))
    assert not any("seed" in name for name in bars)
    three = data[data["what"].str.match(r"DiffIsing3(\.seed\d)?$")]
    assert len(three) == 3
    assert bars["DiffIsing3"].get_width() == pytest.approx(three["path_divergence"].mean())
    plt.close(figure)
