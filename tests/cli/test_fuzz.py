"""Whatever is in a config, in frames or in a checkpoint: they are valid, or named in one line."""

import copy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ising_fidelity.config import load
from ising_fidelity.exceptions import InputError
from ising_fidelity.run.figures import drawn_figures

from ..configs import ATTRIBUTION, DEFAULT, FINITE_SIZE, RELAXATION

pytestmark = pytest.mark.long

MORE = {
    "relaxation": RELAXATION | {"clusters": [3], "starts": ["random"]},
    "attribution": ATTRIBUTION,
    "finite_size": FINITE_SIZE | {"frames": 1000},
    "sources": {"mine": {"frames": "frames/T{T}.nc"}},
}


def places(content, above=()):
    """Return the path of keys and indices of everything inside a config."""
    inside = enumerate(content) if isinstance(content, list) else ()
    inside = content.items() if isinstance(content, dict) else inside
    return [
        place for key, value in inside for place in [(*above, key), *places(value, (*above, key))]
    ]


BASE = load.merge(yaml.safe_load(DEFAULT.read_text()), MORE)
PLACES = places(BASE)
ODD = [
    0, -1, 1, 2, 3, 10**6, 10**9, 10**30, 0.0, -0.5, 1.0, 1e308, float("inf"), float("nan"), True,
    None, "", "mc", "GAN", "2.30", "1e400", "1e-4", "nan", "{T}", "a\nb", [], {}, [[]], ["2.3", 2.3]
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(ODD),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inside: (
            st.lists(inside, max_size=3)
            | st.dictionaries(st.text(max_size=8) | st.integers(), inside, max_size=3)
        ),
        max_leaves=5,
    ),
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(PLACES),
        st.sampled_from(["replace", "delete", "add"]),
        st.sampled_from(["mc", "models", "width", "new"]) | st.text(max_size=8),
        VALUES,
    ),
    min_size=1,
    max_size=3,
)


def changed(content, place, how, name, value):
    """Change what is at a place, if an earlier change has left it there."""
    for key in place[:-1]:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            return
    here = list(range(len(content))) if isinstance(content, list) else content
    if not isinstance(content, list | dict) or place[-1] not in here:
        return
    if how == "delete":
        del content[place[-1]]
    elif how == "replace" or not isinstance(content[place[-1]], dict):
        content[place[-1]] = value
    else:
        content[place[-1]][name] = value


def test_what_is_changed_is_valid_at_first():
    assert load.check(BASE).run == "default"
    assert len(PLACES) > 300


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES)
def test_a_changed_config_is_valid_or_named_in_one_line(changes):
    content = copy.deepcopy(BASE)
    for change in changes:
        changed(content, *copy.deepcopy(change))
    try:
        run = load.check(content)
    except InputError as refusal:
        text = str(refusal)
    else:
        text = "config: valid"
        # What the workflow asks for, and what it writes for train to read.
        assert load.check(yaml.safe_load(yaml.safe_dump(run.plain()))) == run
        assert run.all_sources
        assert drawn_figures(run).keys() <= run.figures.keys()
    assert text.startswith("config: ")
    assert len(text.splitlines()) == 1


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_a_file_of_anything_is_no_config(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("configs") / "any.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        load.load([path])
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("kind", ["frames", "checkpoint"])
def test_a_damaged_file_is_valid_or_named_in_one_line(kind, tmp_path):
    """In a process of its own: a library that crashes on a damaged file would end all tests."""
    script = Path(__file__).with_name("damage.py")
    done = subprocess.run(
        [sys.executable, script, kind, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    valid, refused = map(int, done.stdout.split())
    assert refused > 100
    assert valid > 0
