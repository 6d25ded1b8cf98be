"""Every verb, ended at random moments, on a full disk, with damaged inputs; again: the same bytes.

When a signal comes is drawn with fixed seeds, of the time that the verb takes undisturbed; one that
comes after the end is sent again, earlier. Nothing here is a statistical test.
"""

import os
import shlex
import shutil
import signal
import subprocess
import time
import zlib
from itertools import cycle, product
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from ising_fidelity.config.load import load

from ..namespaces import unshare
from ..workflow.conftest import copy_of_the_workflow
from . import undisturbed
from .undisturbed import COMMAND, RESULTS, TINY, Command, cold, left_over, products, warm

pytestmark = pytest.mark.long

EVERY_VERB = {
    "relaxation": {"sweeps": [1], "models": ["GAN"]},
    "finish": {"sweeps": [2], "models": ["DiffIsing2"]},
    "attribution": {"temperatures": [2.0], "sweeps": [1]},
    "finite_size": {
        "lattice_sizes": [4, 6, 8], "temperatures": [2.25, 2.3, 2.35], "sources": ["mc"],
        "frames": 80,
    },
    "figures": {"fig4": {"temperatures": [2.3]}},
}  # fmt: skip
"""What the tiny preset leaves out, as small as it may be."""

VERBS = (
    "simulate", "train", "sample", "sample_finished", "relax", "equilibrate", "measure", "compare",
    "attribute", "scale", "solve", "merge_attributions", "score", "plot_fig3",
)  # fmt: skip
SIGNALS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "Ctrl-C": signal.SIGINT}
ENDED = {"SIGKILL": {-9}, "SIGTERM": {143, -15}, "Ctrl-C": {130, -2, 1}}
"""Exit status of what a signal ended; the negative ones while Python itself begins or ends."""

TRIES = 8


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    """Give an undisturbed run in which every verb has its part."""
    project = copy_of_the_workflow(tmp_path_factory.mktemp("every-verb"))
    project.configs.append(TINY)
    return undisturbed.run(project.lay_over(**EVERY_VERB))


def randomness(*names):
    """Return random numbers with a fixed seed of their own."""
    return np.random.default_rng(zlib.crc32("/".join(map(str, names)).encode()))


def written_now(folder, outputs):
    """Whether one of the outputs is being written."""
    return any(
        place.exists()
        for output in outputs
        for hidden in (folder / output).parent.glob(f".{output.name}-*")
        for place in (hidden / output.name,)
    )


def at_a_moment(running, moment):
    """Wait for a moment, s after the start."""
    end = time.monotonic() + moment
    while running.poll() is None and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.01))


def as_it_writes(running, moment, folder, outputs):
    """Wait until something is being written, and for a moment more."""
    while running.poll() is None and not written_now(folder, outputs):
        time.sleep(0.0002)
    time.sleep(moment)


def end(start, wait, longest, name, random):
    """Start a process and end it by a signal, earlier if that came too late; return its status."""
    for _ in range(TRIES):
        running = start()
        wait(running, random.uniform(0, longest))
        running.send(SIGNALS[name])
        status = running.wait()
        if status != 0:
            assert status in ENDED[name]
            return
        longest /= 2
    pytest.fail(f"{TRIES} times the command had ended before the signal")


def look(folder, expected, outputs):
    """Require that files that are there are whole, whatever happened."""
    for name, content in products(folder).items():
        assert content == expected[name], f"{name} is half written"
    # A state of training is read, and taken as it is or not at all.
    for state in folder.rglob("*.resume.pt"):
        if not undisturbed.hidden(state.relative_to(folder)):
            assert torch.load(state, weights_only=True)["result"]["history"]


def again(folder, command, expected):
    """Give the command again and require what an undisturbed run comes to, and nothing else."""
    assert warm(command.words, folder).wait() == 0, (folder / "said.txt").read_text()
    assert products(folder) == expected
    assert left_over(folder) == []


WHEN = [
    (rule, name, moment)
    for (rule, name), moment in zip(
        product(VERBS, SIGNALS), cycle(["any moment", "writing"]), strict=False
    )
]
"""As the number of signals is odd, every other verb has the moments the other way round."""


@pytest.mark.parametrize(("rule", "name", "moment"), WHEN)
def test_a_verb_that_is_ended(rule, name, moment, whole_run, tmp_path):
    command = whole_run.command(rule)
    expected = whole_run.copy(command, tmp_path)
    random = randomness(rule, name, moment)
    if moment == "writing":
        longest = 0.01

        def wait(running, moment):
            as_it_writes(running, moment, tmp_path, command.outputs)
    else:
        longest, wait = whole_run.seconds[shlex.join(command.words)], at_a_moment
    end(lambda: warm(command.words, tmp_path), wait, longest, name, random)
    look(tmp_path, expected, command.outputs)
    again(tmp_path, command, expected)


@pytest.mark.parametrize(("rule", "name"), [*zip(VERBS, cycle(SIGNALS), strict=False)])
def test_a_verb_that_is_ended_as_it_is_typed(rule, name, whole_run, tmp_path):
    """A process of its own, mostly ended while it imports: 2 s of start, parts of one of work."""
    command = whole_run.command(rule)
    expected = whole_run.copy(command, tmp_path)
    longest = 1 + whole_run.seconds[shlex.join(command.words)]
    end(lambda: cold(command.words, tmp_path), at_a_moment, longest, name, randomness(rule))
    look(tmp_path, expected, command.outputs)
    again(tmp_path, command, expected)


EPOCHS = 8


@pytest.fixture(scope="module", params=["DiffIsing2", "GAN"])
def training(request, whole_run, tmp_path_factory):
    """Give a training of many epochs, its products and how long it takes in s."""
    folder = tmp_path_factory.mktemp(request.param)
    plain = load([whole_run.folder / RESULTS / "provenance" / "config.yaml"]).plain()
    plain["models"][request.param] |= {"epochs": EPOCHS}
    (folder / "long.yaml").write_text(yaml.safe_dump(plain))
    short = next(
        command
        for command in whole_run.commands
        if command.rule == "train" and request.param in command.words
    )
    words = ["long.yaml" if word.endswith("config.yaml") else word for word in short.words]
    command = Command("train", words)
    whole_run.copy(short, folder)
    begin = time.monotonic()
    assert warm(words, folder).wait() == 0, (folder / "said.txt").read_text()
    return folder, command, time.monotonic() - begin


def epochs_done(folder):
    """Return how many epochs are in the state of training."""
    for state in (folder / RESULTS / "models").glob("*.resume.pt"):
        return len(torch.load(state, weights_only=True)["result"]["history"]["learning_rate"])
    return 0


@pytest.mark.parametrize("repeat", range(2))
@pytest.mark.parametrize("name", SIGNALS)
def test_a_training_that_is_ended_again_and_again(name, repeat, training, tmp_path):
    """Three times at random moments; each time no more than the epoch that had begun is lost."""
    done, command, seconds = training
    expected = products(done)
    for path in (Path("long.yaml"), *command.inputs(done)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(done / path, tmp_path / path)
    random = randomness(name, repeat, command.words)
    begun = tmp_path / "begun.txt"
    for _ in range(3):
        before = epochs_done(tmp_path)
        begun.write_text("")
        running = warm(command.words, tmp_path, str(begun))
        at_a_moment(running, random.uniform(0, seconds / 2))
        running.send(SIGNALS[name])
        assert running.wait() in {0, *ENDED[name]}
        if products(tmp_path).keys() == expected.keys():
            break
        look(tmp_path, expected, command.outputs)
        assert epochs_done(tmp_path) >= before + len(begun.read_text().splitlines()) - 1
    again(tmp_path, command, expected)


DAMAGE = {
    "nothing left": lambda content: b"",
    "cut short": lambda content: content[: len(content) // 2],
    "overwritten": lambda content: bytes(len(content)),
}
READING = [rule for rule in VERBS if rule not in ("simulate", "solve")]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("rule", READING)
def test_a_damaged_input_is_named_and_nothing_is_written(rule, damage, whole_run, tmp_path):
    """With the input as it was, the command does what it does undisturbed."""
    command = whole_run.command(rule)
    expected = whole_run.copy(command, tmp_path)
    files = [path for path in command.inputs(tmp_path) if path.suffix in (".nc", ".safetensors")]
    path = files[randomness(rule, damage).integers(len(files))]
    before = (tmp_path / path).read_bytes()
    (tmp_path / path).write_bytes(DAMAGE[damage](before))
    assert warm(command.words, tmp_path).wait() == 2
    (line,) = (tmp_path / "said.txt").read_text().splitlines()
    assert line.startswith(f"ising-fidelity: {path}: not a readable ")
    assert not any((tmp_path / output).exists() for output in command.outputs)
    assert left_over(tmp_path) == []
    (tmp_path / path).write_bytes(before)
    again(tmp_path, command, expected)


FULL = """
mount -t tmpfs -o size=$SIZE none full || exit 9
"$@"
status=$?
ls -A full | grep -v -F .resume.pt
cp -a full/. saved && umount full && mount -t tmpfs none full && cp -a saved/. full
"$@" && cp -a full/. kept
exit $status
"""
SIZES = {
    "simulate": "8k",
    "train": "200k",
    "merge_attributions": "16k",
    "score": "100k",
    "plot_fig3": "100k",
}
"""Of a disk where each kind of file does not fit; of a training its state does, or the model."""


@pytest.mark.parametrize("rule", SIZES)
def test_a_verb_on_a_full_disk(rule, whole_run, tmp_path):
    """Nothing is there of what does not fit; with space, the same command writes the same bytes."""
    command = whole_run.command(rule)
    whole_run.copy(command, tmp_path)
    for name in ("full", "saved", "kept"):
        (tmp_path / name).mkdir()
    moved = {str(path): f"full/{path.name}" for path in command.outputs}
    done = subprocess.run(
        [*unshare("--mount"), "sh", "-c", FULL, "sh", COMMAND,
         *(moved.get(word, word) for word in command.words)],
        cwd=tmp_path, env=os.environ | {"SIZE": SIZES[rule]},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    full = done.stderr.index("cannot be written (No space left on device)\n")
    assert "Traceback" not in done.stderr[:full]
    there = {name: (whole_run.folder / path) for path in command.outputs for name in [path.name]}
    for name in done.stdout.split():
        assert there.pop(name, None), f"{name} is half written"
    assert there
    for path in command.outputs:
        assert (tmp_path / "kept" / path.name).read_bytes() == (
            whole_run.folder / path
        ).read_bytes()
    assert len(list((tmp_path / "kept").iterdir())) == len(command.outputs)
