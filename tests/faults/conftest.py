"""A command line that is to be refused, and how it is looked at."""

import sys
import time

import numpy as np
import pytest

from ising_fidelity import cli, dataset

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
            cli.main()
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


@pytest.fixture
def write_frames():
    """Give what writes frames of coins, of some shape and with attributes of a stranger."""

    def write(path, shape=(2, 6, 8, 8), temperature=2.3, **attributes):
        spins = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), shape)
        dataset.write(dataset.frames_dataset(spins, temperature, "chain", attributes), path)

    return write
