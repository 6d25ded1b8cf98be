"""What a run will take: the plan is read, jobs are run smaller, and a line is drawn."""

import importlib.util
import sys
from pathlib import Path

import pytest

from ising_fidelity import config

ROOT = Path(__file__).resolve().parents[2]
TINY = str(ROOT / "workflow" / "presets" / "tiny.yaml")
pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def estimate():
    path = ROOT / "workflow" / "scripts" / "estimate.py"
    spec = importlib.util.spec_from_file_location("estimate", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["estimate"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["estimate"]


def test_jobs_of_a_plan_and_what_some_take(estimate, tmp_path):
    jobs = estimate.planned([TINY], "--forceall")
    count = {kind: sum(job.kind == kind for job in jobs) for kind in {job.kind for job in jobs}}
    assert (count["simulate mc"], count["train GAN"], count["compare mc-paper"]) == (3, 1, 3)
    assert count["merge"] == count["score"] == count["plot_fig7"] == 1
    wanted = {"simulate mc-paper", "train GAN", "sample GAN", "merge"}
    kinds = estimate.estimated(
        config.load([ROOT / "config.yaml", TINY]),
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
    kinds = estimate.estimated(config.load([ROOT / "config.yaml", *configs]), jobs, jobs)
    assert all(kind.cost.measured for kind in kinds.values())
    assert set(kinds) == wanted


def test_a_straight_line_through_the_smallest_and_the_largest_run(estimate, monkeypatch, tmp_path):
    """A job of 0.5 s and 100 s of work, 10 bytes and 1000."""
    run = config.load([ROOT / "config.yaml", TINY])
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


def test_a_wrong_config_is_one_line(estimate, monkeypatch, tmp_path, capsys):
    path = tmp_path / "wrong.yaml"
    path.write_text("lattice_size: -3")
    monkeypatch.setattr(sys, "argv", ["estimate.py", str(path)])
    with pytest.raises(SystemExit) as end:
        estimate.main()
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
