"""Flags and outputs that cannot work are named in one line, before anything is computed."""

import pytest

from .conftest import simulate

FLAGS = {
    "odd checkerboard": (
        {"lattice_size": 7, "sampler": "checkerboard"},
        "--lattice-size: 7 with checkerboard; allowed are even sizes from 6 on",
    ),
    "one site": ({"lattice_size": 1}, "--lattice-size: 1; allowed are whole numbers from 2 on"),
    "a lattice beyond memory": ({"lattice_size": 10**9}, "--lattice-size: 1000000000; allowed are"),
    "T a signal": ({"temperature": "sNaN"}, "temperature 'sNaN' is not a number"),
    "T in words": ({"temperature": "cold"}, "temperature 'cold' is not a number"),
    "T with a stroke for its point": ({"temperature": "2_30"}, "temperature '2_30' is not a numb"),
    "T < 0": ({"temperature": -1}, "temperature '-1' is not a number"),
    "T of many digits": (
        {"temperature": "1e999999"},
        "temperature '1e999999' has more than 15 dig",
    ),
    "zero frames": ({"frames": 0}, "--frames: 0; allowed are whole numbers from 1 on"),
    "frames without end": ({"frames": 10**30, "chains": 1}, f"--frames: {10**30}; allowed are"),
    "frames that chains do not share": (
        {"frames": 5},
        "--frames: 5; allowed are multiples of --chains (2)",
    ),
    "frames in words": ({"frames": "many"}, "Invalid value for '--frames'"),
    "a seed below 0": ({"seed": -1}, "Invalid value for '--seed'"),
    "sweeps without end": ({"thermalization": 10**30}, f"--thermalization: {10**30}; allowed are"),
    "no threads": ({"threads": 0}, "--threads: 0; allowed are whole numbers from 1 on"),
    "a seed beyond all": ({"seed": 10**30}, "Invalid value for '--seed'"),
    "a sampler of two lines": ({"sampler": "a\nb"}, "--sampler: a b; allowed are"),
    "a folder as output": ({"output": "/"}, "/: cannot be written (it is a folder)"),
    "below a file": ({"output": "/dev/null/x.nc"}, "/dev/null/x.nc: cannot be written (Not a dire"),
    "below a file, deeper": (
        {"output": "/dev/null/a/x.nc"},
        "a/x.nc: cannot be written (Not a dir",
    ),
    "in place of a device": (
        {"output": "/dev/full"},
        "/dev/full: cannot be written (it is a device or a pipe; allowed are files)",
    ),
    "in a home that no shell put in": (
        {"output": "~/x.nc"},
        "~/x.nc: cannot be written (the shell",
    ),
    "a NumPy file as output": (
        {"output": "x.npy"},
        "x.npy: not written in this format; allowed are names such as x.nc",
    ),
    "in /proc": ({"output": "/proc/x.nc"}, "/proc/x.nc: cannot be written (No such file or dir"),
    "a name too long": ({"output": "a" * 255}, "a: cannot be written (File name too long)"),
}


@pytest.mark.parametrize(("changes", "message"), FLAGS.values(), ids=FLAGS)
def test_flags_that_cannot_work(changes, message, refused):
    assert message in refused(*simulate(**changes))
