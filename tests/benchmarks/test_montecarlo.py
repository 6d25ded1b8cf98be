"""The benchmark of Monte Carlo: sections run, and packages that are missing are listed as such."""

import json

from benchmarks import harness
from benchmarks.montecarlo import __main__ as command
from benchmarks.montecarlo.peers import PACKAGES, installed


def test_a_quick_run_prints_what_it_writes(monkeypatch, tmp_path, capsys):
    options = ["--quick", "--section", "unpacking", "--output", str(tmp_path)]
    monkeypatch.setattr("sys.argv", ["montecarlo", *options])
    command.main()
    text = capsys.readouterr().out
    data = json.loads((tmp_path / "montecarlo.json").read_text())
    assert data["quick"] is True
    assert all(f"- {name}: {value}\n" in text for name, value in data["machine"].items())
    assert data["unpacking"]["L=64 ours"]["gigabytes_per_s"]["median"] > 0
    assert "| L=64 ours " in text


def test_walks_of_missing_packages_are_not_built(monkeypatch):
    monkeypatch.setattr("benchmarks.montecarlo.peers.version", lambda package: None)
    built = {name: (lambda: "walk") for name in (*PACKAGES, "ours, one chain")}
    assert installed(built) == {**dict.fromkeys(PACKAGES), "ours, one chain": "walk"}


def test_only_a_full_run_is_written_beside_the_others(monkeypatch, tmp_path):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    parser = harness.parser("About.", ["a", "b"])
    for options in (["--quick"], ["--section", "a"]):
        assert harness.write("name", {}, parser.parse_args(options)) is None
    assert harness.write("name", {"a": 1}, parser.parse_args([])) == tmp_path
    assert json.loads((tmp_path / "name.json").read_text()) == {"a": 1}
