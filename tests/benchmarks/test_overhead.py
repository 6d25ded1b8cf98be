"""The parts of a run's overhead: records of jobs, and times that partly overlap."""

import json
import time
from pathlib import Path

import pytest
import yaml

from benchmarks import overhead


def test_jobs_are_read_once_each_and_of_one_run_only(tmp_path):
    metadata = tmp_path / ".snakemake" / "metadata" / "long"
    metadata.mkdir(parents=True)
    times = {"starttime": 10.0, "endtime": 13.0}
    records = [
        {"rule": "train", "log": ["results/mine/logs/train/GAN.log"], **times},
        {"rule": "train", "log": ["results/mine/logs/train/GAN.log"], **times},  # its other output
        {"rule": "score", "log": ["results/mine/logs/score.log"], **times, "endtime": None},
        {"rule": "solve", "log": ["results/others/logs/solve.log"], **times},
        {"rule": "by hand", "log": [], **times},
    ]  # fmt: skip
    for place, record in enumerate(records):
        (metadata / str(place)).write_text(json.dumps(record))
    assert list(overhead.recorded("mine", tmp_path)) == [overhead.Done("train", 10.0, 13.0)]


def test_a_pause_is_no_part_of_the_wall_time():
    times = [(0, 10), (2, 4), (9, 12), (13, 15), (100, 103)]
    jobs = [overhead.Done("measure", *one) for one in times]
    assert overhead.wall_time(jobs) == 15 + 3


def test_useful_is_what_jobs_take_beyond_their_start_up():
    jobs = [overhead.Done("measure", 0, 120), overhead.Done("plot_figS9", 0, 60)]
    found = overhead.efficiency(jobs, {"measure": 20.0, "plot_fig3": 40.0}, cores=2)
    assert (found["wall"], found["useful"], found["start"]) == (2, 2, 1)
    assert found["ratio"] == 2


def test_costs_of_one_job_of_each_kind_serve_all_temperatures(monkeypatch):
    timed = []

    def planned(configs):
        temperatures = yaml.safe_load(Path(configs[0]).read_text())["temperatures"]
        jobs = [overhead.estimate.Job("simulate", {"T": T}, [], []) for T in temperatures]
        return [*jobs, overhead.estimate.Job("train", {"model": "GAN"}, [], [])]

    def estimated(run, jobs, _):
        timed.extend(jobs)
        costs = {"simulate": (36, 2e6), "train GAN": (360, 1e6)}
        kinds = {job.kind: overhead.estimate.Kind(1) for job in jobs}
        for kind, cost in costs.items():
            kinds[kind].cost = overhead.estimate.Cost(*cost, True)
        return kinds

    monkeypatch.setattr(overhead.estimate, "planned", planned)
    monkeypatch.setattr(overhead.estimate, "estimated", estimated)
    few, many = overhead.plans((3, 11))
    assert len(timed) == 3 + 1
    assert (few["jobs"], many["jobs"]) == (4, 12)
    assert few["hours"] == pytest.approx(0.03 + 0.1)
    assert many["hours"] == pytest.approx(0.11 + 0.1)
    assert many["gigabytes"] == pytest.approx(0.023)


def test_a_verb_has_its_start_up():
    assert {"solve", "train"} <= set(overhead.VERBS)
    assert 0 < overhead.start_up("solve", rounds=1) < 60


def test_every_job_of_the_tiny_preset_has_its_time(monkeypatch):
    """All jobs, which need each other's outputs, then one of each rule: alone, forked, at work."""
    ran = []

    def run(command, **_):
        ran.append(command)
        time.sleep(0.05 * (command == ["b"]))

    monkeypatch.setattr(overhead.subprocess, "run", run)
    monkeypatch.setattr(overhead.forkserver, "start", lambda: None)
    plan = [overhead.estimate.Job(rule, {}, [f"results/{rule}"], [rule]) for rule in "aba"]
    monkeypatch.setattr(overhead.estimate, "planned", lambda configs, *options: plan)
    least = overhead.least_jobs(cores=2, rounds=2)
    assert set(least) == {"a", "b"}
    assert (
        "".join(sorted(command[0] for command in ran))
        == (2 + 2 + 3 + 4) * "a" + (1 + 2 + 3 + 4) * "b"
    )
    assert least["a"].at_work < 0.05 <= least["b"].at_work
