"""Bad inputs as they are typed: in a process of its own, on disks that are full or fixed."""

import resource
import subprocess
import sys

import pytest

from ising_fidelity.io import files

from ..namespaces import unshare
from .conftest import simulate
from .undisturbed import COMMAND


def test_a_lock_ends_with_its_process(tmp_path):
    place = tmp_path / "m.safetensors"
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom ising_fidelity.io.files import alone\n"
        "with alone(Path(sys.argv[1])):\n    os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, place], check=False)
    assert killed.returncode == -9
    assert list(tmp_path.glob(".*"))
    with files.alone(place):
        pass
    assert not list(tmp_path.glob(".*"))


def run(*arguments, cwd, within=()):
    """Return what a command came to, within 5 s of a processor: a busy machine is no fault."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*within, str(COMMAND), *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=cwd,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime < 5
    return done


TYPED = {
    "flags": simulate(frames=0),
    "frames": ["measure", "--output", "o.nc", "frames.nc"],
    "an output": simulate(output="/proc/x.nc"),
    "a model": ["sample", "--model", "frames.nc", "--temperature", "2", "--frames", "1",
                "--lattice-size", "8", "--seed", "1", "--output", "o.nc"],
    "a config": ["train", "--config", "odd.yaml", "--model", "m", "--output", "m", "frames.nc"],
}  # fmt: skip


@pytest.mark.parametrize("arguments", TYPED.values(), ids=TYPED)
def test_as_it_is_typed(arguments, tmp_path):
    (tmp_path / "frames.nc").write_text("spins")
    (tmp_path / "odd.yaml").write_text("lattice_size: small")
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("ising-fidelity: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frames.nc", "odd.yaml"]


def test_a_warning_is_one_line_and_no_error(tmp_path):
    """One sweep is too short for ordered and random starts to agree."""
    arguments = simulate(sampler="metropolis", frames=40, chains=40, thermalization=1, seed=5)
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    line, found = done.stderr.splitlines()
    assert found.startswith("u = ")
    assert line.startswith("warning: ordered and random starts disagree (p = ")
    assert (tmp_path / "frames.nc").exists()


@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed, tmp_path):
    """Some schedulers give none; what is written to them must not go into files instead."""
    within = ["sh", "-c", f'exec "$@" {closed}', "sh"]
    done = run(*simulate(), cwd=tmp_path, within=within)
    assert (done.returncode, done.stdout) == (0, "")
    done = run(*simulate(output="open.nc"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "frames.nc").read_bytes() == (tmp_path / "open.nc").read_bytes()
    done = run(*simulate(frames=0), cwd=tmp_path, within=within)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.long
@pytest.mark.parametrize("size", ["8k", "64k"])
def test_a_full_disk(size, tmp_path):
    """A file system of 64 kB: frames do not fit, and what was there stays as it was."""
    (tmp_path / "full").mkdir()
    within = [*unshare("--mount"), "sh", "-c",
              f"mount -t tmpfs -o size={size} none full && echo old > full/frames.nc && "
              "{ \"$@\"; status=$?; ls -A full; cat full/frames.nc; exit $status; }",
              "sh"]  # fmt: skip
    arguments = simulate(lattice_size=64, frames=600, output="full/frames.nc")
    done = run(*arguments, cwd=tmp_path, within=within)
    assert done.returncode == 2, done.stderr
    assert done.stdout.splitlines() == ["frames.nc", "old"]
    assert done.stderr.splitlines() == [
        "ising-fidelity: full/frames.nc: cannot be written (No space left on device)"
    ]


@pytest.mark.long
def test_a_disk_that_cannot_be_written(tmp_path):
    (tmp_path / "fixed").mkdir()
    within = [*unshare("--mount"), "sh", "-c",
              "mount -t tmpfs -o ro none fixed && exec \"$@\"", "sh"]  # fmt: skip
    done = run(*simulate(output="fixed/frames.nc"), cwd=tmp_path, within=within)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "ising-fidelity: fixed/frames.nc: cannot be written (Read-only file system)"
    ]
