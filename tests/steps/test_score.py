"""The tables of scores."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml
from scipy.stats import false_discovery_control, norm

from ising_fidelity.exact import finite
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset
from ising_fidelity.io import netcdf
from ising_fidelity.paper import CLAIMS
from ising_fidelity.paper.claims import load
from ising_fidelity.scores import deviations
from ising_fidelity.steps.measure import measure
from ising_fidelity.steps.merge import merge
from ising_fidelity.steps.score import score
from ising_fidelity.steps.solve import solve

from ..shared import write_frames

TEMPERATURES = ("2.10", "2.20", "2.30")
SOURCES = ("DiffIsing2", "mc", "mc-paper")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a folder with fidelity.nc and exact.nc of three sources that share their frames."""
    folder = tmp_path_factory.mktemp("run")
    files = []
    for source in SOURCES:
        for index, temperature in enumerate(TEMPERATURES):
            frames = folder / f"{source}.nc"
            write_frames(frames, (1, 30, 8, 8), float(temperature), seed=index, up=0.8)
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
    score(**(arguments | changes))
    return pd.read_csv(folder / "scores.csv", dtype={"temperature": str})


def test_rows(run, tmp_path):
    scores = run_score(run, tmp_path)
    assert list(dict.fromkeys(scores["source"])) == list(SOURCES)
    single = scores[scores["temperature"].isin(TEMPERATURES)]
    assert (single.groupby("source").size() == [46, 7, 46]).all()
    keys = ["source", "temperature", "quantity", "reference"]
    assert not scores.duplicated(keys).any()
    trained = single[single["in_training_temperatures"].astype(bool)]
    assert set(trained["source"]) == {"DiffIsing2"}
    assert set(trained["temperature"]) == {"2.10", "2.20"}

    data = netcdf.read_tree(run / "fidelity.nc")["DiffIsing2"].to_dataset().sel(temperature=2.2)
    row = single.set_index(keys).loc[("DiffIsing2", "2.20", "specific_heat", "exact")]
    expected = finite.kaufman(8, 2.2).specific_heat
    value, error = float(data["specific_heat"]), float(data["specific_heat_error"])
    assert row["value"] == pytest.approx(value, rel=1e-5)
    assert row["expected"] == pytest.approx(expected, rel=1e-5)
    assert row["expected_error"] == 0
    assert row["deviation"] == pytest.approx(value - expected, rel=1e-5)
    assert row["deviation_in_errors"] == pytest.approx((value - expected) / error, rel=1e-5)
    # The same frames deviate by nothing.
    same = single.loc[single["reference"] == "mc", "deviation"]
    assert (same.dropna() == 0).all()
    assert len(same.dropna()) > 60


def test_rows_that_sum_up(run, tmp_path):
    scores = run_score(run, tmp_path)
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


def test_what_weights_make_is_compared_with_exact_results_but_not_summed_up(run, tmp_path):
    """A source with probabilities of its frames, whose spins are independent of each other."""
    files = [run / "observables" / name / f"T{T}.nc" for name in ("mc",) for T in TEMPERATURES]
    for T in TEMPERATURES:
        up = np.random.default_rng(4).random((1, 30, 8, 8)) < 0.8
        log_q = np.where(up, np.log(0.8), np.log(0.2)).sum(axis=(2, 3))
        spins = np.where(up, 1, -1).astype(np.int8)
        data = frames_dataset(spins, float(T), "independent", {}, log_probability=log_q)
        netcdf.write(data, tmp_path / "frames.nc")
        files.append(tmp_path / "observables" / "AR" / f"T{T}.nc")
        measure(frames=tmp_path / "frames.nc", output=files[-1])
    merge(files=files, output=tmp_path / "fidelity.nc")
    scores = run_score(run, tmp_path, fidelity=tmp_path / "fidelity.nc", models={"AR": []})
    keys = ["source", "temperature", "quantity"]
    table = scores[scores["reference"] == "exact"].set_index(keys)["expected"]
    for T in TEMPERATURES:
        solved = finite.kaufman(8, float(T))
        for quantity, expected in (
            ("free_energy", solved.free_energy),
            ("entropy", solved.entropy),
            ("energy_reweighted", solved.energy),
            ("specific_heat_reweighted", solved.specific_heat),
        ):
            assert table["AR", T, quantity] == pytest.approx(expected, rel=1e-4)
            assert ("mc", T, quantity) not in table.index
    weighed = scores["quantity"].isin(deviations.REWEIGHTED_AGAINST_EXACT)
    single = (scores["source"] == "AR") & scores["temperature"].isin(TEMPERATURES)
    total = scores[(scores["source"] == "AR") & (scores["quantity"] == "all")]
    within = (scores[single & ~weighed]["deviation_in_errors"].dropna().abs() <= 3).mean()
    assert total["within_3_errors"].iloc[0] == pytest.approx(within, rel=1e-5)


def test_the_page_needs_nothing_from_outside(run, tmp_path):
    run_score(run, tmp_path)
    page = (tmp_path / "scores.html").read_text(encoding="utf-8")
    assert page.index("<table") < page.index("<details")
    assert "Explorer" not in page  # which needs frames
    for word in ("http://", "https://", "<script src", "<link", "@import", "src="):
        assert word not in page.replace("http://www.w3.org/2000/svg", "")


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
    data = netcdf.read_tree(run / "fidelity.nc")["DiffIsing2"].to_dataset()
    series = netcdf.read(run / "observables" / "DiffIsing2" / "T2.20.nc")["energy_series"]
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


def test_the_shipped_numbers_are_complete(run, tmp_path):
    run_score(run, tmp_path, paper_table=tmp_path / "paper.csv")
    table = pd.read_csv(tmp_path / "paper.csv")
    assert table["id"].is_unique
    assert {"0.308", "0.398", "0.002 to 0.005", "0.01 to 0.04"} <= set(table["paper_value"])
    here = table[table["source"].isin(SOURCES) & (table["temperature"] == "2.30")]
    known = here[~here["quantity"].str.startswith("correlation_length")]
    assert known["our_value"].notna().all()


def test_bad_input(run, tmp_path):
    with pytest.raises(InputError, match=r"^repeats: GAN.seed2 is not a source of .*fidelity.nc"):
        run_score(run, tmp_path, repeats={"GAN": ["GAN.seed2"]})
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
        ("[{id: one}]", "one: source: Field required; and 3 more"),
        ("[{id: x, statement: y, where: z, source: mc, quantity: energy}]", "at: temp.* needed"),
        (
            "[{id: x, statement: y, where: z, source: mc, at: 2.3, quantity: enrgy}]",
            "x: enrgy is not a variable",
        ),
    ],
)
def test_bad_lists_of_numbers(run, tmp_path, text, message):
    (tmp_path / "paper.yaml").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        run_score(run, tmp_path, paper=tmp_path / "paper.yaml")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "scores.csv").exists()


SEEDS = ("DiffIsing2", "DiffIsing2.seed2", "DiffIsing2.seed3")
MODELS = {name: ["2.10", "2.20"] for name in (*SEEDS, "GAN")}


@pytest.fixture(scope="module")
def rich(run, tmp_path_factory):
    """Return a fidelity.nc with three seeds of one model, one of another, and a distance."""
    folder = tmp_path_factory.mktemp("rich")
    tree = netcdf.read_tree(run / "fidelity.nc")
    groups = {name: tree[name].to_dataset() for name in ("mc", "mc-paper")}
    for index, name in enumerate([*SEEDS, "GAN"]):
        data = tree["DiffIsing2"].to_dataset()
        data["energy"] = data["energy"] + 0.1 * index
        columns = {
            "energy_ks": [0.1, 0.2, 0.3],
            "energy_ks_error": [0.01, 0.01, 0.01],
            "energy_ks_floor": [0.05, 0.05, 0.05],
            "energy_ks_z": [2.0, 5.0, -1.0],
            "energy_ks_p_value": [0.04, 0.001, 0.9],
            "hamming_cross": [0.5, 0.5, 0.5],
            "lonely_z": [0.0, 0.0, 0.0],
        }
        groups[name] = data.assign(
            {key: ("temperature", values) for key, values in columns.items()}
        )
    for name, data in groups.items():
        value = 2.5 if name == "GAN" else 2.2
        groups[name] = data.assign(
            effective_temperature=("temperature", [2.1, value, 2.3]),
            effective_temperature_error=("temperature", [0.01, 0.01, np.nan]),
        )
    netcdf.write(xr.DataTree.from_dict(groups), folder / "fidelity.nc")
    return folder / "fidelity.nc"


def rich_scores(run, rich, folder, **changes):
    repeats = {"DiffIsing2": [*SEEDS[1:]]}
    return run_score(run, folder, fidelity=rich, models=MODELS, repeats=repeats, **changes)


@pytest.fixture(scope="module")
def scores(run, rich):
    """Return the scores of all these, as they are read by all who look at them alone."""
    return rich_scores(run, rich, rich.parent)


def test_p_values_are_adjusted_over_temperatures(scores):
    single = scores[scores["temperature"].isin(TEMPERATURES)]
    for _, rows in single.groupby(["source", "quantity", "reference"]):
        known = rows[rows["p_value"].notna()]
        expected = false_discovery_control(known["p_value"]) if len(known) else []
        assert known["p_adjusted"].to_numpy() == pytest.approx(expected, rel=1e-4)
        assert rows.loc[rows["p_value"].isna(), "p_adjusted"].isna().all()
    energies = single[(single["source"] == "GAN") & (single["reference"] == "exact")]
    z = energies["deviation_in_errors"].to_numpy()
    assert energies["p_value"].to_numpy() == pytest.approx(2 * norm.sf(np.abs(z)), rel=1e-3)
    together = scores[(scores["temperature"] == "all") & (scores["quantity"] == "energy_ks")]
    assert together["p_value"].to_numpy() == pytest.approx(0.003)


def test_distances_are_found_by_their_z_and_p_value(scores):
    rows = scores[(scores["source"] == "GAN") & (scores["quantity"] == "energy_ks")]
    single = rows[rows["temperature"].isin(TEMPERATURES)]
    assert single["value"].tolist() == [0.1, 0.2, 0.3]
    assert single["expected"].tolist() == [0.05] * 3
    assert single["deviation_in_errors"].tolist() == [2, 5, -1]
    assert single["p_value"].tolist() == [0.04, 0.001, 0.9]
    assert single["within_3_errors"].tolist() == [1, 0, 1]
    assert (single["reference"] == "mc").all()
    assert not {"hamming_cross", "lonely"} & set(scores["quantity"])
    assert "energy_ks" not in set(scores.loc[scores["source"] == "mc", "quantity"])
    # Distances have one sign: they are no part of the share within errors.
    everything = scores[(scores["source"] == "GAN") & (scores["quantity"] == "all")]
    others = scores[
        (scores["source"] == "GAN")
        & scores["temperature"].isin(TEMPERATURES)
        & (scores["quantity"] != "energy_ks")
    ]
    share = others["within_3_errors"].mean()
    assert everything["within_3_errors"].iloc[0] == pytest.approx(share, rel=1e-5)


def test_more_observables_are_compared_with_monte_carlo(scores):
    rows = scores[scores["quantity"] == "effective_temperature"]
    assert set(rows["reference"]) == {"mc"}
    of_gan = rows[rows["source"] == "GAN"].set_index("temperature")
    assert of_gan.loc["2.20", "deviation"] == pytest.approx(0.3)
    assert of_gan.loc["2.20", "deviation_in_errors"] == pytest.approx(0.3 / np.hypot(0.01, 0.01))
    assert np.isnan(of_gan.loc["2.30", "p_value"])


def test_training_seeds_have_a_spread(scores):
    energies = scores[(scores["quantity"] == "energy") & (scores["reference"] == "exact")]
    seeds = energies[energies["source"].isin(SEEDS)]
    single = seeds[seeds["temperature"].isin(TEMPERATURES)]
    # 0, 0.1 and 0.2 apart from each other.
    assert single["between_seed_spread"].to_numpy() == pytest.approx(0.1, rel=1e-4)
    summed = seeds[seeds["temperature"] == "all"]
    spread = summed["deviation"].std(ddof=1)
    assert summed["between_seed_spread"].to_numpy() == pytest.approx(spread, rel=1e-4)
    others = scores[~scores["source"].isin(SEEDS)]
    assert others["between_seed_spread"].isna().all()


def test_claims_have_a_table_and_a_place_on_the_page(run, rich, tmp_path):
    rich_scores(run, rich, tmp_path, claims_table=tmp_path / "claims.csv")
    table = pd.read_csv(tmp_path / "claims.csv", keep_default_na=False)
    assert len(table) == len(load(CLAIMS))
    assert set(table["verdict"]) == {"confirmed", "refuted", "undecided"}
    page = (tmp_path / "scores.html").read_text(encoding="utf-8")
    for verdict in ("confirmed", "refuted", "undecided"):
        source = table["reason"].str.extract(r"^this run has no (?:.* of )?(\S+)$")[0]
        absent = source.notna() & ~source.isin(pd.read_csv(tmp_path / "scores.csv")["source"])
        shown = table["verdict"][~absent]
        assert page.count(f'class="verdict {verdict}"') == (shown == verdict).sum()
    own = {
        "id": "x",
        "sentence": "the energy of <networks> is high",
        "place": "Sec. 3",
        "test": "greater",
        "value": {"source": "GAN", "quantity": "energy", "at": [2.2]},
        "threshold": -2.1,
    }
    (tmp_path / "own.yaml").write_text(yaml.safe_dump([own]))
    rich_scores(
        run, rich, tmp_path, claims=tmp_path / "own.yaml", claims_table=tmp_path / "claims.csv"
    )
    (row,) = pd.read_csv(tmp_path / "claims.csv").to_dict("records")
    assert row["verdict"] == "confirmed"
    page = (tmp_path / "scores.html").read_text(encoding="utf-8")
    assert "of &lt;networks&gt; is" in page


def test_finite_size_scaling_and_attribution_are_shown_where_there_are_any(run, rich, tmp_path):
    scaling = xr.Dataset({"eta": 0.2512, "eta_error": 0.0031, "critical_temperature": 2.2690})
    netcdf.write(netcdf.describe(scaling), tmp_path / "mc.nc")
    parts = xr.Dataset(
        {
            "specific_heat_excess": ("temperature", [0.417, 0.3]),
            "specific_heat_excess_error": ("temperature", [0.052, 0.04]),
        },
        coords={"temperature": [1.0, 1.1]},
    )
    netcdf.write(xr.DataTree.from_dict({"GAN": parts}), tmp_path / "attribution.nc")
    page = tmp_path / "scores.html"
    rich_scores(run, rich, tmp_path)
    assert "Finite-size" not in page.read_text(encoding="utf-8")
    rich_scores(
        run,
        rich,
        tmp_path,
        finite_size=[tmp_path / "mc.nc"],
        attribution=tmp_path / "attribution.nc",
        claims_table=tmp_path / "claims.csv",
    )
    text = page.read_text(encoding="utf-8")
    assert "<td>0.2512 ± 0.0031</td>" in text
    assert "<caption>GAN</caption>" in text
    assert "<td>0.417 ± 0.052</td>" in text
    table = pd.read_csv(tmp_path / "claims.csv").set_index("id")
    assert table.loc["eta_infinite", "verdict"] == "confirmed"
