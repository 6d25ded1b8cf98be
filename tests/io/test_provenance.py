"""Hashes change with what they stand for, and with nothing else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ising_fidelity import provenance

ROOT = Path(__file__).resolve().parents[1]


def test_settings_hash_by_content():
    assert provenance.settings_hash({"a": 1, "b": [1, 2]}) == provenance.settings_hash(
        {"b": [1, 2], "a": 1}
    )
    assert provenance.settings_hash({"a": 1}) != provenance.settings_hash({"a": 2})


def test_arrays_hash_by_shape_type_and_numbers():
    values = np.arange(6, dtype=np.int8)
    hashes = {
        provenance.array_hash(one)
        for one in (values, values.reshape(2, 3), values.astype(np.int16), values + 1)
    }
    assert len(hashes) == 4
    assert provenance.array_hash(values[::2]) == provenance.array_hash(values[::2].copy())


def test_attributes_say_how_a_file_came_about():
    described = provenance.attributes(
        "measure", {"b": 1, "a": 2}, title="t", summary="s", source="x", seed=2**40, generator="g"
    )
    assert described["Conventions"] == "CF-1.11 ACDD-1.3"
    assert json.loads(described["settings"]) == {"a": 2, "b": 1}
    assert described["seed"] == str(2**40)
    assert described["code_hash"] == provenance.code_hash("steps.measure")


@pytest.mark.parametrize(
    ("module", "changes"),
    [
        ("lattice.py", {"measure", "simulate", "sample"}),
        ("montecarlo/kernels.pyx", {"simulate", "sample"}),
        ("observables/correlation.py", {"measure"}),
        ("models/unet.py", {"sample"}),
        ("config.py", set()),
        ("figures/fig3.py", set()),
    ],
)
def test_code_hashes_follow_imports(module, changes, tmp_path):
    """A changed module changes the hashes of the steps that can reach it."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.so"))
    script = (
        "from ising_fidelity.provenance import code_hash\n"
        "for verb in ('measure', 'simulate', 'sample'):\n"
        "    print(verb, code_hash(f'steps.{verb}'))"
    )

    def hashes():
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONPATH": str(tmp_path / "src")},
            capture_output=True,
            text=True,
            check=True,
        )
        return dict(line.split() for line in done.stdout.splitlines())

    before = hashes()
    path = tmp_path / "src" / "ising_fidelity" / module
    path.write_text(path.read_text() + "\n# changed\n")
    after = hashes()
    assert {verb for verb in before if before[verb] != after[verb]} == changes
