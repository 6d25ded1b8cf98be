"""Placeholders of commands: which are allowed, and that any value is one word to the shell."""

import re
import subprocess
from pathlib import Path

import pytest

from ising_fidelity.models.command.placeholders import SAMPLING, check, filled, named

AWKWARD = ["plain", "a b", "it's", 'say "x"', "$HOME", "a;b", "`x`", "*", "new\nline", "\\", ""]


@pytest.mark.parametrize("value", AWKWARD)
def test_a_value_is_one_word_to_the_shell(value):
    command = filled("printf '%s|' {output} --T={T}", {"output": Path(value), "T": value})
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == f"{Path(value)}|--T={value}|"


def test_several_values_are_as_many_words():
    command = filled("printf '%s|' {frames}", {"frames": [Path("a b"), Path("c")]})
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "a b|c|"


def test_double_braces_are_those_of_the_shell():
    command = "x=1; echo ${{x}} {T}"
    check(command, SAMPLING, ["T"])
    assert filled(command, {"T": 2}) == "x=1; echo ${x} 2"
    assert named(command) == {"T"}


@pytest.mark.parametrize("command", ["echo 'a' {T}", 'echo "it\'s" {T}', r"echo \" {T}"])
def test_quotes_that_are_closed_or_escaped_are_none(command):
    check(command, SAMPLING, ["T"])


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("x {T", "expected '}' before end of string; write {{ and }}"),
        ("x } {T}", "Single '}' encountered in format string; write {{ and }}"),
        ("x {t} {T}", "no placeholder {t}; allowed are {model}, {T}, {n}, {L}, {seed}, {output}"),
        ("x {} {T}", "no placeholder {}; allowed are"),
        ("awk '{print}' {T}", "no placeholder {print}; allowed are"),
        ("x {T:.2f}", "{T} with a format; allowed is {T} alone"),
        ("x {T!r}", "{T} with a format; allowed is {T} alone"),
        ("x '{T}'", "{T} stands in quotes; leave them out"),
        ('x "a {T}"', "{T} stands in quotes; leave them out"),
        ('x "a\\"{T}"', "{T} stands in quotes; leave them out"),
        ("x", "without {T}; needed are {T}"),
        ("x \0 {T}", "contains a zero byte"),
    ],
)
def test_what_cannot_be_filled_in_is_refused(command, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        check(command, SAMPLING, ["T"])
