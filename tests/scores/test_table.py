"""The table of scores, of datasets in memory."""

import numpy as np
import pytest
import xarray as xr

from ising_fidelity.scores import deviations, table

T = 0.7 * np.arange(1, 5)


def source(shift=0.0, **more):
    names = (*deviations.AGAINST_EXACT, *table.BESIDE_REFERENCE)
    columns = {name: ("temperature", np.arange(4.0) + shift) for name in names}
    columns |= {f"{name}_error": ("temperature", np.full(4, 0.1)) for name in names}
    columns |= {name: ("temperature", np.asarray(values)) for name, values in more.items()}
    return xr.Dataset(columns, coords={"temperature": T})


@pytest.fixture
def scores():
    distance = {"energy_ks": 0.2, "energy_ks_z": 4.0, "energy_ks_p_value": 1e-4}
    sources = {
        "mc": source(),
        "A": source(0.3, **{name: np.full(4, value) for name, value in distance.items()}),
        "A.seed2": source(0.5),
    }
    solved = source()[list(deviations.AGAINST_EXACT)].isel(temperature=slice(3))
    # As a file from elsewhere may have them.
    solved = solved.assign_coords(temperature=[0.7, 1.4, 2.1])
    return table.scores_of(sources, solved, "mc", {"A": ["2.10"]}, {"A": ["A.seed2"]})


def test_the_columns_are_those_of_the_file(scores):
    assert tuple(scores.columns) == table.COLUMNS
    assert set(scores["source"]) == {"mc", "A", "A.seed2"}
    assert not scores.duplicated(["source", "temperature", "quantity", "reference"]).any()


def test_the_same_temperature_has_one_name(scores):
    assert T[2] != 2.1
    keys = ["source", "quantity", "reference", "temperature"]
    row = scores.set_index(keys).loc[("A", "energy", deviations.EXACT, "2.10")]
    assert row["deviation"] == pytest.approx(0.3)
    assert row["deviation_in_errors"] == pytest.approx(3)
    assert row["in_training_temperatures"]
    assert row["between_seed_spread"] == pytest.approx(np.std([0.3, 0.5], ddof=1))


def test_a_temperature_that_exact_results_lack_is_not_compared_and_counted(scores):
    rows = scores[(scores["source"] == "A") & (scores["quantity"] == "energy")]
    single = rows[~rows["temperature"].isin(table.SUMS)]
    assert single["reference"].value_counts().to_dict() == {deviations.EXACT: 4, "mc": 4}
    lacking = single[single["not_compared"] == 1]
    assert lacking[["reference", "temperature"]].values.tolist() == [[deviations.EXACT, "2.80"]]
    assert lacking[["deviation_in_errors", "within_3_errors", "p_value"]].isna().all(axis=None)
    sums = rows[rows["temperature"] == "all"].set_index("reference")["not_compared"]
    assert sums.to_dict() == {deviations.EXACT: 1, "mc": 0}
    assert "mc" not in set(scores.loc[scores["source"] == "mc", "reference"])


@pytest.mark.parametrize("unknown", ["energy", "energy_error"])
def test_a_number_or_error_that_is_not_known_is_not_compared(unknown):
    own = source(**{unknown: [np.nan, 1, 1, 1]})
    solved = source()[list(deviations.AGAINST_EXACT)]
    scores = table.scores_of({"mc": source(), "A": own}, solved, "mc", {}, {})
    rows = scores[(scores["source"] == "A") & (scores["quantity"] == "energy")]
    assert rows.set_index("temperature").loc["0.70", "not_compared"].tolist() == [1, 1]
    assert rows.set_index("temperature").loc["1.40", "not_compared"].tolist() == [0, 0]


def test_a_distance_that_could_not_be_taken_is_counted_and_one_that_does_not_apply_is_not():
    names = ("classifier_auc", "nearest_training_symmetric")
    lacking = {name + end: np.full(4, np.nan) for name in names for end in ("", "_z", "_p_value")}
    solved = source()[list(deviations.AGAINST_EXACT)]
    scores = table.scores_of({"mc": source(), "A": source(**lacking)}, solved, "mc", {}, {})
    sums = scores[scores["temperature"] == "all"].set_index("quantity")["not_compared"]
    assert sums["classifier_auc"] == 4
    assert "nearest_training_symmetric" not in sums


def test_rows_sum_up_over_all_temperatures_and_those_of_training(scores):
    rows = scores[(scores["source"] == "A") & (scores["quantity"] == "energy_ks")]
    sums = rows.set_index("temperature")
    assert {"all", "training"} <= set(sums.index)
    assert sums.loc["all", "p_value"] == pytest.approx(1e-4)
    trained = scores.loc[scores["temperature"] == "training", "source"]
    assert set(trained) == {"A"}
