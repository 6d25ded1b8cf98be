"""What a run will take: the plan is read, jobs are run smaller, and a line is drawn."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from ising_fidelity.config.load import load
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf

ROOT = Path(__file__).resolve().parents[2]
TINY = str(ROOT / "workflow" / "presets" / "tiny.yaml")
pytestmark = pytest.mark.workflow


@pytest.fixture
def script(monkeypatch):
    """Return the function that imports a script; they find each other in their own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "workflow" / "scripts"))
    return import_module


@pytest.fixture
def estimate(script):
    return script("estimate")


@pytest.mark.long
def test_jobs_of_a_plan_and_what_some_take(estimate, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # as a plan may be asked for in any folder
    jobs = estimate.planned([TINY], "--forceall")
    count = {kind: sum(job.kind == kind for job in jobs) for kind in {job.kind for job in jobs}}
    assert (count["simulate mc"], count["train GAN"], count["compare mc-paper"]) == (3, 1, 3)
    assert count["merge"] == count["score"] == count["plot_fig7"] == 1
    wanted = {"simulate mc-paper", "train GAN", "sample GAN", "merge"}
    kinds = estimate.estimated(
        load([ROOT / "config.yaml", TINY]),
        [job for job in jobs if job.kind in wanted],
        [job for job in jobs if job.kind in wanted],
    )
    assert set(kinds) == wanted
    for name, kind in kinds.items():
        assert kind.count == count[name]
        assert kind.cost.measured == (name != "merge")
        assert kind.cost.seconds > 0.1
        assert kind.cost.size > 1000
    text = estimate.table(kinds, 2)
    assert f"{sum(count[name] for name in wanted)} jobs" in text


def test_a_training_temperature_nearer_to_the_transition_than_any_other(estimate, tmp_path):
    """The simulation that is timed is then at another temperature than what reads frames."""
    more = tmp_path / "more.yaml"
    more.write_text(
        "temperatures: [2.0, 2.4]\n"
        "models: {GAN: {training_temperatures: [2.27, 3.0]}, DiffIsing2: null}\n"
    )
    configs = [TINY, str(more)]
    wanted = {"simulate mc-paper", "measure mc-paper"}
    jobs = [job for job in estimate.planned(configs, "--forceall") if job.kind in wanted]
    kinds = estimate.estimated(load([ROOT / "config.yaml", *configs]), jobs, jobs)
    assert all(kind.cost.measured for kind in kinds.values())
    assert set(kinds) == wanted


def test_a_straight_line_through_the_smallest_and_the_largest_run(estimate, monkeypatch, tmp_path):
    """A job of 0.5 s and 100 s of work, 10 bytes and 1000."""
    run = load([ROOT / "config.yaml", TINY])
    calibration = estimate.Calibration(run, tmp_path)
    output = tmp_path / "out.nc"

    def smaller(job, share):
        output.write_bytes(bytes(round(10 + 1000 * share)))
        return [str(share)], share

    monkeypatch.setattr(calibration, "smaller", smaller)
    monkeypatch.setattr(calibration, "_timed", lambda words: 0.5 + 100 * float(words[0]))
    cost = calibration.cost(estimate.Job("simulate", {}, ["out.nc"], []))
    assert cost.seconds == pytest.approx(100.5)
    assert cost.size == pytest.approx(1010, rel=0.05)


@pytest.mark.parametrize("cores", [1, 2, 3, 5, 16])
def test_the_first_look_is_timed_at_some_temperatures(estimate, monkeypatch, cores):
    """It takes 25 s, and 10 s more for each temperature."""
    seen = []

    def timed(temperatures, given):
        assert given == cores
        seen.append({*temperatures})
        return 25 + 10 * len(temperatures)

    monkeypatch.setattr(estimate, "_timed_look", timed)
    assert f"on {cores} cores about {125 / 60:.3g} minutes" in estimate.of_look(cores)
    assert [len(one) for one in seen] == [min(10, cores), min(10, 2 * cores)]


def test_measurements_are_timed_with_all_frames_or_in_proportion(estimate, monkeypatch, tmp_path):
    """50 chains of 40 draws at L = 32, and a quarter of them if so many spins are too many."""
    run = load([ROOT / "config.yaml"])
    calibration = estimate.Calibration(run, tmp_path)
    for name in ("2.30", "2.40"):
        path = tmp_path / "results" / "configurations" / "mc" / f"T{name}.nc"
        path.parent.mkdir(parents=True, exist_ok=True)
        few = np.ones((50, 4, 32, 32), np.int8)
        netcdf.write(frames_dataset(few, float(name), "chain", {}), path)
    output = tmp_path / "out.nc"
    output.write_bytes(bytes(1000))
    seen = []

    def timed(words):
        seen.append(read_frames(path)["spin"].shape)
        return 2.0

    monkeypatch.setattr(calibration, "_timed", timed)
    words = ["ising-fidelity", "measure", "results/configurations/mc/T2.40.nc"]
    job = estimate.Job("measure", {}, ["out.nc"], words)
    calibration.begun.add("measure")
    assert calibration.cost(job) == estimate.Cost(2.0, 1000, measured=True)
    monkeypatch.setattr(sys.modules["calibrate"], "SPINS", 500 * 32**2)
    assert calibration.cost(job) == estimate.Cost(8.0, 4000, measured=True)
    assert seen == [(50, 40, 32, 32), (50, 10, 32, 32)]


@pytest.mark.parametrize(
    ("model", "given", "share", "smaller", "done"),
    [
        ("GAN", "", 1, "--frames 16", 1),
        ("GAN", "", 1 / 4, "--frames 4", 1 / 4),
        ("DiffIsing2", " --sampling-steps 5", 1, "--frames 16 --sampling-steps 5", 1),
        ("DiffIsing2", " --sampling-steps 5", 1 / 8, "--frames 2 --sampling-steps 5", 1 / 8),
        ("DiffIsing2", " --sampling-steps 5", 1 / 40, "--frames 1 --sampling-steps 2", 1 / 40),
        ("DiffIsing2", "", 1 / 16, "--sampling-steps 1000 --frames 1", 1 / 16),
        ("DiffIsing3", " --compile", 1 / 8, "--sampling-steps 100 --frames 2", 1 / 8),
        ("DiffIsing3", "", 1 / 32, "--sampling-steps 50 --frames 1", 1 / 32),
    ],
)
def test_a_share_of_sampling(estimate, tmp_path, model, given, share, smaller, done):
    """Steps that a command does not name are those of the model's own chain, if it has one."""
    calibration = estimate.Calibration(load([ROOT / "config.yaml"]), tmp_path)
    command = f"ising-fidelity sample --frames 16{given}"
    job = estimate.Job("sample", {"model": model, "T": "2.30"}, ["out.nc"], command.split())
    words, part = calibration.smaller(job, share)
    assert " ".join(words) == f"ising-fidelity sample {smaller}"
    assert part == pytest.approx(done)


def test_a_wrong_config_is_one_line(estimate, monkeypatch, tmp_path, capsys):
    path = tmp_path / "wrong.yaml"
    path.write_text("lattice_size: -3")
    monkeypatch.setattr(sys, "argv", ["estimate.py", str(path)])
    with pytest.raises(SystemExit) as end:
        estimate.main()
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_what_commands_make_is_not_run_to_be_timed(estimate, tmp_path):
    more = tmp_path / "more.yaml"
    more.write_text(
        "models: {Mine: {family: command, sample: 'false {T} {output}'}, DiffIsing2: null}\n"
        "relaxation: {sweeps: [1], models: [Mine]}\n"
    )
    configs = [TINY, str(more)]
    wanted = {"sample_command Mine", "measure Mine", "relax Mine+1sweeps", "solve"}
    jobs = [job for job in estimate.planned(configs, "--forceall") if job.kind in wanted]
    kinds = estimate.estimated(load([ROOT / "config.yaml", *configs]), jobs, jobs)
    assert set(kinds) == wanted
    assert not any(kind.cost.measured for kind in kinds.values())
