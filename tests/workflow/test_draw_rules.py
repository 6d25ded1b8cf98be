"""The graph of rules is drawn: every rule once, every arrow from row to row."""

import sys
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ising_fidelity.config import load

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "workflow" / "presets" / "tiny.yaml"
PAIRS = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("a", "c"), ("e", "d"), ("d", "all")]
pytestmark = pytest.mark.workflow


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "workflow" / "scripts"))
    return import_module("draw_rules")


def test_long_arrows_share_a_line_and_nothing_stands_in_anothers_place(script):
    graph = script.in_rows(PAIRS)
    assert list(graph.predecessors("c")) == ["b", ("a", 1)]
    assert list(graph.predecessors(("a", 2))) == [("a", 1)]
    place = script.places(graph)
    for before, after in graph.edges:
        assert place[before][1] - place[after][1] == 1
    for node, (across, down) in place.items():
        beside = [x for other, (x, y) in place.items() if y == down and other != node]
        assert all(abs(x - across) > 0.9 for x in beside)


def test_the_picture_has_every_rule_once(script, monkeypatch, tmp_path, capsys):
    run = load.load([ROOT / "config.yaml", TINY])
    pairs = script.arrows([TINY])
    assert {("simulate", "train"), ("train", "sample"), ("merge", "plot")} <= set(pairs)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(script, "arrows", lambda configs: pairs)
    monkeypatch.setattr(script.load, "load", lambda paths: run)
    monkeypatch.setattr(sys, "argv", ["draw_rules.py", str(TINY)])
    script.main()
    path = tmp_path / "results" / "tiny" / "provenance" / "rules.svg"
    assert capsys.readouterr().out == "results/tiny/provenance/rules.svg\n"
    texts = [text.text for text in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(texts) == sorted({rule for pair in pairs for rule in pair} - {"all"})
