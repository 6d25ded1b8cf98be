"""The log of public bug reports names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def rows():
    """Return the rows of the log's tables, each a list of its cells."""
    lines = Path(__file__).with_name("README.md").read_text(encoding="utf-8").splitlines()
    return [line.strip("| ").split(" | ") for line in lines if re.match(r"\| \d", line)]


def test_thirty_reports_are_numbered_and_linked():
    assert [int(cells[0]) for cells in rows()] == list(range(1, len(rows()) + 1))
    assert len(rows()) >= 30
    assert all("](http" in cells[1] for cells in rows())


def test_what_was_mended_has_a_test():
    mended = [cells[5] for cells in rows() if len(cells) == 6]
    assert mended
    for cell in mended:
        paths = re.findall(r"`(tests/[^`]+)`", cell)
        assert paths or cell.startswith("none: ")
        assert all((ROOT / path).is_file() for path in paths)
