"""Fidelity against compute: what the rows say, and what exact frames would give."""

import math

import numpy as np
import pandas as pd
import pytest
import yaml

from ising_fidelity import lattice
from ising_fidelity.exact import finite
from ising_fidelity.exceptions import InputError
from ising_fidelity.models import checkpoint
from ising_fidelity.models.common import data
from ising_fidelity.models.sampling import finish
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.models.sampling.options import Chain
from studies.compute import __main__ as command
from studies.compute import rows as compute

TEMPERATURES = (1.0, 1.2, 2.0, 2.5, 3.0, 3.6)
U = (0.5, 0.3, 0.1, -0.2, 0.3, -0.4)
"""Deviations of u in the table of scores, and those of C over C, with errors of 0.1."""
C = (0.9, 0.8, -0.5, 0.25, 0.15, 0.7)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """Use separate folders for tables and figures."""
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(command, "FIGURES", tmp_path)


@pytest.fixture
def scored(folder, run):
    """Return the folder with the same deviations for every source, and rows to leave aside."""
    rows = []
    for source in run.all_sources:
        for T, u, c in zip(TEMPERATURES, U, C, strict=True):
            for quantity, against, deviation, expected in (
                ("energy", "exact", u, -1.5),
                ("specific_heat", "exact", 2 * c, 2.0),
                ("energy", "mc", 77.0, -1.5),
                ("free_energy", "exact", 77.0, -2.0),
            ):
                rows.append([source, f"{T:.2f}", quantity, against, deviation, 10 * deviation])
                rows[-1].append(expected)
        rows += [
            [source, where, "energy", "exact", 77.0, 77.0, ""] for where in ("all", "training")
        ]
    columns = ["source", "temperature", "quantity", "reference", "deviation"]
    table = pd.DataFrame(rows, columns=[*columns, "deviation_in_errors", "expected"])
    table.to_csv(folder / "scores.csv", index=False)
    return folder


def test_a_program_of_another_framework_has_costs_and_deviations_but_no_parameters(scored):
    path = scored / "provenance" / "config.yaml"
    config = yaml.safe_load(path.read_text())
    config["models"]["Mine"] = {
        "family": "command",
        "train": "fit {frames} {output}",
        "sample": "draw {model} {T} {output}",
        "training_temperatures": ["2.00", "3.00"],
    }
    path.write_text(yaml.safe_dump(config))
    (scored / "benchmarks" / "train" / "Mine.tsv").write_text("s\tcpu_time\n9.0\t4.5\n")
    scores = pd.read_csv(scored / "scores.csv")
    same = scores[scores["source"] == "DiffIsing3"].assign(source="Mine")
    pd.concat([scores, same]).to_csv(scored / "scores.csv", index=False)
    rows = {row["source"]: row for row in compute.of_run(scored, [1.0, 1.2])}
    mine, other = rows["Mine"], rows["DiffIsing3"]
    assert mine["training_core_seconds"] == 4.5
    assert not {"parameters", "network_evaluations"} & mine.keys()
    assert mine["inside_energy_deviation"] == other["inside_energy_deviation"]


def test_rows_of_a_finished_run(scored, run):
    rows = {row["source"]: row for row in compute.of_run(scored, [1.0, 1.2])}
    assert list(rows) == ["DiffIsing2", "DiffIsing3", "GAN", "DiffIsing3+3gibbs", "exact frames"]
    plain, finished, gan = (rows[name] for name in ("DiffIsing3", "DiffIsing3+3gibbs", "GAN"))
    for row in (plain, finished, gan):
        assert row["inside_energy_deviation"] == pytest.approx((0.1 + 0.2 + 0.3) / 3)
        assert row["inside_energy_rms_z"] == pytest.approx(math.sqrt((1 + 4 + 9) / 3))
        assert row["inside_energy_within_3_errors"] == 1
        assert row["inside_specific_heat_deviation"] == pytest.approx((0.5 + 0.25 + 0.15) / 3)
        assert row["all_energy_deviation"] == pytest.approx(1.8 / 6)
        assert row["all_energy_within_3_errors"] == pytest.approx(4 / 6)
        assert row["all_specific_heat_deviation"] == pytest.approx(3.3 / 6)
        assert row["quoted_energy_deviation"] == pytest.approx(0.4)
    # 40 frames at either temperature, 4 of them held out; the tables of training have 3 epochs.
    assert (plain["training_frames"], plain["training_images"]) == (72, 3 * 72)
    assert (gan["training_frames"], gan["training_images"]) == (76, 3 * 64)
    of_networks = [row for name, row in rows.items() if name != "exact frames"]
    assert [row["training_core_seconds"] for row in of_networks] == [0.5, 1.5, 2.5, 1.5]
    assert (plain["gibbs_sweeps"], finished["gibbs_sweeps"]) == (0, 3)
    assert finished["network_evaluations"] <= plain["network_evaluations"] == 5
    assert gan["network_evaluations"] == 1
    assert gan["sampling_steps"] is None
    floor = rows["exact frames"]
    known = [compute.noise_floor(8, T, run.sampling.frames) for T in TEMPERATURES]
    assert floor["inside_energy_deviation"] == pytest.approx(np.mean([u for u, _ in known[2:5]]))
    assert floor["all_specific_heat_deviation"] == pytest.approx(np.mean([c for _, c in known]))
    assert floor["quoted_energy_deviation"] == pytest.approx(np.mean([u for u, _ in known[:2]]))


def test_a_source_without_the_quoted_temperatures_is_not_compared_with_them(scored):
    rows = compute.of_run(scored, [1.1])[:-1]
    assert all(math.isnan(row["quoted_energy_deviation"]) for row in rows)


@pytest.mark.parametrize(
    "missing",
    ["provenance/config.yaml", "scores.csv", "models/GAN.safetensors", "benchmarks/train/GAN.tsv"],
)
def test_a_run_that_is_not_finished(scored, missing, call, capsys):
    (scored / missing).unlink()
    with pytest.raises(SystemExit) as end:
        call(command, scored)
    assert end.value.code == 2
    assert capsys.readouterr().err == f"{scored / missing}: no such file; a finished run has it\n"
    assert not command.RESULTS.exists()


def test_scores_of_another_config(scored):
    table = pd.read_csv(scored / "scores.csv")
    table[table["source"] != "GAN"].to_csv(scored / "scores.csv", index=False)
    with pytest.raises(InputError, match=r"scores\.csv: no source GAN; a finished run has it"):
        compute.of_run(scored, [])


def test_tables_and_figure(scored, call, capsys):
    call(command, "--name", "mine", scored)
    table = pd.read_csv(command.RESULTS / "mine.csv")
    assert list(table["run"]) == 5 * ["tiny"] + 2 * ["the paper"]
    # Energies around -1.95 at T = 1.0 and 1.2 on a lattice of 64.
    far = np.mean([abs(-1.95 - finite.kaufman(64, T).energy) for T in (1.0, 1.2)])
    assert table["quoted_energy_deviation"].iloc[-1] == pytest.approx(far, rel=1e-3)
    assert table["inside_energy_deviation"].isna().sum() == 2
    printed = [line.split("|")[1:3] for line in capsys.readouterr().out.splitlines()[2:]]
    rows = [[cell.strip() for cell in row] for row in printed]
    assert rows == table[["run", "source"]].to_numpy().tolist()
    assert (command.FIGURES / "mine.png").stat().st_size > 10_000


@pytest.mark.parametrize("frames_per_temperature", [None, 20])
@pytest.mark.parametrize("augmentation", ["none", "flip"])
def test_images_are_those_that_training_draws(run, augmentation, frames_per_temperature):
    changes = {"augmentation": augmentation, "frames_per_temperature": frames_per_temperature}
    settings = run.trained_models["DiffIsing3"].model_copy(update=changes)
    frames = {T: np.ones((5, 8, 8, 8), np.int8) for T in (2.0, 3.0)}
    seen, _ = data.training_frames(frames, settings, "cpu")
    own, images = compute.images(settings, 40, 5, 7)
    assert images == 7 * len(seen)
    assert own == len(seen) // (2 if augmentation == "flip" else 1)


@pytest.mark.parametrize("sampler", ["multistep", "trapezoid"])
@pytest.mark.parametrize("name", ["DiffIsing2", "DiffIsing3", "GAN"])
def test_evaluations_are_the_calls_of_the_network(folder, name, sampler):
    model = checkpoint.load(folder / "models" / f"{name}.safetensors")
    chain = Chain(sampling_steps=12, reverse_variance="posterior", sampler=sampler)
    calls = []
    model.network.register_forward_hook(lambda *_: calls.append(1))
    draw(model, 2.3, 3, 8, 1, chain)
    assert len(calls) == compute.evaluations(model, chain, None)[1]
    if name != "GAN":
        calls.clear()
        finish.draw_noisy(model, 2.3, 3, 8, 1, chain, 1.2)
        assert len(calls) == compute.evaluations(model, chain, 1.2)[1]


@pytest.mark.parametrize("temperature", [2.0, 3.0])
def test_the_noise_floor_is_what_exact_frames_have(temperature):
    """All 2^16 frames of the 4 x 4 lattice, drawn by their weights; seed 11.

    Means over 4000 sets of frames, within 4 of their standard errors of the floor: a false alarm in
    1 of 4000 of such runs, four comparisons of 1 in 16000 each. Without the kurtosis, that of C
    would be off by more than that.
    """
    frames, repeats, generator = 500, 4000, np.random.default_rng(11)
    u = lattice.energy(lattice.all_configurations(4))
    levels, index = np.unique(u, return_inverse=True)
    weights = np.bincount(index) * np.exp(-16 * (levels - levels.min()) / temperature)
    drawn = generator.choice(levels, (repeats, frames), p=weights / weights.sum())
    known = finite.kaufman(4, temperature)
    heat = 16 * drawn.var(axis=1) / temperature**2
    found = np.abs([drawn.mean(axis=1) - known.energy, heat / known.specific_heat - 1])
    errors = found.std(axis=1) / math.sqrt(repeats)
    floor = np.array(compute.noise_floor(4, temperature, frames))
    assert np.all(np.abs(found.mean(axis=1) - floor) < 4 * errors)
    of_normal = math.sqrt(2 / frames) * math.sqrt(2 / math.pi)
    assert abs(found[1].mean() - of_normal) > 4 * errors[1]
