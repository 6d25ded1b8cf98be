"""The paper's numbers beside ours: their form, and where ours come from."""

import numpy as np
import pytest
import xarray as xr
import yaml

from ising_fidelity.exceptions import InputError
from ising_fidelity.paper import NUMBERS, lookup, quoted, terms

# As numpy.arange leaves them: 3 * 0.7 is 2.0999999999999996.
T = 0.7 * np.arange(1, 5)
ENTRY = {"id": "x", "statement": "so it is", "where": "Sec. 3", "source": "A", "at": 2.1}


def run_of(**variables):
    columns = {name: ("temperature", np.asarray(values)) for name, values in variables.items()}
    return lookup.Run(
        sources={"A": xr.Dataset(columns, coords={"temperature": T})},
        exact=xr.Dataset(coords={"temperature": []}),
        reference="A",
    )


def row_of(entry, run):
    (row,) = quoted.beside([quoted.Quote.model_validate(ENTRY | entry)], run, "list").to_dict(
        "records"
    )
    return row


def load(folder, *entries):
    (folder / "numbers.yaml").write_text(yaml.safe_dump(list(entries)))
    return quoted.load(folder / "numbers.yaml")


def test_a_temperature_is_found_by_its_name():
    assert T[2] != 2.1
    run = run_of(energy=[1.0, 2.0, 3.0, 4.0], energy_error=[0.1, 0.2, 0.3, 0.4])
    row = row_of({"quantity": "energy"}, run)
    assert (row["our_value"], row["our_error"], row["note"]) == (3, 0.3, "")
    assert row["temperature"] == "2.10"
    ratio = row_of({"quantity": "slope_ratio", "of": "energy", "at": [0.7, 1.4, 2.1]}, run)
    assert ratio["our_value"] == pytest.approx(1)
    assert (ratio["temperature"], ratio["quantity"]) == ("0.70 1.40 2.10", "slope_ratio of energy")


@pytest.mark.parametrize("entry", [{"at": 2.2}, {"source": "B"}])
def test_what_is_not_in_the_run_is_left_empty(entry):
    row = row_of({"quantity": "energy", "note": "matched"} | entry, run_of(energy=np.zeros(4)))
    assert np.isnan([row["our_value"], row["our_error"]]).all()
    assert row["note"] == "matched; not in this run"


def test_numbers_that_are_not_finite_are_shown_as_they_are():
    """A claim lacks what it needs there; a fit that finds no decay is an answer."""
    lengths = [[np.inf, 1.0], [np.nan, 1.0], [np.inf, 1.0], [5.0, 1.0]]
    dimensions = ("temperature", "correlation_kind")
    run = run_of(energy=np.zeros(4))
    data = run.sources["A"].assign(
        correlation_length=(dimensions, lengths),
        correlation_length_error=(dimensions, np.full((4, 2), np.nan)),
    )
    kinds = {"correlation_kind": ["raw", "connected"]}
    run.sources["A"] = data.assign_coords(kinds)
    fit = {"quantity": "correlation_length", "kind": "raw", "value": np.inf}
    row = row_of(fit, run)
    assert (row["our_value"], row["paper_value"], row["note"]) == (np.inf, "inf", "")
    assert row["quantity"] == "correlation_length of raw"
    row = row_of(fit | {"at": 1.4}, run)
    assert np.isnan(row["our_value"])
    assert row["note"] == ""
    with pytest.raises(lookup.LackingError, match="correlation_length of A is unknown"):
        lookup.numbers(
            terms.Term(source="A", quantity="correlation_length", kind="raw", at=2.1), run
        )


def test_the_peak_is_a_temperature_of_the_grid_without_an_error():
    peak = {"quantity": "peak_temperature", "of": "susceptibility", "at": None}
    row = row_of(peak, run_of(susceptibility=[1.0, 6.0, 7.0, 2.0]))
    assert (row["our_value"], row["temperature"]) == (2.1, "")
    assert np.isnan(row["our_error"])
    # The one that is not known may be larger.
    row = row_of(peak, run_of(susceptibility=[1.0, np.nan, 7.0, 2.0]))
    assert np.isnan(row["our_value"])


def test_a_spread_of_energies_is_scaled_to_the_papers_lattice_in_the_note():
    heat = {"specific_heat": np.full(4, 0.25), "specific_heat_error": np.full(4, 0.01)}
    row = row_of({"quantity": "energy_spread"}, run_of(**heat, lattice_size=np.full(4, 8)))
    assert row["our_value"] == pytest.approx(2.1 * 0.5 / 8)
    assert row["our_error"] == pytest.approx(2.1 * 0.5 / 8 * 0.02)
    assert row["note"] == "at L = 8; scaled by 1/L to L = 64: 0.016"


def test_every_derived_quantity_has_its_formula():
    assert lookup.FORMULAS.keys() == terms.DERIVED.keys()


def test_a_name_that_no_file_has_is_an_error():
    with pytest.raises(InputError, match=r"^list: x: enrgy is not a variable of table fidelity$"):
        row_of({"quantity": "enrgy"}, run_of(energy=np.zeros(4)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": 64}, "64"),
        ({"value": -1.95}, "-1.95"),
        ({"value": [0.002, 0.005]}, "0.002 to 0.005"),
        ({"value": 2.269185}, "2.269185"),
        ({}, ""),
    ],
)
def test_the_papers_number_stands_as_it_is_written(tmp_path, change, words):
    quotes = load(tmp_path, ENTRY | {"quantity": "energy"} | change)
    table = quoted.beside(quotes, run_of(energy=np.zeros(4)), "list")
    assert list(table["paper_value"]) == [words]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quantity": "energy", "at": [0.7, 1.4]}, "x: at: one temperature is needed, or three"),
        ({"quantity": "energy", "at": {"from": 1, "to": 2}}, "x: at: one temperature"),
        ({"quantity": "energy", "at": "cold"}, "temperature 'cold' is not a number"),
        ({"quantity": "energy", "value": "about 2"}, "x: value.0: Input should be a valid number"),
        ({"quantity": "energy", "value": [1, 2, 3]}, "x: value: Tuple should have at most 2 items"),
        ({"quantity": "energy", "values": 2}, "x: no key 'values'"),
        ({"quantity": "peak_temperature", "of": "energy"}, "except for peak_temperature and table"),
        (
            {"quantity": "peak_temperature", "at": None},
            "x: of: a variable, for slope_ratio and peak_temp",
        ),
        (
            {"quantity": "energy_spread", "at": None, "table": "finite_size"},
            "x: table: energy_spread needs temperatures; finite_size has none",
        ),
    ],
)
def test_a_bad_entry_is_one_line_that_names_it(tmp_path, change, message):
    with pytest.raises(InputError, match=message) as caught:
        load(tmp_path, ENTRY | change)
    assert str(tmp_path / "numbers.yaml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_entries_have_two_names(tmp_path):
    entry = ENTRY | {"quantity": "energy"}
    with pytest.raises(InputError, match="x: two entries have this id"):
        load(tmp_path, entry, entry)


def test_the_shipped_numbers_come_with_the_package():
    assert len(quoted.load(NUMBERS)) >= 40
    assert NUMBERS.parent == NUMBERS.resolve().parent
