"""Files are written whole or not at all."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import (
    abandon,
    alone,
    check_readable,
    check_writable,
    read_yaml,
    whole,
)


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "folder" / "text.txt"
    with whole(path) as place:
        place.write_text("half")
        assert not path.exists()
        assert place.suffix == ".txt"
    assert path.read_text() == "half"
    assert os.listdir(path.parent) == ["text.txt"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("old")

    def interrupted():
        with whole(path) as place:
            place.write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["text.txt"]


def test_what_a_killed_process_left_is_taken_away_by_the_next(tmp_path):
    path = tmp_path / "text.txt"
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom ising_fidelity.io.files import whole\n"
        "with whole(Path(sys.argv[1])) as place:\n"
        "    place.write_text('half')\n    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, path], check=False)
    (left,) = os.listdir(tmp_path)
    assert left.startswith(".text.txt-")
    with whole(tmp_path / "other.txt") as place:
        place.touch()
    assert sorted(os.listdir(tmp_path)) == [left, "other.txt"]
    with whole(path) as place:
        place.touch()
    assert sorted(os.listdir(tmp_path)) == ["other.txt", "text.txt"]


def test_what_is_being_written_is_left_alone(tmp_path):
    path = tmp_path / "text.txt"
    with whole(path) as first:
        first.write_text("first")
        with whole(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert os.listdir(tmp_path) == ["text.txt"]


def test_a_process_that_ends_takes_away_what_is_half_written(tmp_path):
    def ended():
        with alone(tmp_path / "model"), whole(tmp_path / "text.txt") as place:
            place.touch()
            assert len(os.listdir(tmp_path)) == 2
            abandon()
            assert os.listdir(tmp_path) == []

    # Nothing is left that could be moved to its name.
    with pytest.raises(InputError, match="cannot be written"):
        ended()


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    with whole(tmp_path / "text.txt") as place:
        place.touch(mode=0o600)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_looking_whether_a_file_can_be_written_changes_nothing(tmp_path):
    check_writable(tmp_path / "new" / "folder" / "text.txt")
    assert os.listdir(tmp_path) == []
    (tmp_path / "text.txt").write_text("old")
    check_writable(tmp_path / "text.txt")
    assert (tmp_path / "text.txt").read_text() == "old"
    with pytest.raises(InputError, match=r"text.txt/more: cannot be written \(Not a directory\)"):
        check_writable(tmp_path / "text.txt" / "more")
    with pytest.raises(InputError, match=r"cannot be written \(it is a folder\)"):
        check_writable(tmp_path)


def test_a_pipe_is_not_replaced_by_a_file(tmp_path):
    """Nor is a device: root would put a file in the place of /dev/null."""
    os.mkfifo(tmp_path / "pipe")
    os.symlink("/dev/null", tmp_path / "null")
    for name in ("pipe", "null"):
        for write in (check_writable, lambda path: whole(path).__enter__()):
            with pytest.raises(InputError, match=rf"{name}: cannot be written \(it is a device or"):
                write(tmp_path / name)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert stat.S_ISCHR((tmp_path / "null").stat().st_mode)


def test_a_link_stays_and_its_file_is_written(tmp_path):
    os.symlink("there/text.txt", tmp_path / "link.txt")
    with whole(tmp_path / "link.txt") as place:
        place.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "there" / "text.txt").read_text() == "new"


def test_a_tilde_that_the_shell_left_is_no_folder(tmp_path, monkeypatch):
    """As in --output=~/frames.nc, which Bash does not expand."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="the shell did not expand ~"):
        check_writable(Path("~/frames.nc"))
    assert os.listdir(tmp_path) == []


def test_a_name_that_libraries_cannot_take_is_refused_before_hours_of_work(tmp_path):
    name = os.fsdecode(b"\xff.nc")
    for check in (check_writable, lambda path: whole(path).__enter__()):
        with pytest.raises(InputError, match=r"cannot be written \(its name has letters that"):
            check(tmp_path / name)
    assert os.listdir(tmp_path) == []
    (tmp_path / name).touch()
    with pytest.raises(InputError, match=r"cannot be read \(its name has letters that"):
        check_readable(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: a is a key for the second time"),
        ("a: {b: 1, b: 1}", "line 1: b is a key for the second time"),
        ("a: 032", "line 1: 032 is 26 to YAML; write 26"),
        ("a: [2:30]", "line 1: 2:30 is 150 to YAML"),
        ("a: 2_30", "line 1: 2_30 is 230 to YAML"),
        ("a: 2_3.5", "line 1: 2_3.5 is 23.5 to YAML"),
    ],
)
def test_yaml_that_does_not_say_what_it_seems_to_say(tmp_path, text, message):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(InputError, match=re.escape(f"a.yaml: not valid YAML ({message}")):
        read_yaml(tmp_path / "a.yaml")


def test_yaml_as_people_write_it(tmp_path):
    """With a byte order mark, lines of Windows, thousands, merged keys that are named again."""
    text = (
        "\ufeffa: {in: &one {x: 1, y: 2}, next: &two {<<: *one, y: 3}}\r\n"
        "b: {<<: *two, x: 4}\r\nc: [1_000_000, '2_3', 0, -1.5e+3, 0x10]\r\n"
    )
    (tmp_path / "a.yaml").write_bytes(text.encode())
    assert read_yaml(tmp_path / "a.yaml") == {
        "a": {"in": {"x": 1, "y": 2}, "next": {"x": 1, "y": 3}},
        "b": {"x": 4, "y": 3},
        "c": [1000000, "2_3", 0, -1500.0, 16],
    }


def test_one_at_a_time(tmp_path):
    path = tmp_path / "model"
    with alone(path):
        with alone(tmp_path / "other"):
            pass
        with pytest.raises(InputError, match="model: another process is making it"), alone(path):
            pass
    with alone(path):
        pass
    assert os.listdir(tmp_path) == []
