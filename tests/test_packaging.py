"""The package works from a wheel, built from its source distribution, away from the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import textwrap
import zipfile
from pathlib import Path

import pytest

from .workflow.environments import WITHOUT

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[1]
NEEDED = "torch is needed: pip install 'ising-fidelity[models]'"
MOST_BYTES = 5 * 2**20
"""Of the wheel; most of it are weights and kernels."""


def tracked(*folders):
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def called(*command, cwd, **more):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment | more, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """Give the source distribution, made of a copy: the build would leave files in the checkout."""
    folder = tmp_path_factory.mktemp("sdist")
    for name in tracked("src", "*.toml", "setup.py", "*.md", "*.cff", "*.in", "*.txt", "LICENSE"):
        place = folder / "project" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place)
    code = f"from setuptools import build_meta; build_meta.build_sdist({str(folder)!r})"
    done = called(sys.executable, "-c", code, cwd=folder / "project")
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.tar.gz")
    return made


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        # Python 3.11 has the filter from 3.11.4 on.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(folder, **safe)
    (source,) = folder.iterdir()
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    built = called(
        sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder / "made", source,
        cwd=folder, CFLAGS="-O1",
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = (folder / "made").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Give a fresh environment with the wheel; all else is found where it is installed here."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "--quiet"]
    done = called(
        sys.executable, "-m", "pip", "--python", python, "install", *options, wheel, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (site / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (folder / "without").mkdir()
    text = WITHOUT.format(missing=["torch", "safetensors"])
    (folder / "without" / "sitecustomize.py").write_text(text)
    return folder


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    wanted = {name.removeprefix("src/") for name in tracked("src/ising_fidelity")}
    there = set(zipfile.ZipFile(wheel).namelist())
    assert not wanted - there
    assert any(name.endswith(".safetensors") for name in there)
    kernels = [name for name in there if name.endswith(".so")]
    assert len(kernels) == 2
    assert wheel.stat().st_size < MOST_BYTES


def test_torch_is_brought_by_the_extra_alone(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    required = [
        line
        for line in archive.read(name).decode().splitlines()
        if line.startswith("Requires-Dist:")
    ]
    named = [line for line in required if "torch" in line or "safetensors" in line]
    assert len(named) == 2
    assert all(line.endswith('extra == "models"') for line in named)


def test_shipped_weights_are_found(installed):
    flags = ["--temperature", "2.3", "--frames", "1", "--lattice-size", "16", "--seed", "1"]
    done = called(
        installed / "venv/bin/ising-fidelity", "sample", "--model", "DiffIsing3-wide", *flags,
        "--sampling-steps", "2", "--output", "frames.nc", cwd=installed,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (installed / "frames.nc").is_file()


def test_what_needs_no_torch_works_without_it(installed):
    code = """
        from pathlib import Path
        import ising_fidelity as ising

        assert not Path(ising.__file__).is_relative_to(ROOT), ising.__file__
        frames = ising.simulate(L=8, T=2.3, frames=40, seed=1)
        assert float(ising.measure(frames)["energy"]) < -1
        assert "energy_wasserstein" in ising.compare(frames, ising.simulate(L=8, T=2.3, frames=20))
        assert ising.exact(L=8, T=2.3)["energy"].size == 1
        frames.dataset().to_netcdf("T2.30.nc")
        assert len(ising.load_frames("T2.30.nc")) == 40
        frames.plot()
        from ising_fidelity.paper import claims, CLAIMS, quoted, NUMBERS
        claims.load(CLAIMS), quoted.load(NUMBERS)
        for broken in (
            lambda: ising.load_model("DiffIsing3-wide"),
            lambda: ising.compare(frames, frames, classifier=True),
        ):
            try:
                broken()
            except ising.InputError as error:
                assert str(error) == NEEDED, error
            else:
                raise AssertionError(broken)
    """
    text = f"ROOT, NEEDED = {str(ROOT)!r}, {NEEDED!r}\n{textwrap.dedent(code)}"
    python = installed / "venv/bin/python"
    done = called(python, "-c", text, cwd=installed, PYTHONPATH=str(installed / "without"))
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def command(installed):
    def give(*arguments):
        program = installed / "venv/bin/ising-fidelity"
        return called(program, *arguments, cwd=installed, PYTHONPATH=str(installed / "without"))

    return give


def test_commands_work_without_torch_but_for_those_that_need_it(command, installed):
    flags = ["--lattice-size", "8", "--temperature", "2.30", "--output"]
    chain = ["--frames", "40", "--chains", "40", "--thermalization", "20", "--spacing", "1"]
    commands = [
        ["simulate", "--sampler", "cluster", *chain, "--seed", "1", *flags, "mc.nc"],
        ["solve", *flags, "exact.nc"],
        ["measure", "--output", "o.nc", "mc.nc"],
        ["compare", "--reference", "mc.nc", "--output", "c.nc", "mc.nc"],
    ]
    for arguments in commands:
        done = command(*arguments)
        assert done.returncode == 0, done.stderr
    shutil.copy(ROOT / "config.yaml", installed)
    refused = [
        ["compare", "--classifier", "--reference", "mc.nc", "--output", "x.nc", "mc.nc"],
        ["sample", "--model", "DiffIsing3-wide", "--frames", "1", "--seed", "1", *flags, "x.nc"],
        ["train", "--config", "config.yaml", "--model", "DiffIsing2", "--output", "x.safetensors",
         "mc.nc"],
    ]  # fmt: skip
    for arguments in refused:
        done = command(*arguments)
        assert (done.returncode, done.stderr) == (2, f"ising-fidelity: {NEEDED}\n")
    assert not list(installed.glob("x.*"))
