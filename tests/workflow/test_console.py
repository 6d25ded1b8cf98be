"""What a run prints: lines of progress, what failed and why, the verdicts and where the page is."""

import os
import re
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytestmark = pytest.mark.workflow
TARGETS = ["results/tiny/exact.nc", "results/tiny/configurations/mc/T2.30.nc"]
BLOCKS = r"^ *(?:local)?rule \w+:$|^ +jobid: |^Job stats:|^Finished jobid|steps \("
"""What Snakemake itself says of jobs."""
REFUSES = """#!/bin/sh
[ "$1" = solve ] && { echo there is no solution today; exit 1; }
exec "%s" "$@"
"""


@pytest.fixture
def project(fresh):
    fresh.configs.append("workflow/presets/tiny.yaml")
    return fresh


@pytest.fixture
def failing(project, tmp_path):
    """Give a project whose step ``solve`` fails."""
    command = tmp_path / "bin" / "ising-fidelity"
    command.parent.mkdir()
    command.write_text(REFUSES % (Path(sys.executable).parent / command.name))
    command.chmod(0o755)
    path = [str(command.parent), str(Path(sys.executable).parent), os.environ["PATH"]]
    return replace(project, environment={"PATH": os.pathsep.join(path)})


def test_a_whole_run(finished):
    said = (finished.folder / "said.txt").read_text()
    plan = re.search(r"^(\d+) jobs: simulate 6, train 2, sample 6, .*, plot \d+$", said, re.M)
    total = plan[1]
    assert said[plan.end() :].startswith("\nThe page will be results/tiny/scores.html\n")
    assert re.search(rf"^\d of {total} done.*: simulating ", said, re.M)
    lines = re.findall(rf"^(\d+) of {total} done.*: \w+ing ", said, re.M)
    assert len(lines) > 1
    assert [int(line) for line in lines] == sorted(int(line) for line in lines)
    assert not re.search(BLOCKS, said, re.M)
    end = said[said.index(f"\n{total} of {total} done in ") :]
    assert re.search(r"^source +u +C ", end, re.M)
    for source in ("mc", "GAN", "DiffIsing2"):
        assert re.search(rf"^{source} +\d/3", end, re.M)
    assert "\nOpen results/tiny/scores.html\n" in end
    assert "\N{ESCAPE}" not in said


def test_a_finished_run_says_where_its_page_is(finished):
    said = finished.snakemake().stderr
    assert "Nothing to be done" in said
    assert said.splitlines()[-1] == "Open results/tiny/scores.html"


def test_a_failing_job_is_named_with_its_log_and_the_run_is_resumed_as_is_said(failing, project):
    done = failing.snakemake("--keep-going", *TARGETS)
    assert done.returncode != 0
    said = done.stderr
    assert "2 jobs: simulate 1, solve 1\n" in said
    # Snakemake's own.
    assert re.search(r"^Error in rule solve:$", said, re.M)
    assert "log: results/tiny/logs/solve.log" in said
    summary = said[said.index("The run has stopped: 1 of 2 done, 1 failed\n") :]
    assert "  solving exactly: results/tiny/logs/solve.log\n    there is no solution" in summary
    (command,) = re.findall(r"^To resume: snakemake (.*)$", summary, re.M)
    words = shlex.split(command)
    assert words[:2] == ["--rerun-incomplete", "--cores"]
    again = replace(project, configs=[]).snakemake(*words)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "1 job: solve 1\n" in again.stderr
    assert "1 of 1 done in " in again.stderr
    assert project.plan(*TARGETS) == {}
    # What was not asked for has no verdict.
    assert "Open " not in again.stdout + again.stderr


def test_the_profile_shows_the_whole_log_of_what_failed(failing):
    profile = ["--workflow-profile", "workflow/profiles/local"]
    done = failing.snakemake(*profile, TARGETS[0])
    assert done.returncode != 0
    assert re.search(r"^Logfile results/tiny/logs/solve.log:\n=+\nthere is", done.stderr, re.M)
    assert not re.search(BLOCKS, done.stderr.partition("Error in rule")[0], re.M)


def test_commands_are_printed_by_snakemake_itself(project):
    done = project.snakemake("--printshellcmds", TARGETS[0])
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^(local)?rule solve:$", done.stderr, re.M)
    assert "ising-fidelity solve --lattice-size 8" in done.stderr
    assert "0 of 1 done" not in done.stderr


@pytest.mark.parametrize("quiet", [["--quiet"], ["--quiet", "all"]])
def test_quiet_is_quiet(project, quiet):
    done = project.snakemake(TARGETS[0], *quiet)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert not re.search(r"\d jobs?:|\d done|Open", said)
    assert not re.search(BLOCKS, said, re.M)
