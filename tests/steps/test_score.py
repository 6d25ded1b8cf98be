"""The tables of scores."""

import numpy as np
import pandas as pd
import pytest
import yaml

from ising_fidelity import dataset, exact
from ising_fidelity.exceptions import InputError
from ising_fidelity.steps.measure import measure
from ising_fidelity.steps.merge import merge
from ising_fidelity.steps.score import score
from ising_fidelity.steps.solve import solve

TEMPERATURES = ("2.10", "2.20", "2.30")
SOURCES = ("DiffIsing2", "mc", "mc-paper")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a folder with fidelity.nc and exact.nc of three sources that share their frames."""
    folder = tmp_path_factory.mktemp("run")
    files = []
    for source in SOURCES:
        for index, temperature in enumerate(TEMPERATURES):
            generator = np.random.default_rng(index)
            spins = np.where(generator.random((1, 30, 8, 8)) < 0.8, 1, -1).astype(np.int8)
            frames = folder / f"{source}.nc"
            data = dataset.frames_dataset(spins, float(temperature), "independent", {})
            dataset.write(data, frames)
            files.append(folder / "observables" / source / f"T{temperature}.nc")
            measure(frames=frames, output=files[-1], seed=1)
    merge(files=files, output=folder / "fidelity.nc")
    solve(lattice_size=8, temperatures=TEMPERATURES, output=folder / "exact.nc")
    return folder


def run_score(run, folder, **changes):
    arguments = {
        "fidelity": run / "fidelity.nc",
        "exact": run / "exact.nc",
        "models": {"DiffIsing2": ["2.10", "2.20", "9.00"]},
        "reference": "mc",
        "output": folder / "scores.csv",
        "table": folder / "scores.html",
    }
    score(**{**arguments, **changes})


def test_rows(run, tmp_path):
    run_score(run, tmp_path)
    scores = pd.read_csv(tmp_path / "scores.csv", dtype={"temperature": str})
    assert list(dict.fromkeys(scores["source"])) == list(SOURCES)
    single = scores[scores["temperature"].isin(TEMPERATURES)]
    assert (single.groupby("source").size() == [18, 6, 18]).all()
    keys = ["source", "temperature", "quantity", "reference"]
    assert not scores.duplicated(keys).any()
    trained = single[single["in_training_temperatures"].astype(bool)]
    assert set(trained["source"]) == {"DiffIsing2"}
    assert set(trained["temperature"]) == {"2.10", "2.20"}

    data = dataset.read_tree(run / "fidelity.nc")["DiffIsing2"].to_dataset().sel(temperature=2.2)
    row = single.set_index(keys).loc[("DiffIsing2", "2.20", "specific_heat", "exact")]
    expected = exact.kaufman(8, 2.2).specific_heat
    value, error = float(data["specific_heat"]), float(data["specific_heat_error"])
    assert row["value"] == pytest.approx(value, rel=1e-5)
    assert row["expected"] == pytest.approx(expected, rel=1e-5)
    assert row["expected_error"] == 0
    assert row["deviation"] == pytest.approx(value - expected, rel=1e-5)
    assert row["deviation_in_errors"] == pytest.approx((value - expected) / error, rel=1e-5)
    # The same frames deviate by nothing.
    assert (single.loc[single["reference"] == "mc", "deviation"] == 0).all()


def test_rows_that_sum_up(run, tmp_path):
    run_score(run, tmp_path)
    scores = pd.read_csv(tmp_path / "scores.csv", dtype={"temperature": str})
    exact_rows = scores[(scores["source"] == "DiffIsing2") & (scores["reference"] == "exact")]
    energies = exact_rows[exact_rows["quantity"] == "energy"].set_index("temperature")
    for label, chosen in (("all", TEMPERATURES), ("training", ("2.10", "2.20"))):
        rms = np.sqrt(np.mean(energies.loc[list(chosen), "deviation"] ** 2))
        assert energies.loc[label, "deviation"] == pytest.approx(rms, rel=1e-5)
    one_line = scores[(scores["quantity"] == "all") & (scores["temperature"] == "all")]
    assert list(one_line["source"]) == list(SOURCES)
    single = scores[(scores["source"] == "DiffIsing2") & scores["temperature"].isin(TEMPERATURES)]
    within = (single["deviation_in_errors"].abs() <= 3).mean()
    assert one_line["within_3_errors"].iloc[0] == pytest.approx(within, rel=1e-5)


def test_the_page_needs_nothing_from_outside(run, tmp_path):
    run_score(run, tmp_path)
    page = (tmp_path / "scores.html").read_text(encoding="utf-8")
    assert page.index("<table") < page.index("<details>")
    assert page.count("<details>") == len(SOURCES)
    for word in ("http", "<script", "<link", "src="):
        assert word not in page


def test_the_same_bytes_twice(run, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        run_score(run, tmp_path / name)
    for name in ("scores.csv", "scores.html"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_papers_numbers_beside_ours(run, tmp_path):
    entry = {"statement": "so it is", "where": "Sec. 3", "source": "DiffIsing2"}
    entries = [
        {**entry, "id": "u", "value": -1.95, "at": 2.2, "quantity": "energy"},
        {**entry, "id": "s", "value": [0.01, 0.04], "at": 2.2, "quantity": "energy_spread"},
        {**entry, "id": "r", "at": [2.1, 2.2, 2.3], "quantity": "slope_ratio", "of": "energy"},
        {**entry, "id": "p", "quantity": "peak_temperature", "of": "specific_heat"},
        {**entry, "id": "e", "at": 2.3, "quantity": "eta_power_law", "kind": "raw"},
        {**entry, "id": "n", "at": 4, "quantity": "energy", "value": -1},
        {**entry, "id": "g", "at": 2.3, "quantity": "energy", "source": "GAN"},
    ]
    paper = tmp_path / "paper.yaml"
    paper.write_text(yaml.safe_dump(entries))
    run_score(run, tmp_path, paper=paper, paper_table=tmp_path / "paper.csv")
    table = pd.read_csv(tmp_path / "paper.csv").set_index("id")
    data = dataset.read_tree(run / "fidelity.nc")["DiffIsing2"].to_dataset()
    series = dataset.read(run / "observables" / "DiffIsing2" / "T2.20.nc")["energy_series"]
    energy, heat = data["energy"].values, data["specific_heat"].values
    ours = table["our_value"]
    assert ours["u"] == pytest.approx(energy[1], rel=1e-3)
    assert ours["s"] == pytest.approx(float(series.std()), rel=1e-3)
    assert ours["r"] == pytest.approx((energy[2] - energy[1]) / (energy[1] - energy[0]), rel=1e-3)
    assert ours["p"] == pytest.approx(float(data["temperature"][int(np.argmax(heat))]))
    assert ours["e"] == pytest.approx(float(data["eta_power_law"][2, 0]), rel=1e-3)
    assert table["paper_value"]["s"] == "0.01 to 0.04"
    assert ours[["n", "g"]].isna().all()
    assert (table.loc[["n", "g"], "note"] == "not in this run").all()
    assert "so it is" in (tmp_path / "scores.html").read_text(encoding="utf-8")


def test_the_committed_numbers_are_complete(run, tmp_path, request):
    paper = request.config.rootpath / "resources" / "paper.yaml"
    run_score(run, tmp_path, paper=paper, paper_table=tmp_path / "paper.csv")
    table = pd.read_csv(tmp_path / "paper.csv")
    assert table["id"].is_unique
    assert {"0.308", "0.398", "0.002 to 0.005", "0.01 to 0.04"} <= set(table["paper_value"])
    here = table[table["source"].isin(SOURCES) & (table["temperature"] == "2.30")]
    known = here[~here["quantity"].str.startswith("correlation_length")]
    assert known["our_value"].notna().all()


def test_bad_input(run, tmp_path):
    with pytest.raises(InputError, match=r"--reference: wolff is no source of .*fidelity.nc"):
        run_score(run, tmp_path, reference="wolff")
    solve(lattice_size=4, temperatures=["2.30"], output=tmp_path / "small.nc")
    with pytest.raises(InputError, match=r"DiffIsing2 has L = 8; .*small.nc has L = 4"):
        run_score(run, tmp_path, exact=tmp_path / "small.nc")
    with pytest.raises(InputError, match=r"none.yaml: no such file"):
        run_score(run, tmp_path, paper=tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid YAML"),
        ("a: 1", "a list of entries is needed"),
        ("[{id: 1}]", "lacks one of"),
        (
            "[{id: x, statement: y, where: z, source: mc, at: 2.3, quantity: enrgy}]",
            "x: enrgy is no variable",
        ),
    ],
)
def test_bad_lists_of_numbers(run, tmp_path, text, message):
    (tmp_path / "paper.yaml").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        run_score(run, tmp_path, paper=tmp_path / "paper.yaml")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "scores.csv").exists()
