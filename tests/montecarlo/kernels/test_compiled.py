"""Kernels that are not those of the sources beside them are refused."""

import os
import shutil
import subprocess
import sys

import pytest

from ising_fidelity.montecarlo.kernels import multispin, single_spin, sources

FLAGS = (
    *("--lattice-size", "8", "--temperature", "2.30", "--sampler", "cluster", "--frames", "2"),
    *("--chains", "1", "--thermalization", "1", "--spacing", "1", "--seed", "1"),
)
PACKAGE = sources.FOLDER.parents[1]


def test_the_kernels_know_their_sources():
    assert {single_spin.SOURCES_HASH, multispin.SOURCES_HASH} == {sources.sources_hash()}


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (
            lambda folder: (folder / "common.h").write_text("// edited\n"),
            "the kernels are compiled from other sources; run make install",
        ),
        (
            lambda folder: [path.unlink() for path in folder.glob("single_spin.*.so")],
            "the kernels are not compiled",
        ),
    ],
)
def test_an_edit_without_a_build_ends_with_one_line(tmp_path, spoil, text):
    shutil.copytree(PACKAGE, tmp_path / "ising_fidelity")
    spoil(tmp_path / "ising_fidelity" / "montecarlo" / "kernels")
    command = [sys.executable, "-c", "from ising_fidelity.cli.main import main; main()"]
    done = subprocess.run(
        [*command, "simulate", *FLAGS, "--output", str(tmp_path / "frames.nc")],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert text in done.stderr
    assert str(tmp_path) in done.stderr
