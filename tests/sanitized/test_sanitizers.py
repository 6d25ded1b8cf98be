"""The build of make test-sanitized ends at a fault; otherwise what passes with it says nothing."""

import subprocess
import sys

import pytest

BEFORE = """
import numpy as np
from ising_fidelity.montecarlo.kernels import multispin, single_spin

def zeros(*shape):
    return np.zeros(shape, np.uint64)
"""
OUTSIDE = "AddressSanitizer: heap-buffer-overflow"
OVERFLOW = "runtime error: signed integer overflow"


@pytest.mark.parametrize(
    ("call", "report"),
    [
        # A generator has four words.
        ("single_spin.random_words(zeros(1), 1)", OUTSIDE),
        ("multispin.checkerboard_sweeps(zeros(4, 1), zeros(1, 1), 1, 2, zeros(2, 13))", OUTSIDE),
        # So many sites have no number of 64 bits.
        ("single_spin.wolff(zeros(1).view(np.int8), zeros(4), 1, 2**40, 1, 1)", OVERFLOW),
        (
            "multispin.random_site_attempts("
            "zeros(1, 1), zeros(4, 1), zeros(4), 0, 2**40, zeros(2, 13))",
            OVERFLOW,
        ),
    ],
)
def test_a_fault_ends_the_process(call, report):
    done = subprocess.run(
        [sys.executable, "-c", BEFORE + call], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert report in done.stderr
