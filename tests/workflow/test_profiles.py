"""Profiles for clusters name what is there, every job has resources, and a retry has more."""

import re

import pytest
import yaml

from .conftest import ROOT

pytestmark = pytest.mark.workflow
NAMES = ("slurm", "slurm-gpu")
LARGEST_FILE = 10**9
"""Bytes, of the largest lattice's frames; Snakemake's own limit for checksums is a million."""
BY_COMMANDS = {"train_command", "sample_command", "sample_command_at_size"}
ON_A_GPU = {"train", "sample", "sample_finished", "sample_at_size", "equilibrate"} | BY_COMMANDS


def profile(name):
    return yaml.safe_load((ROOT / "workflow" / "profiles" / name / "config.yaml").read_text())


def asked(project, name, attempt):
    """Return what the jobs of each rule would ask for."""
    arguments = ["--workflow-profile", f"workflow/profiles/{name}", "--attempt", str(attempt)]
    done = project.snakemake("--dry-run", "--quiet", "host", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for block in re.split(r"\n(?= *(?:local)?rule )", done.stdout):
        rule = re.match(r" *rule (\w+):", block)
        given = re.search(r"^ +resources: (.*)$", block, re.MULTILINE)
        if rule:
            pairs = (entry.split("=", 1) for entry in given[1].split(", ") if "=" in entry)
            found[rule[1]] = {key: int(value) for key, value in pairs if value.isdigit()}
    del found["all"]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_all_rules_are_named_and_no_others(fresh, name):
    done = fresh.snakemake("--list-rules")
    assert done.returncode == 0, done.stdout + done.stderr
    rules = {rule for rule in done.stdout.split() if not rule.startswith("plot_")} - {"all"}
    settings = profile(name)
    assert settings["set-resources"].keys() == rules
    # A training is long enough for a job of its own.
    assert settings["groups"].keys() == rules - {"train", "train_command"}
    assert settings["group-components"].keys() == {*settings["groups"].values(), "figures"}


@pytest.mark.parametrize("name", NAMES)
def test_every_job_has_resources_and_a_retry_has_more(fresh, name):
    fresh.configs.append("workflow/presets/smoke.yaml")
    first, second = (asked(fresh, name, attempt) for attempt in (1, 2))
    assert first.keys() == fresh.plan().keys() == second.keys()
    for rule, resources in first.items():
        for key in ("mem_mb", "runtime"):
            assert second[rule][key] == 2 * resources[key] > 0, (rule, key)
        gpus = int(name == "slurm-gpu" and rule in ON_A_GPU)
        assert resources.get("gpu", 0) == second[rule].get("gpu", 0) == gpus, rule


@pytest.mark.parametrize("name", ["local", *NAMES])
def test_files_are_told_apart_by_content_however_large(name):
    settings = profile(name)
    assert settings["max-checksum-file-size"] > LARGEST_FILE
    assert settings["rerun-incomplete"]


@pytest.mark.parametrize("name", NAMES)
def test_who_pays_and_where_is_left_to_the_user(name):
    text = (ROOT / "workflow" / "profiles" / name / "config.yaml").read_text()
    assert "default-resources" not in profile(name)
    for path in [*(ROOT / "workflow" / "rules").glob("*.smk"), ROOT / "config.yaml"]:
        text += path.read_text()
    said = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    assert not re.search("slurm_account|slurm_partition", "\n".join(said))


def test_the_profiles_differ_in_gpus_alone():
    plain, gpu = map(profile, NAMES)
    assert gpu.pop("resources") == {"gpu": 1}
    assert gpu.pop("set-resource-scopes") == {"gpu": "local"}
    for settings in (plain, gpu):
        for rule in ON_A_GPU:
            del settings["set-resources"][rule]
    assert plain == gpu
