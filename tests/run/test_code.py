"""What the hashes of a run's rules cover beyond modules."""

import pytest

from ising_fidelity.config import load
from ising_fidelity.run import code

from ..configs import DEFAULT


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Give the default run with a baseline that is sampled by Monte Carlo."""
    more = tmp_path_factory.mktemp("config") / "more.yaml"
    more.write_text(
        "models: {Couplings: {family: baseline, kind: couplings, training_temperatures: [2.0]}}\n"
    )
    return load.load([DEFAULT, more])


def test_frames_depend_on_monte_carlo_where_it_makes_them(run, monkeypatch):
    sources = ("DiffIsing3", "GAN", "DiffIsing3+10gibbs", "Couplings")
    known = {source: code.of_sampling(run, source) for source in sources}
    whole = code.code_hash

    def changed(*modules, without=(), **more):
        there = "ising_fidelity.montecarlo" in code.closure(*modules, without=without)
        return whole(*modules, without=without, **more) + "changed" * there

    monkeypatch.setattr(code, "code_hash", changed)
    again = {source for source in sources if code.of_sampling(run, source) != known[source]}
    assert again == {"DiffIsing3+10gibbs", "Couplings"}


def test_every_template_of_the_page_counts(tmp_path, monkeypatch):
    known = code.of_page()
    templates = tmp_path / "templates"
    templates.mkdir()
    monkeypatch.setattr(code, "files", lambda package: tmp_path)
    (templates / "base.html.j2").write_text("a")
    first = code.of_page()
    (templates / "base.html.j2").write_text("b")
    second = code.of_page()
    (templates / "style.css.j2").write_text("")
    assert len({known, first, second, code.of_page()}) == 4
