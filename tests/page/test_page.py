"""The page: whole, accessible, and as coloured as its numbers."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from ising_fidelity.report import folded, heatmap, page
from ising_fidelity.scores import table
from ising_fidelity.scores.caveats import Caveats

VOID = {"meta", "br", "img", "input"}
CLAIM = {
    "sentence": 'a < b & "c"',
    "place": "Sec. 3",
    "test": "u < 0",
    "verdict": "refuted",
    "number": "0.1 ± 0.02",
    "reason": "5.0 standard errors against",
    "note": "",
}


def rows_of(source, zs, adjusted, quantity="energy"):
    return pd.DataFrame(
        {
            "source": source,
            "temperature": [f"{T:.2f}" for T in range(1, len(zs) + 1)],
            "quantity": quantity,
            "reference": "mc",
            "value": 1.0,
            "error": 0.1,
            "deviation": 0.5,
            "deviation_in_errors": zs,
            "within_2_errors": 1.0,
            "within_3_errors": 1.0,
            "p_value": adjusted,
            "p_adjusted": adjusted,
            "in_training_temperatures": False,
        }
    ).reindex(columns=table.COLUMNS)


@pytest.fixture
def content():
    single = pd.concat(
        [
            rows_of("mc <2>", [0.4, -2.5, 100.0], [0.9, 0.2, 1e-9]),
            rows_of("GAN", [np.nan, -np.inf, 5.0], [np.nan, 0.0, 1e-4]),
        ]
    )
    total = single.drop_duplicates("source").assign(temperature="all")
    everything = total.assign(quantity="all", reference="all")
    return page.Content(
        scores=pd.concat([single, total, everything], ignore_index=True),
        reference="mc",
        lattice_size=8,
        verdicts={"mc <2>": ["It is so.", "Or not."]},
        caveats={"GAN": Caveats(("It <is> wrong.",), ("Not told.",))},
        orderings=pd.DataFrame([{"models": "A, B", "u": "not decided: one training seed (1, 2)"}]),
        claims=pd.DataFrame([CLAIM]),
        quoted=pd.DataFrame([{"id": "u", "statement": "c > d", "our_value": np.nan}]),
    )


class Outline(HTMLParser):
    """Checks that every element ends where it should, and keeps what there is."""

    def __init__(self):
        super().__init__()
        self.open, self.elements = [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_accessible(content):
    outline = Outline()
    text = page.render(content)
    outline.feed(text)
    outline.close()
    assert outline.open == []
    assert ("html", {"lang": "en"}) in outline.elements
    tags = [tag for tag, _ in outline.elements]
    assert tags.count("title") == tags.count("h1") == 1
    headers = [attributes for tag, attributes in outline.elements if tag == "th"]
    assert headers
    assert all(attributes.get("scope") in ("row", "col") for attributes in headers)
    assert "a &lt; b &amp; &#34;c&#34;" in text
    assert "<td>c &gt; d</td><td></td>" in text
    assert "<h3>mc &lt;2&gt;</h3>" in text
    assert "<p>It is so. Or not.</p>" in text
    assert '<strong class="mark refuted">It &lt;is&gt; wrong.</strong>' in text
    assert '<strong class="mark undecided">Not told.</strong>' in text


def test_cells_have_the_colour_of_their_z_and_say_their_numbers(content):
    text = page.render(content)
    text = text[text.index('<table class="z data">') :]
    cells = dict(re.findall(r'<td class="([^"]*)" title="[^"]*">([^<]*)</td>', text))
    below = {"b1": f"{heatmap.MINUS}2.5", "b5 s": f"{heatmap.MINUS}∞"}
    assert cells == {"": "0.4", "a5 s": "100", "none": "?", "a3 s": "5.0"} | below
    assert 'title="GAN, T = 3.00: 1 ± 0.1; z = 5, adjusted p = 0.0001"' in text


@pytest.mark.parametrize(
    ("z", "name"),
    [
        (1.99, ""),
        (-1.99, ""),
        (2, "a1"),
        (-3, "b2"),
        (5, "a3"),
        (-10, "b4"),
        (29.9, "a4"),
        (30, "a5"),
        (np.inf, "a5"),
        (np.nan, "none"),
    ],
)
def test_steps_of_colour(z, name):
    assert heatmap.color_class(z) == name


def test_what_the_run_leaves_out_stands_on_the_page(content):
    assert "What this run leaves out" not in page.render(content)
    text = page.render(replace(content, notes=["figure <fig1a> is left out", "fig7 shows T = 2"]))
    lines = re.search(r"What this run leaves out</summary>\n<ul>\n(.*?)</ul>", text, re.DOTALL)[1]
    assert lines.splitlines() == [
        "<li>figure &lt;fig1a&gt; is left out</li>",
        "<li>fig7 shows T = 2</li>",
    ]


def luminance(color):
    """Return the relative luminance of a colour (WCAG 2.1)."""
    if len(color) == 4:
        color = "#" + "".join(2 * digit for digit in color[1:])
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_text_can_be_read_on_every_colour(content):
    """WCAG 2.1 asks for a contrast of 4.5."""
    style = re.search(r"<style>(.*?)</style>", page.render(content), re.DOTALL)[1]
    pairs = re.findall(r"background: (#\w+); color: (#\w+)", style)
    assert len(pairs) >= len(heatmap.ABOVE) + len(heatmap.BELOW) + 9
    pairs += [("#ffffff", color) for color in re.findall(r"--(?:ink|soft|link): (#\w+)", style)]
    for background, color in pairs:
        low, high = sorted([luminance(background), luminance(color)])
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_legend_has_every_colour(content):
    names = [name for name, _ in heatmap.legend()]
    assert names == ["b5", "b4", "b3", "b2", "b1", "", "a1", "a2", "a3", "a4", "a5"]
    text = page.render(content)
    for name, words in heatmap.legend():
        assert text.count(f'<td class="{name}">{words}</td>') == 1
    assert "2 to 3" in text
    assert "beyond 30" in text


def test_an_order_stands_on_the_page_only_where_it_is_decided(content):
    text = page.render(content)
    assert "Not decided for any pair" in text
    assert "<li>In" not in text
    lines = pd.DataFrame(
        [{"models": "A, B", "u": "A is better than B (1, 2)", "C": "not measured"}]
    )
    text = page.render(replace(content, orderings=lines))
    assert re.findall("<li>(.*?)</li>", text) == ["In u, A is better than B (1, 2)."]
    assert "Not decided for any pair" not in text


def test_claims_and_numbers_that_the_run_has_nothing_for_are_counted_and_left_out(content):
    reasons = ["this run has no GAN-M"] * 2 + [
        "this run has no attribution of GAN",
        "this run has no finite-size scaling of X",
    ]
    claims = [CLAIM | {"sentence": f"claim {k}", "verdict": "undecided", "reason": reason}
              for k, reason in enumerate(reasons)]  # fmt: skip
    quoted = [{"id": "a", "statement": "here", "note": ""}]
    quoted += [{"id": "b", "statement": "absent", "note": "as said; not in this run"}]
    text = page.render(
        replace(content, claims=pd.DataFrame([CLAIM, *claims]), quoted=pd.DataFrame(quoted))
    )
    assert "2 about GAN-M, 1 about X; claims.csv lists them" in text
    assert [f"claim {k}" in text for k in range(4)] == [False, False, True, False]
    assert "0 confirmed, 1 refuted, 1 undecided" in " ".join(text.split())
    assert "<td>here</td>" in text
    assert "absent" not in text
    assert "1 numbers of the paper have no counterpart" in text


def test_maps_of_a_large_run_are_short_of_words(content, monkeypatch):
    more = rows_of("GAN", [1.0, 2.0, 3.0], [0.5, 0.5, 0.5], "binder_cumulant")
    content = replace(content, scores=pd.concat([content.scores, more], ignore_index=True))
    titled = page.render(content)
    assert titled.count('title="GAN, T = ') == 6
    monkeypatch.setattr(folded, "MOST_TITLED", 8)
    text = page.render(content)
    assert text.count('title="GAN, T = ') == 3
    assert "<caption>binder cumulant, compared with Monte Carlo (mc)</caption>" in text
