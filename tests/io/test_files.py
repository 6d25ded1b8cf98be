"""Files are written whole or not at all."""

import os
import stat
import subprocess
import sys

import pytest

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import abandon, alone, check_writable, whole


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
