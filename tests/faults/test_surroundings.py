"""What is wrong around a command: closed folders, files in use, a notebook's backend."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf
from ising_fidelity.io.files import check_writable, read_yaml, whole
from ising_fidelity.models import checkpoint
from ising_fidelity.paper import claims
from ising_fidelity.remote import parcel

from ..shared import write_frames

COMMAND = Path(sys.executable).parent / "ising-fidelity"
NOBODY = 65534
WRITER = """import netCDF4, sys
file = netCDF4.Dataset(sys.argv[1], "a")
print("open", flush=True)
sys.stdin.read()
"""

WITHOUT_LOCKS = """#include <errno.h>
int flock(int file, int operation) { errno = ENOLCK; return -1; }
"""


def command(*arguments, **environment):
    return subprocess.run(
        [str(COMMAND), *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def closed(tmp_path):
    """Give a file in a folder that may not be entered; nothing stops root, who is nobody here."""
    path = tmp_path / "closed" / "file"
    path.parent.mkdir()
    path.touch()
    path.parent.chmod(0o600)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    yield path
    os.seteuid(user)
    path.parent.chmod(0o700)


READERS = {
    "netCDF": netcdf.read,
    "a tree": netcdf.read_tree,
    "a checkpoint": checkpoint.load,
    "a parcel": lambda path: parcel.read([path]),
    "claims": claims.load,
    "YAML": read_yaml,
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_file_in_a_folder_that_may_not_be_entered(read, closed):
    with pytest.raises(InputError, match=r"closed/file: cannot be read \(.*Permission denied"):
        read(closed)


def test_an_output_in_a_folder_that_may_not_be_entered(closed):
    for path in (closed, closed.parent / "folder" / "file"):
        with pytest.raises(InputError, match=r"file: cannot be written \(Permission denied"):
            check_writable(path)
        with pytest.raises(InputError, match=r"file: cannot be written \(Permission"), whole(path):
            pass


def test_a_file_that_another_process_writes_is_in_use_and_not_damaged(tmp_path):
    path = tmp_path / "T2.30.nc"
    write_frames(path)
    writer = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(writer, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout.readline() == b"open\n"
        done = command("measure", "--output", tmp_path / "o.nc", path)
        running.stdin.close()
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"{path}: in use, another process has it open for writing" in done.stderr
    assert "HDF5_USE_FILE_LOCKING=FALSE" in done.stderr
    assert "delete" not in done.stderr
    netcdf.read(path)


def test_a_file_system_without_locks(tmp_path):
    """A library stands in for it that refuses every lock."""
    source, library = tmp_path / "locks.c", tmp_path / "locks.so"
    source.write_text(WITHOUT_LOCKS)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    frames, output = tmp_path / "T2.30.nc", tmp_path / "o.nc"
    write_frames(frames)
    solve = ("solve", "--lattice-size", 4, "--temperature", "2.30", "--output", output)
    for named, verb in ((frames, ("measure", "--output", output, frames)), (output, solve)):
        done = command(*verb, LD_PRELOAD=str(library))
        said = f"{named}: cannot be locked (No locks available); on a file system without locks"
        assert done.returncode == 2
        assert said in done.stderr
        assert "HDF5_USE_FILE_LOCKING=FALSE" in done.stderr
    done = command(*solve, LD_PRELOAD=str(library), HDF5_USE_FILE_LOCKING="FALSE")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("backend", ["matplotlib_inline.backend_inline", "ipympl.backend_nbagg"])
def test_a_notebooks_backend_stops_no_command(backend, tmp_path):
    """Matplotlib cannot be imported where one of these is named and not installed."""
    given = {"MPLBACKEND": f"module://{backend}"}
    frames = tmp_path / "configurations" / "mc" / "T2.30.nc"
    at = ("--lattice-size", 8, "--temperature", "2.30")
    chain = ("--sampler", "cluster", "--frames", 20, "--thermalization", 5, "--spacing", 1)
    for arguments in (
        ("simulate", *at, *chain, "--seed", 1, "--quiet", "--output", frames),
        ("measure", "--quiet", "--output", tmp_path / "o.nc", frames),
        ("plot", "--figure", "fig7", "--output", tmp_path / "fig7.svg", frames),
    ):
        done = command(*arguments, **given)
        assert (done.returncode, done.stderr) == (0, ""), arguments


@pytest.mark.parametrize(
    ("backend", "kept"),
    [
        ("module://of_a_notebook.backend_inline", "None"),
        ("module://", "None"),
        ("module://matplotlib.backends.backend_svg", "module://matplotlib.backends.backend_svg"),
        ("svg", "svg"),
    ],
)
def test_the_library_forgets_a_backend_that_is_not_installed_and_no_other(backend, kept):
    code = "import os, ising_fidelity, matplotlib; print(os.environ.get('MPLBACKEND'))"
    environment = os.environ | {"MPLBACKEND": backend}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (f"{kept}\n", "")
