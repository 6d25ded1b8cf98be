"""Hashes of code change with what can change a result, and with nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ising_fidelity.io.code import closure, code_hash
from ising_fidelity.models.family import families

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
from ising_fidelity.io.code import code_hash
for verb in ("solve", "simulate", "measure", "merge"):
    print(verb, code_hash(f"steps.{verb}"))
for family in ("diffusion", "gan"):
    print("train", family, code_hash("steps.train", f"models.{family}.trainer"))
    sampling = code_hash("steps.sample", f"models.{family}.sampler", without=["montecarlo"])
    print("sample", family, sampling)
print("fig7", code_hash("steps.plot", "figures.paper.fig7", words=True))
print("score", code_hash("steps.score", words=True))
"""
SAMPLES = {"sample diffusion", "sample gan"}
TRAININGS = {"train diffusion", "train gan"}
ALL = {"solve", "simulate", "measure", "merge", "fig7", "score"} | SAMPLES | TRAININGS
CHANGED = "\nCHANGED = True\n"


def hashes(source):
    """Return the hashes that the library in a folder has, by what they are of."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Return the folder of a copy of the library, and its hashes."""
    source = tmp_path_factory.mktemp("library") / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("*.so", "*.c"))
    return source, hashes(source)


@pytest.mark.parametrize(
    ("module", "before", "after", "changes"),
    [
        # Code counts for all that can reach it, and for nothing else.
        ("lattice.py", "", CHANGED, ALL - {"merge"}),
        ("montecarlo/kernels/single_spin.pyx", "", "\n", {"simulate"}),
        ("montecarlo/kernels/common.h", "", "\n", {"simulate"}),
        ("montecarlo/stripes.py", "", CHANGED, {"simulate"}),
        ("observables/correlation.py", "", CHANGED, {"measure"}),
        ("models/diffusion/unet.py", "", CHANGED, {"train diffusion"}),
        ("models/gan/trainer.py", "", CHANGED, {"train gan"}),
        ("models/sampling/draw.py", "", CHANGED, SAMPLES),
        ("models/training/loop.py", "", CHANGED, TRAININGS),
        ("models/common/settings.py", "", CHANGED, SAMPLES | TRAININGS),
        ("exact/finite.py", "", CHANGED, {"solve", "fig7"}),
        ("config/run.py", "", CHANGED, set()),
        ("run/flags.py", "", CHANGED, set()),
        ("cli/commands.py", "", CHANGED, set()),
        ("__init__.py", "", CHANGED, set()),
        ("figures/paper/thermodynamics.py", "", CHANGED, set()),
        ("figures/paper/fig7.py", "", CHANGED, {"fig7"}),
        # Words do not, but where they are shown.
        ("montecarlo/stripes.py", "def ", "# A comment.\ndef ", set()),
        ("observables/measure.py", '"""All observables', '"""What one finds', set()),
        ("observables/dataset.py", "allowed are lattices from", "allowed are those from", set()),
        ("montecarlo/dataset.py", "thermalization is too short", "it is too short", set()),
        ("montecarlo/dataset.py", "Ising frames of Monte Carlo", "Frames of Monte Carlo", set()),
        ("models/common/settings.py", "frames per optimiser step", "frames in a step", set()),
        ("observables/labels.py", "in units of J", "in J", set()),
        ("io/labels.py", "energy per spin", "energy of a spin", set()),
        ("figures/registry.py", "The first and", "A first and", set()),
        ("models/family.py", "", CHANGED, set()),
        ("report/page.py", "Indistinguishable: the", "Equal: the", {"score"}),
        ("figures/style.py", "DejaVu Sans", "Sans", {"fig7"}),
    ],
)
def test_a_change_reaches_what_depends_on_it(library, module, before, after, changes):
    """``before`` is replaced by ``after``, which is appended where ``before`` is empty."""
    source, known = library
    path = source / "ising_fidelity" / module
    text = path.read_text()
    assert before in text
    try:
        path.write_text(text.replace(before, after, 1) if before else text + after)
        now = hashes(source)
    finally:
        path.write_text(text)
    assert {name for name in known if known[name] != now[name]} == changes


def test_imports_for_type_checks_do_not_count(tmp_path, library):
    source, known = library
    path = source / "ising_fidelity" / "exact" / "dataset.py"
    text = path.read_text()
    try:
        path.write_text(text + "if TYPE_CHECKING:\n    from ising_fidelity import frames\n")
        assert hashes(source) == known
        path.write_text(text + "from ising_fidelity import frames\n")
        assert hashes(source)["solve"] != known["solve"]
    finally:
        path.write_text(text)


def test_every_family_has_a_hash_of_its_own():
    made = {
        code_hash(f"steps.{family.step('train')}", *family.training_modules)
        for family in families().values()
    }
    assert len(made) == len(families())


def test_a_package_can_be_left_out():
    whole, less = closure("steps.sample"), closure("steps.sample", without=["montecarlo"])
    assert set(less) < set(whole)
    assert all(name.startswith("ising_fidelity.montecarlo") for name in set(whole) - set(less))
