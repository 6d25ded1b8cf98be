"""Relaxed frames, attributions and other lattice sizes are in a run when its config says so."""

import shutil

import numpy as np
import pandas as pd
import pytest

from ising_fidelity.frames import read_frames
from ising_fidelity.io import netcdf

from .conftest import Project

pytestmark = [pytest.mark.workflow, pytest.mark.long]

RELAXATION = {"sweeps": [1, 5], "models": ["DiffIsing2"]}
WITH_STARTS = RELAXATION | {"sweeps": [1], "clusters": [2], "starts": ["random", "ordered"]}
ATTRIBUTION = {"temperatures": [2.0], "sweeps": [1, 5]}
RELAXED = ("DiffIsing2+1sweeps", "DiffIsing2+5sweeps")
SHOWN = {"fig3": {"sources": ["mc", "DiffIsing2", *RELAXED]}}


def test_only_what_they_add_runs_and_it_is_measured_scored_and_drawn(finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder, symlinks=True)
    plain = Project(folder, finished.configs)
    project = plain.lay_over(relaxation=RELAXATION, attribution=ATTRIBUTION, figures=SHOWN)
    assert project.plan() == {
        "relax": 6,
        "measure": 6,
        "compare": 6,
        "merge": 1,
        "score": 1,
        "plot_fig3": 1,
        "plot_relaxation": 1,
        "attribute": 2,
        "merge_attributions": 1,
        "plot_attribution": 1,
    }
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.plan() == {}
    results = folder / "results" / "tiny"
    assert (results / "figures" / "attribution.png").stat().st_size > 5000
    frames = read_frames(results / "configurations" / RELAXED[1] / "T2.00.nc")
    assert frames.attrs["relaxation_sweeps"] == 5
    tree = netcdf.read_tree(results / "fidelity.nc")
    assert set(RELAXED) < set(tree)
    # It is compared with the frames that its model was trained on, where that was trained.
    nearest = tree[RELAXED[0]]["nearest_training_hamming"]
    assert nearest.isnull().values.tolist() == [False, True, False]
    scores = pd.read_csv(results / "scores.csv", dtype={"temperature": str})
    trained = scores[scores["in_training_temperatures"].astype(str) == "True"]
    assert set(trained[trained["source"] == RELAXED[1]]["temperature"]) >= {"2.00", "3.00"}
    assert set(netcdf.read_tree(results / "attribution.nc")) == {"DiffIsing2", "GAN"}
    assert "isolated flips" in (results / "scores.html").read_text()

    more = project.lay_over(temperatures=[2.0, 2.27, 2.3, 3.0]).plan()
    assert more == {
        "simulate": 2,
        "sample": 2,
        "relax": 2,
        "measure": 6,
        "compare": 6,
        "solve": 1,
        "merge": 1,
        "score": 1,
        "plot_fig3": 1,
        "plot_relaxation": 1,
    }


def test_a_classifier_is_trained_where_it_is_asked_for(finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder, symlinks=True)
    project = Project(folder, finished.configs).lay_over(comparison={"classifier": True})
    name = "results/tiny/comparisons/GAN/T2.00.nc"
    done = project.snakemake(name)
    assert done.returncode == 0, done.stdout + done.stderr
    found = netcdf.read(folder / name)
    assert 0 <= found["classifier_auc"].item() <= 1
    assert "classifier_auc" not in netcdf.read(finished.folder / name)


def test_clusters_and_starts_without_a_model_run_beside_it(finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder, symlinks=True)
    plain = Project(folder, finished.configs)
    project = plain.lay_over(relaxation=WITH_STARTS, temperatures=[2.3])
    summary = {"merge": 1, "score": 1, "plot_fig3": 1, "plot_relaxation": 1}
    # Two starts, and those and the model after a sweep and after two clusters.
    assert project.plan() == summary | {
        "solve": 1,
        "plot_fig7": 1,  # at the one temperature that is left
        "simulate_start": 2,
        "relax": 6,
        "measure": 8,
        "compare": 8,
    }
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.plan() == {}
    results = folder / "results" / "tiny"
    frames = {
        name: read_frames(results / "configurations" / name / "T2.30.nc")
        for name in ("random", "ordered", "ordered+2clusters", "DiffIsing2")
    }
    # As many frames as models have.
    assert {one["spin"].size for one in frames.values()} == {16 * 64}
    assert set(np.unique(frames["ordered"]["spin"].mean(("y", "x")))) == {-1, 1}
    assert abs(float(frames["random"]["spin"].mean())) < 5 / np.sqrt(16 * 64)
    assert frames["ordered+2clusters"].attrs["relaxation_clusters"] == 2
    assert (results / "figures" / "relaxation.png").stat().st_size > 5000

    for more in ({"sweeps": [1, 3]}, {"clusters": [2, 4]}):
        plan = project.lay_over(relaxation=more).plan()
        assert plan == summary | {"relax": 3, "measure": 3, "compare": 3}


def test_more_sweeps_run_what_hangs_on_them(finished):
    relaxed = finished.lay_over(relaxation=RELAXATION | {"sweeps": [1]})
    assert relaxed.plan() == {
        "relax": 3,
        "measure": 3,
        "compare": 3,
        "merge": 1,
        "score": 1,
        "plot_fig3": 1,
        "plot_relaxation": 1,
    }
    attributed = finished.lay_over(attribution=ATTRIBUTION | {"temperatures": [2.0, 1.0]})
    assert attributed.plan() == {
        "attribute": 2,
        "merge_attributions": 1,
        "plot_attribution": 1,
        "score": 1,
    }


def test_frames_with_a_gibbs_finish_stand_beside_their_model(finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder, symlinks=True)
    finish = {"sigma": 1.0, "sweeps": [2], "models": ["DiffIsing2"]}
    plain = Project(folder, finished.configs)
    project = plain.lay_over(finish=finish, temperatures=[2.0])
    assert project.plan() == {
        "solve": 1,
        "sample_finished": 1,
        "measure": 1,
        "compare": 1,
        "merge": 1,
        "score": 1,
        "plot_fig3": 1,
        "plot_relaxation": 1,
    }
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.plan() == {}
    results = folder / "results" / "tiny"
    frames = read_frames(results / "configurations/DiffIsing2+2gibbs/T2.00.nc")
    assert (frames.attrs["finish_sigma"], frames.attrs["finish_sweeps"]) == (1.0, 2)
    assert "DiffIsing2+2gibbs" in netcdf.read_tree(results / "fidelity.nc")


SIZES = {"lattice_sizes": [8, 16, 24], "temperatures": [2.2, 2.3, 2.4], "sources": ["mc"]}


def test_finite_size_scaling_stands_beside_the_run(finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder, symlinks=True)
    plain = Project(folder, finished.configs)
    both = plain.lay_over(finite_size=SIZES | {"sources": ["mc", "DiffIsing2"]})
    assert both.plan() == {
        "simulate_at_size": 9,
        "sample_at_size": 9,
        "measure_at_size": 18,
        "scale": 2,
        "score": 1,
        "plot_finite_size": 1,
    }
    project = plain.lay_over(finite_size=SIZES | {"frames": 400})
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.plan() == {}
    results = folder / "results" / "tiny"
    frames = read_frames(results / "finite_size/L24/configurations/mc/T2.30.nc")
    assert frames["spin"].shape == (8, 50, 24, 24)
    assert netcdf.read(results / "finite_size" / "mc.nc").sizes["lattice_size"] == 3
    assert (results / "figures" / "finite_size.png").stat().st_size > 5000
    assert "Finite-size scaling" in (results / "scores.html").read_text()
    claims = pd.read_csv(results / "claims.csv").set_index("id")
    assert "no finite-size scaling" not in claims.loc["eta_infinite", "reason"]
    # Neither side's temperatures are the other's business.
    near = project.lay_over(finite_size={"temperatures": [2.2, 2.3, 2.35, 2.4]}).plan()
    assert near == {
        "simulate_at_size": 3,
        "measure_at_size": 3,
        "scale": 1,
        "score": 1,
        "plot_finite_size": 1,
    }
    more = project.lay_over(temperatures=[2.0, 2.27, 2.3, 3.0]).plan()
    assert not {rule for rule in more if rule.endswith("_at_size") or rule == "scale"}
