"""The house: one room per word, nothing imports upwards, and each step depends on its own rooms."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ising_fidelity.figures.registry import FIGURES, function_of
from ising_fidelity.io.code import closure
from ising_fidelity.models.family import families

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "ising_fidelity"
LONGEST = {
    "src": 300,
    "benchmarks": 300,
    "studies": 300,
    "workflow": 300,
    "docs": 300,
    "tests": 400,
}
CODE = (".py", ".pyx", ".pyi", ".h", ".smk")
KERNELS = SOURCE / "montecarlo" / "kernels"


def code_files(folder):
    """Return the tracked and new files of code below a folder."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return sorted({path for path in paths if path.suffix in CODE and path.is_file()})


def test_nothing_imports_upwards_and_no_family_needs_another():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_family_is_among_those_that_are_kept_apart():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (apart,) = (one for one in contracts["contracts"] if one["type"] == "independence")
    assert set(apart["modules"]) == {family.package for family in families().values()}


@pytest.mark.parametrize("folder", LONGEST)
def test_every_file_is_read_in_one_sitting(folder):
    paths = code_files(folder)
    assert paths
    lines = {path: len(path.read_text().splitlines()) for path in paths}
    # A kernel is one algorithm, compiled as one file.
    long = {
        str(path.relative_to(ROOT)): count
        for path, count in lines.items()
        if count > LONGEST[folder] and not (path.parent == KERNELS and path.suffix != ".py")
    }
    assert not long


def family_tests(path):
    """Return the lines on which a file asks which family a model is of."""
    settings = {family.settings.__name__ for family in families().values()}
    names = set(families())
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
            asked = {getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(node.args[1])}
            if asked & settings:
                found.append(node.lineno)
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            texts = {one.value for side in sides for one in ast.walk(side) if is_text(one)}
            asked = any(
                getattr(side, "attr", getattr(side, "id", "")) == "family" for side in sides
            )
            if asked and texts & names:
                found.append(node.lineno)
    return found


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_no_file_asks_for_a_family_outside_its_room():
    folders = ("src", "benchmarks", "studies", "docs", "workflow")
    paths = [path for folder in folders for path in code_files(folder) if path.suffix == ".py"]
    rooms = [SOURCE.joinpath(*family.package.split(".")[1:]) for family in families().values()] + [
        SOURCE / "models" / "family.py"
    ]
    outside = [path for path in paths if not any(path.is_relative_to(room) for room in rooms)]
    assert len(outside) < len(paths)
    assert not {str(path): lines for path in outside if (lines := family_tests(path))}
    rules = [path.read_text() for path in code_files("workflow") if path.suffix == ".smk"]
    assert rules
    assert not [text for text in rules if ".family" in text or "isinstance" in text]


def test_asking_for_a_family_is_seen(tmp_path):
    for line in (
        "isinstance(settings, DiffusionSettings)",
        "isinstance(s, ContinuousSettings | settings.AdversarialSettings)",
        "model.family == 'gan'",
        "family in ('diffusion', 'continuous')",
    ):
        path = tmp_path / "asks.py"
        path.write_text(f"if {line}:\n    pass\n")
        assert family_tests(path) == [1], line


def rooms(*modules, without=()):
    """Return the rooms that some modules reach; of models, the rooms inside."""
    found = set()
    for name in closure(*modules, without=without):
        parts = name.split(".")[1:]
        found.add("/".join(parts[:2]) if parts[0] == "models" and len(parts) > 1 else parts[0])
    return found


BASE = {"exceptions", "io", "lattice"}
MODELS = {"models", "models/checkpoint", "models/common", "schema"}
COMMAND = {"exceptions", "io", "frames", "schema", "models/command", "models/common"}
NETWORKS = [name for name, family in families().items() if family.has_network]
ALSO = {"baseline": {"exact"}}
"""Other packages that a family may need."""
STEPS = {
    "solve": BASE | {"exact"},
    "simulate": BASE | {"frames", "montecarlo", "observables"},
    "relax": BASE | {"frames", "montecarlo"},
    "metropolise": BASE | {"frames", "montecarlo"},
    "measure": BASE | {"frames", "observables"},
    "compare": BASE | {"frames", "observables", "comparison"},
    "attribute": BASE | {"frames", "observables", "exact", "montecarlo", "analysis"},
    "scale": {"exceptions", "io", "observables", "analysis"},
    "merge": {"exceptions", "io"},
    "score": BASE | {"exact", "frames", "scores", "paper", "report", "schema"},
    "plot": {"exceptions", "io", "figures", "frames"},
    "train_command": COMMAND,
    "sample_command": COMMAND,
}


@pytest.mark.parametrize("verb", STEPS)
def test_a_step_depends_on_its_own_rooms(verb):
    assert rooms(f"steps.{verb}") - {"steps"} == STEPS[verb]


def test_every_step_is_listed():
    verbs = {path.stem for path in (SOURCE / "steps").glob("[!_]*.py")}
    assert verbs == {*STEPS, "train", "sample", "equilibrate"}


@pytest.mark.parametrize("name", NETWORKS)
def test_training_knows_one_family_and_no_sampling(name):
    family = families()[name]
    own = f"models/{family.package.rsplit('.', 1)[1]}"
    there = rooms("steps.train", *family.training_modules)
    also = ALSO.get(name, set())
    assert there == BASE | MODELS | {"frames", "models/training", "steps", own} | also


@pytest.mark.parametrize("name", NETWORKS)
def test_sampling_knows_one_family_and_no_training(name):
    family = families()[name]
    own = f"models/{family.package.rsplit('.', 1)[1]}"
    there = rooms("steps.sample", *family.sampling_modules, without=("montecarlo",))
    also = ALSO.get(name, set())
    assert there == BASE | MODELS | {"frames", "models/sampling", "steps", own} | also
    with_finish = rooms("steps.sample", *family.sampling_modules)
    assert with_finish - there == {"montecarlo"}


def test_walks_from_random_starts_depend_on_what_walks():
    monte_carlo = rooms("steps.equilibrate", without=("models",))
    assert monte_carlo == BASE | {"steps", "montecarlo"}
    for family in families().values():
        if family.settings.model_fields.get("diffusion_steps"):
            model = rooms("steps.equilibrate", *family.sampling_modules, without=("montecarlo",))
            assert "models/training" not in model
            assert "montecarlo" not in model


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_depends_on_no_other_and_not_on_captions(figure):
    module = function_of(figure).partition(":")[0]
    reached = closure("steps.plot", module)
    others = {function_of(other).partition(":")[0] for other in FIGURES} - {module}
    shared = {name for name in others if name.startswith("figures.shared.")}
    assert not {f"ising_fidelity.{name}" for name in others - shared} & set(reached)
    assert "ising_fidelity.figures.registry" not in reached
