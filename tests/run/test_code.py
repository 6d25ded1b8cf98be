"""What the hashes of a run's rules cover beyond modules."""

from ising_fidelity.run import code


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
