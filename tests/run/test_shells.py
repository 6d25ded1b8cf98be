"""Whatever folders are called, each path is one word to the shell that a rule's command goes to."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
COMMAND = re.compile(r'shell(?::|\()\s*((?:"[^"\n]*"\s*)+)')
WORDS = r"params\.(?!config)\w+|wildcards\.\w+|resources\.device"
"""What is a word as it is, or a row of them: names, numbers, and flags with quoted values."""


def commands(text):
    """Return the commands of a file of rules."""
    return ["".join(re.findall(r'"([^"\n]*)"', found)) for found in COMMAND.findall(text)]


def unquoted(command):
    """Return what a command has of paths that a shell could take for several words."""
    return [
        name
        for name in re.findall(r"\{([^{}]*)\}", command)
        if not name.endswith(":q") and not re.fullmatch(WORDS, name)
    ]


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_path_is_quoted(path):
    text = path.read_text()
    found = commands(text)
    assert len(found) == len(re.findall(r"\bshell\b", text))
    assert not [one for command in found for one in unquoted(command)]


def test_there_are_commands_to_look_at():
    verbs = " ".join(command for path in RULES for command in commands(path.read_text()))
    assert len(re.findall(r"ising-fidelity \w+", verbs)) == 16
    assert "{sys.executable:q}" in verbs


@pytest.mark.parametrize("wrong", ["{input}", "{input.a} {output:q}", "{HOME}x.py", "{log}"])
def test_a_path_as_it_is_would_be_found(wrong):
    assert len(unquoted(f"ising-fidelity {{params.a}} {wrong} {{wildcards.T}}")) == 1
