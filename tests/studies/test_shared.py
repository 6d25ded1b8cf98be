"""Tables that are resumed."""

from functools import partial

from studies.shared import fill


def test_rows_are_written_as_they_come_and_found_ones_are_not_made_again(tmp_path, capsys):
    path, made = tmp_path / "table.csv", []

    def make(name):
        made.append(name)
        before = path.read_text().count("\n") if path.exists() else 0
        return {"value": str(before)}

    def rows(names):
        return (({"name": name}, partial(make, name)) for name in names)

    fill(path, rows("ab"))
    assert path.read_text() == "name,value\na,0\nb,2\n"
    fill(path, rows("bca"))
    assert made == ["a", "b", "c"]
    assert path.read_text() == "name,value\na,0\nb,2\nc,3\n"
    assert capsys.readouterr().out == "a, 0\nb, 2\nc, 3\n"
