"""The commands of a run, processes to give them to, and what an undisturbed run comes to."""

import multiprocessing
import os
import re
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import yaml

from ising_fidelity.config.load import load
from ising_fidelity.models.family import families

HERE = Path(__file__).resolve().parent
COMMAND = Path(sys.executable).parent / "ising-fidelity"
TINY = "workflow/presets/tiny.yaml"
RESULTS = Path("results", "tiny")
OUTPUTS = ("--output", "--table", "--paper-table", "--claims-table")
NOT_PRODUCTS = ("logs", "benchmarks", "provenance", "ro-crate-metadata.json")
"""What says when and where a run was made."""

STEPS = HERE.parents[1] / "src" / "ising_fidelity" / "steps"
IMPORTED = [
    "ising_fidelity.cli.main",
    *(f"ising_fidelity.steps.{path.stem}" for path in sorted(STEPS.glob("[a-z]*.py"))),
    # What the steps import when they need it.
    *(name for one in families().values() for name in one.training_modules + one.sampling_modules),
    "pandas.io.formats.csvs",
    "pyerrors",
    "netCDF4",
    "torch._dynamo",
    "PIL.Image",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
]
PATIENCE = 120
"""Seconds within which every command ends, on busy machines, too."""

SERVER = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Command:
    """A job's rule and the words of its command line after ``ising-fidelity``."""

    rule: str
    words: list[str]

    @property
    def outputs(self):
        """The files that it makes."""
        pairs = zip(self.words, self.words[1:], strict=False)
        named = [Path(word) for flag, word in pairs if flag in OUTPUTS]
        if self.rule == "train":
            named.append(named[0].with_suffix(".training.nc"))
        return named

    def inputs(self, folder):
        """Return the files that it reads, of those in a folder."""
        made = self.outputs
        paths = [Path(word) for word in self.words if "/" in word]
        for pattern in re.findall(r'[^\s":]+/[^\s":]*\{T\}[^\s",}]*', " ".join(self.words)):
            # As of all temperatures, and perhaps of all sources.
            found = folder.glob(re.sub(r"\{\w+\}", "*", pattern))
            paths += sorted(path.relative_to(folder) for path in found)
        return [path for path in paths if path not in made and (folder / path).is_file()]


@dataclass
class Running:
    """A process, a group of its own, that a signal can be sent to."""

    pid: int
    poll: Callable[[], int | None]

    def wait(self, seconds=PATIENCE):
        """Return the status that it ends with; a process that hangs is a failure."""
        end = time.monotonic() + seconds
        while self.poll() is None:
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"a process still runs after {seconds} s")
            time.sleep(0.001)
        return self.poll()

    def send(self, number):
        """Send a signal to the group; there is none where the process has just begun or ended."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            if self.poll() is None:
                os.kill(self.pid, number)


def warm(words, folder, begun=None):
    """Start a command in a process that has imported everything, so that faults hit its work."""
    SERVER.set_forkserver_preload(IMPORTED)
    given = {"words": words, "folder": str(folder), "said": "said.txt", "begun": begun}
    process = SERVER.Process(
        target=runpy.run_path,
        args=(str(HERE / "child.py"), {"arguments": given}, "__main__"),
    )
    process.start()
    return Running(process.pid, lambda: process.exitcode)


def cold(words, folder):
    """Start a command as it is typed."""
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            [COMMAND, *words],
            cwd=folder,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdout=said,
            stderr=said,
            # Where the tests run in the background, their children would not hear Ctrl-C at all.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.default_int_handler),
            start_new_session=True,
        )
    return Running(process.pid, process.poll)


def products(folder):
    """Return what a run has made: name to bytes. Hidden files are no products."""
    names = [path.relative_to(folder / RESULTS) for path in (folder / RESULTS).rglob("*")]
    return {
        str(name): (folder / RESULTS / name).read_bytes()
        for name in names
        if (folder / RESULTS / name).is_file()
        and name.parts[0] not in NOT_PRODUCTS
        and ".resume" not in name.suffixes
        and not hidden(name)
    }


def hidden(path):
    """Whether a file, or a folder that it is in, is hidden."""
    return any(part.startswith(".") for part in path.parts)


def left_over(folder):
    """Return what commands write to before a file has its name, and states of training."""
    names = [path.relative_to(folder) for path in (folder / RESULTS).rglob("*")]
    return [str(name) for name in names if hidden(name) or ".resume" in name.suffixes]


@dataclass
class Undisturbed:
    """A finished run: its commands in order, how long each took in s, and its products."""

    folder: Path
    commands: list[Command]
    seconds: dict[str, float] = field(default_factory=dict)

    def command(self, rule):
        """Return the command of one job, of those of the rule one that reads most files."""
        commands = [command for command in self.commands if command.rule == rule]
        return max(commands, key=lambda command: len(command.inputs(self.folder)))

    def copy(self, command, folder):
        """Copy what a command reads; return the products that are there when it is done."""
        inputs = command.inputs(self.folder)
        for path in inputs:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.folder / path, folder / path)
        expected = products(self.folder)
        there = [*inputs, *command.outputs]
        names = [str(path.relative_to(RESULTS)) for path in there if RESULTS in path.parents]
        return {name: expected[name] for name in names if name in expected}


def run(project):
    """Run the commands that Snakemake prints, one after the other, as if they were typed."""
    printed = project.snakemake("--dry-run", "--printshellcmds")
    assert printed.returncode == 0, printed.stdout + printed.stderr
    shell = r"Shell command: ising-fidelity (.*) > \S+ 2>&1(?: \|\| .*)?$"
    jobs = rf"^ *(?:local)?rule (\w+):\n(?: +.+\n)*{shell}"
    commands = [
        Command(rule, shlex.split(words))
        for rule, words in re.findall(jobs, printed.stdout + printed.stderr, re.MULTILINE)
    ]
    undisturbed = Undisturbed(project.folder, commands)
    record = project.folder / RESULTS / "provenance" / "config.yaml"
    record.parent.mkdir(parents=True)
    layers = [project.folder / path for path in ("config.yaml", *project.configs)]
    record.write_text(yaml.safe_dump(load(layers).plain(), sort_keys=False))
    for command in commands:
        begin = time.monotonic()
        status = warm(command.words, project.folder).wait()
        undisturbed.seconds[shlex.join(command.words)] = time.monotonic() - begin
        assert status == 0, (command, (project.folder / "said.txt").read_text())
    return undisturbed
