"""Finished runs as a notebook has them: here the shipped run at the paper's scale."""

import shutil
from pathlib import Path

import pytest
import yaml

import ising_fidelity as ising
from ising_fidelity.api.runs import CONFIGS

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "paper_scale"


@pytest.fixture(scope="module")
def run():
    return ising.open_run(SHIPPED)


def test_a_run_says_what_is_in_it(run):
    assert run.L == 64
    assert {"mc", "mc-paper", "DiffIsing2"} <= {*run.sources}
    assert run.temperatures == sorted(run.temperatures)
    assert 2.3 in run.temperatures
    for text in (repr(run), run._repr_html_()):
        assert run.name in text
        assert "fig3" in text


def test_scores_are_a_table(run):
    assert {"source", "temperature", "quantity", "deviation_in_errors"} <= {*run.scores.columns}
    assert "2.30" in set(run.scores["temperature"])
    assert run.scores is run.scores


def test_figures_are_drawn(run):
    figure = run.figure("fig3")
    assert len(figure.axes) >= 4
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_figures_that_are_none_are_refused(run):
    with pytest.raises(ising.InputError, match=r"figure: no 'fig99' in .*paper_scale; there are:"):
        run.figure("fig99")
    left_out = next(iter(run._paths.plan.left_out))
    with pytest.raises(ising.InputError, match=f"{left_out}.* is left out of .*paper_scale: "):
        run.figure(left_out)


def test_frames_and_observables_of_a_source(run):
    frames = run.frames("DiffIsing2", 2.3)
    assert (frames.L, frames.T) == (64, 2.3)
    found = run.observables("mc")
    assert found["temperature"].size == len(run.temperatures)
    assert {"energy", "energy_error"} <= {*found}
    with pytest.raises(ising.InputError, match=r"source: no 'GPT' in .*; there are: .*mc"):
        run.observables("GPT")
    with pytest.raises(ising.InputError, match=r"T: no T = 9.00 in .*; there are: "):
        run.frames("mc", 9)
    with pytest.raises(ising.InputError, match=r"mc-paper/T\S+.nc: no such file"):
        run.frames("mc-paper", run.temperatures[0])


def test_folders_of_no_run_and_of_an_unfinished_one_are_told(tmp_path):
    with pytest.raises(ising.InputError, match="no such folder; a run writes to results/<run>"):
        ising.open_run(tmp_path / "gone")
    with pytest.raises(ising.InputError, match=r"no provenance/config.yaml; allowed is the folder"):
        ising.open_run(tmp_path)
    (tmp_path / "provenance").mkdir()
    shutil.copy(SHIPPED / "config.yaml", tmp_path / CONFIGS[0])
    begun = ising.open_run(tmp_path)
    with pytest.raises(ising.InputError, match=f"{tmp_path}: no scores.csv, which score writes"):
        begun.scores  # noqa: B018  # it is the asking that raises
    with pytest.raises(ising.InputError, match=f"{tmp_path}: no fidelity.nc, which merge writes"):
        begun.observables("mc")


def test_frames_made_elsewhere_are_found_from_the_project(tmp_path):
    """Their path in a config begins where the workflow runs, two folders above a run's."""
    config = yaml.safe_load((SHIPPED / "config.yaml").read_text())
    config |= {"run": "own", "sources": {"mine": {"frames": "own/T{T}.nc"}}, "models": None}
    config |= {"figures": {"fig7": {"sources": ["mine"], "temperatures": ["2.30"]}}}
    config |= {"equilibration": None, "relaxation": None, "attribution": None, "finish": None}
    place = tmp_path / "results" / "own" / CONFIGS[0]
    place.parent.mkdir(parents=True)
    place.write_text(yaml.safe_dump(config))
    (tmp_path / "own").mkdir()
    shutil.copy(SHIPPED / "configurations" / "mc" / "T2.30.nc", tmp_path / "own")
    run = ising.open_run(tmp_path / "results" / "own")
    assert len(run.frames("mine", 2.30)) == len(ising.open_run(SHIPPED).frames("mc", 2.30))
    assert run.figure("fig7").axes
