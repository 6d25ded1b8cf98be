"""A command line that is to be refused, and how it is looked at."""

import sys
import time
from pathlib import Path

import pytest

from ising_fidelity.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DAMAGED = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "short of the last bytes": lambda content: content[:-100],
}
SIMULATE = {
    "lattice-size": 8, "temperature": "2.3", "sampler": "cluster", "frames": 4, "chains": 2,
    "thermalization": 10, "spacing": 1, "seed": 1, "output": "frames.nc",
}  # fmt: skip


def simulate(**changed):
    """Return a command line of simulate that can work but for what is changed."""
    given = SIMULATE | {name.replace("_", "-"): value for name, value in changed.items()}
    return ["simulate", *(word for flag, value in given.items() for word in (f"--{flag}", value))]


@pytest.fixture
def refused(tmp_path, monkeypatch, capfd):
    """Give a command line to the program; return its complaint after looking at how it ended."""

    def run(*arguments, left=()):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["ising-fidelity", *map(str, arguments)])
        before = sorted(tmp_path.rglob("*"))
        start = time.process_time()
        with pytest.raises(SystemExit) as ended:
            main()
        # Of a processor: a busy machine is no fault.
        assert time.process_time() - start < 5
        written = capfd.readouterr()
        assert ended.value.code == 2
        (line,) = written.err.splitlines()
        assert written.out == ""
        assert line.startswith("ising-fidelity: ")
        assert sorted(tmp_path.rglob("*")) == sorted([*before, *(tmp_path / name for name in left)])
        return line

    return run
