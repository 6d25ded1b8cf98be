"""Files from strangers cannot run code, and nothing needs a network."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ising_fidelity import frames
from ising_fidelity.io import netcdf
from ising_fidelity.models import checkpoint
from ising_fidelity.models.family import family_of

from .models.small import AUTOREGRESSIVE, DIFFUSION
from .namespaces import without_a_network

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).parent / "ising-fidelity"
SOURCES = [
    path
    for folder in ("src", "workflow", "benchmarks", "studies", "docs")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
RULES = [ROOT / "Snakefile", *sorted((ROOT / "workflow").rglob("*.smk"))]
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
NETWORK = {"socket", "urllib", "http", "requests", "httpx", "aiohttp", "huggingface_hub", "ftplib"}
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
"""Of a plain name or of a module; ``network.eval()`` is another thing."""


def named(node):
    """Return a dotted name, as far as it is one."""
    if isinstance(node, ast.Attribute):
        return f"{named(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def dangers(text):
    """Return what a module does that files from strangers could make use of."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
            if node.module in ("torch", "numpy", "yaml"):
                found += [f"{name.name}()" for name in node.names if "load" in name.name]
        elif isinstance(node, ast.Call):
            name = named(node.func)
            given = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
            unsafe = {
                "torch.load": given.get("weights_only") is not True,
                "torch.jit.load": True,
                "pd.read_pickle": True,
                "np.load": given.get("allow_pickle", False) is not False,
                "np.save": True,  # it pickles what is no number
            }.get(name, name in CALLS)
            if unsafe or (name.startswith("yaml.") and "load" in name and name != "yaml.safe_load"):
                found.append(f"{name}()")
            if given.get("shell") is True:
                found.append("shell=True")
    bad = MODULES | NETWORK
    return [one for one in found if "(" in one or "=" in one or one.split(".")[0] in bad]


LOCAL = {"start.py", "forkserver.py"}
"""Modules whose sockets are files, which only the same user can open, and no network."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_reads_what_can_run_code(path):
    text = path.read_text()
    local = path.parent.name == "cli" and path.name in LOCAL
    assert dangers(text) == ["socket"] * local
    assert not local or text.count("socket.socket(") == text.count("socket.socket(socket.AF_UNIX)")


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_no_rule_does(path):
    text = path.read_text()
    assert not set(re.findall(r"\w+", text)) & (MODULES | NETWORK)
    assert not set(re.findall(r"(?<![.\w])[\w.]+(?=\()", text)) & CALLS


@pytest.mark.parametrize(
    "text",
    [
        "import pickle", "from pickle import loads", "import socket", "torch.load(path)",
        "torch.load(path, weights_only=False)", "np.load(path, allow_pickle=True)", "eval(text)",
        "yaml.load(text)", "yaml.unsafe_load(text)", "os.system(text)", "run(text, shell=True)",
        "import urllib.request", "from torch import load", "pd.read_pickle(path)",
    ],
)  # fmt: skip
def test_such_code_would_be_found(text):
    assert dangers(text)
    assert not dangers("network.eval(); torch.load(path, weights_only=True); yaml.safe_load(text)")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Give untrained models of few weights."""
    folder = tmp_path_factory.mktemp("models")
    for settings in (DIFFUSION, AUTOREGRESSIVE):
        weights = family_of(settings).build_network(settings, 8).state_dict()
        path = folder / f"{settings.family}.safetensors"
        checkpoint.save(path, weights, settings, 8, {"name": settings.family})
    spins = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (1, 20, 8, 8))
    netcdf.write(frames.frames_dataset(spins, 2.3, "independent", {}), folder / "frames.nc")
    return folder


AT = ["--lattice-size", "8", "--temperature", "2.30"]
SAMPLE = ["sample", *AT, "--frames", "2", "--seed", "1", "--model"]
VERBS = {
    "solve": ["solve", *AT],
    "simulate": ["simulate", *AT, "--sampler", "cluster", "--frames", "4", "--thermalization", "5",
                 "--spacing", "1", "--seed", "1"],
    "sample, diffusion": [*SAMPLE, "diffusion.safetensors"],
    "sample, autoregressive": [*SAMPLE, "autoregressive.safetensors"],
    "measure": ["measure", "frames.nc"],
    "relax": ["relax", "--sweeps", "1", "--seed", "1", "frames.nc"],
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("arguments", VERBS.values(), ids=VERBS)
def test_a_verb_needs_no_network(arguments, models, tmp_path):
    output = tmp_path / "output.nc"
    done = subprocess.run(
        [*without_a_network(), str(COMMAND), *arguments, "--output", str(output)],
        capture_output=True, text=True, check=False, cwd=models,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert output.is_file()
