"""Verdicts on claims, on trees made for the purpose."""

import numpy as np
import pytest
import xarray as xr

from ising_fidelity.paper import CLAIMS, claims, judge, lookup
from ising_fidelity.paper.claims import Better, Citation, Comparison
from ising_fidelity.scores import deviations

T = np.array([1.0, 2.0, 2.3, 3.0])


def group(**variables):
    """Return a source's data: each variable a (value, error), at all temperatures or one by one."""
    columns = {}
    for name, pair in variables.items():
        for key, values in zip((name, f"{name}_error"), pair, strict=True):
            columns[key] = ("temperature", np.broadcast_to(np.asarray(values, float), T.shape))
    return xr.Dataset(columns, coords={"temperature": T})


def run_of(**changes):
    sources = {
        "mc": group(energy=(1.0, 0.0), susceptibility=(2.0, 0.01), specific_heat=(0.1, 0.01)),
        "A": group(energy=([1.0, 1.1, 1.2, 1.3], 0.01), susceptibility=(3.0, 0.1)),
        "B": group(energy=([1.0, 1.1, 1.2, 1.3], 0.2), susceptibility=(2.05, 0.1)),
    }
    arguments = {
        "sources": sources,
        "exact": group(energy=(1.0, 0.0)).drop_vars("energy_error"),
        "reference": "mc",
        "models": ["A", "B"],
    }
    return lookup.Run(**{**arguments, **changes})


def verdict_of(claim, run=None):
    (row,) = judge.judge([claim], run or run_of()).to_dict("records")
    return row


def comparison(test, value, **keys):
    term = {"source": "A", "quantity": "energy", "at": [2.3], **value}
    return Comparison.model_validate(
        {"id": "x", "sentence": "y", "place": "z", "test": test, "value": term, **keys}
    )


def better(**keys):
    content = {"source": "A", "than": "B", "quantity": "energy", "at": {"from": 1, "to": 3}}
    return Better(id="x", sentence="y", place="z", test="better", **content | keys)


@pytest.mark.parametrize(
    ("test", "source", "keys", "verdict"),
    [
        ("greater", "A", {"threshold": 1.15}, "confirmed"),
        ("greater", "A", {"threshold": 1.25}, "refuted"),
        ("greater", "A", {"threshold": 1.185}, "undecided"),
        ("greater", "A", {"threshold": 1.215}, "undecided"),
        ("less", "A", {"threshold": 1.25}, "confirmed"),
        ("less", "A", {"threshold": 1.15}, "refuted"),
        ("less", "B", {"threshold": 1.25}, "undecided"),
        ("equal", "A", {"threshold": 1.19, "tolerance": 0.04}, "confirmed"),
        ("equal", "A", {"threshold": 1.15, "tolerance": 0.02}, "refuted"),
        ("equal", "A", {"threshold": 1.15, "tolerance": 0.04}, "undecided"),
        ("equal", "B", {"threshold": 1.2, "tolerance": 0.02}, "undecided"),
        ("differs", "A", {"threshold": 1.15}, "confirmed"),
        ("differs", "A", {"threshold": 1.19, "tolerance": 0.04}, "refuted"),
        ("differs", "A", {"threshold": 1.2}, "undecided"),
        ("between", "A", {"interval": [1.1, 1.3]}, "confirmed"),
        ("between", "A", {"interval": [1.3, 1.4]}, "refuted"),
        ("between", "A", {"interval": [1.0, 1.21]}, "undecided"),
        ("greater", "mc", {"threshold": 0.9}, "confirmed"),
        ("greater", "mc", {"threshold": 1.1}, "refuted"),
        ("greater", "mc", {"threshold": 1}, "undecided"),
    ],
)
def test_one_number_and_its_interval(test, source, keys, verdict):
    row = verdict_of(comparison(test, {"source": source}, **keys))
    assert row["verdict"] == verdict
    assert row["temperature"] == "2.30"


def value_and_error(row):
    return row["value"], row["error"]


def test_the_number_that_says_so_stands_beside_the_verdict():
    row = verdict_of(comparison("greater", {}, threshold=1.15))
    assert value_and_error(row) == (1.2, 0.01)
    assert (row["lowest"], row["highest"]) == (1.15, np.inf)
    assert row["errors_from_border"] == pytest.approx(5)
    assert row["number"] == "1.200 ± 0.010"
    assert row["reason"] == "5.0 standard errors in favor"


def test_a_range_that_the_run_has_only_in_part_is_said():
    whole = verdict_of(comparison("greater", {"at": {"from": 1, "to": 3}}, threshold=0.9))
    part = verdict_of(comparison("greater", {"at": {"from": 0.5, "to": 2.8}}, threshold=0.9))
    assert whole["number"].endswith("at T = 1.00")
    assert part["number"].endswith("at T = 1.00, for T = 1.00 to 2.30 only")
    one = verdict_of(comparison("greater", {"at": {"from": 1.5, "to": 2.1}}, threshold=0.9))
    assert one["number"] == "1.100 ± 0.010, for T = 2.00 only"


def test_differences_and_ratios_carry_the_errors_of_both_sides():
    keys = {"against": {"source": "B", "quantity": "susceptibility"}, "threshold": 0}
    run = run_of(models=())
    row = verdict_of(comparison("less", {}, **keys), run)
    assert value_and_error(row) == pytest.approx((1.2 - 2.05, np.hypot(0.01, 0.1)))
    row = verdict_of(comparison("less", {}, by="ratio", **keys | {"threshold": None}), run)
    relative = np.hypot(0.01 / 1.2, 0.1 / 2.05)
    assert value_and_error(row) == pytest.approx((1.2 / 2.05, 1.2 / 2.05 * relative))
    assert row["verdict"] == "confirmed"


def test_a_ratio_type_claim_is_about_the_factor():
    for threshold, verdict in {None: "confirmed", 2: "refuted"}.items():
        too_large = {"against": {"source": "exact"}, "by": "ratio", "threshold": threshold}
        assert verdict_of(comparison("greater", {}, **too_large))["verdict"] == verdict


@pytest.mark.parametrize(
    ("holds", "threshold", "verdict", "temperature"),
    [
        ("everywhere", 0.9, "confirmed", "1.00"),
        ("everywhere", 1.15, "refuted", "1.00"),
        ("everywhere", 1.0, "undecided", "1.00"),
        ("somewhere", 1.2, "confirmed", "3.00"),
        ("somewhere", 1.4, "refuted", "3.00"),
        ("somewhere", 1.3, "undecided", "3.00"),
    ],
)
def test_every_temperature_or_some(holds, threshold, verdict, temperature):
    at = {"at": {"from": 1, "to": 3}}
    row = verdict_of(comparison("greater", at, threshold=threshold, holds=holds))
    assert (row["verdict"], row["temperature"]) == (verdict, temperature)
    extreme = {"everywhere": "worst", "somewhere": "best"}[holds]
    assert row["reason"].startswith(f"{extreme} of 4 temperatures")


def test_many_temperatures_refute_by_chance_as_often_as_one():
    """Of 20,000 trials a share 0.0228 is 455 +- 21: 5 spreads leave false alarms below 1e-6."""
    normal = np.random.default_rng(1).standard_normal((20_000, 32))
    for count, everywhere in (1, True), (32, True), (32, False):
        decisions = [judge.decide(row[:count], everywhere).verdict for row in normal]
        wrong = "refuted" if everywhere else "confirmed"
        assert 455 - 7 * 21 < decisions.count(wrong) < 455 + 5 * 21


def test_what_is_not_known_confirms_nothing_but_may_be_refuted_elsewhere():
    errors = [0.01, 0.01, np.nan, 0.01]
    run = run_of(sources={"A": group(energy=([1.0, 1.1, 1.2, 1.3], errors)), "mc": group()})
    at = {"at": {"from": 1, "to": 3}}
    row = verdict_of(comparison("greater", at, threshold=0.9), run)
    assert (row["verdict"], row["reason"]) == (
        "undecided",
        "at some temperature its error is unknown",
    )
    assert verdict_of(comparison("greater", at, threshold=1.2), run)["verdict"] == "refuted"
    alone = verdict_of(comparison("greater", {}, threshold=0.9), run)
    assert (alone["verdict"], alone["reason"]) == ("undecided", "its error is unknown")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"source": "VAE"}, "this run has no VAE"),
        ({"at": [2.3, 2.4, 2.5]}, "A has no T = 2.40, 2.50"),
        ({"at": {"from": 3.5, "to": 4}}, "A has no T from 3.50 to 4.00"),
        ({"quantity": "vendi_ratio"}, "vendi_ratio of A was not measured"),
        ({"table": "finite_size", "at": None}, "this run has no finite-size scaling of A"),
        ({"table": "attribution"}, "this run has no attribution of A"),
    ],
)
def test_what_the_run_lacks_is_said(value, reason):
    row = verdict_of(comparison("greater", value, threshold=0))
    assert (row["verdict"], row["reason"]) == ("undecided", reason)
    assert np.isnan(row["value"])


def test_fits_and_correlations_are_picked_by_kind_and_distance():
    data = xr.Dataset(
        {
            "eta": (("temperature", "correlation_kind"), [[0.3, 0.7]]),
            "eta_error": (("temperature", "correlation_kind"), [[0.01, 0.02]]),
            "correlation_raw": (("temperature", "distance"), [[1.0, 0.6]]),
        },
        coords={"temperature": [2.3], "correlation_kind": ["raw", "connected"], "distance": [0, 4]},
    )
    run = run_of(sources={"A": data, "mc": data})
    eta = {"quantity": "eta", "kind": "connected"}
    row = verdict_of(comparison("greater", eta, threshold=0.6), run)
    assert (row["value"], row["error"]) == (0.7, 0.02)
    G = {"quantity": "correlation_raw", "distance": 4}
    assert verdict_of(comparison("greater", G, threshold=0.5), run)["value"] == 0.6
    row = verdict_of(comparison("greater", {"quantity": "eta"}, threshold=0.6), run)
    assert row["reason"] == "eta of A has no kind None, r = None"


def test_derived_quantities():
    run = run_of()
    slope = {"quantity": "slope_ratio", "of": "energy", "at": [1, 2, 3]}
    row = verdict_of(comparison("equal", slope, threshold=2, tolerance=1), run)
    assert (row["value"], row["verdict"]) == (pytest.approx(2), "confirmed")
    assert row["temperature"] == "1.00 2.00 3.00"
    spread = {"source": "mc", "quantity": "energy_spread_at_64"}
    row = verdict_of(comparison("greater", spread, threshold=0), run)
    assert row["value"] == pytest.approx(2.3 * np.sqrt(0.1) / 64)
    length = {"source": "exact", "quantity": "correlation_length_infinite"}
    row = verdict_of(comparison("greater", length, threshold=1000), run)
    assert (row["verdict"], row["reason"]) == ("refuted", "against, without error")
    assert row["value"] == pytest.approx(42.17, abs=0.01)


def test_the_papers_correlation_is_large_where_frames_have_both_signs():
    """One sign and both, of frames that are alike but for that."""
    shape = ("temperature", "distance")
    raw = xr.Dataset(
        {"correlation_raw": (shape, [[0.65]]), "correlation_raw_error": (shape, [[0.03]])},
        coords={"temperature": [2.2], "distance": [4]},
    )
    m = {"magnetization": ("temperature", [0.8]), "magnetization_error": ("temperature", [0.025])}
    sources = {"mc": raw.assign(m), "A": raw.assign(m | {"magnetization": ("temperature", [0.0])})}
    value = {"quantity": "correlation_signed", "distance": 4, "at": [2.2]}
    row = verdict_of(comparison("greater", value, threshold=0), run_of(sources=sources))
    assert (row["value"], row["error"]) == (pytest.approx(0.65), pytest.approx(0.03))
    of_one_sign = comparison("greater", value | {"source": "mc"}, threshold=0)
    row = verdict_of(of_one_sign, run_of(sources=sources))
    assert (row["value"], row["error"]) == (pytest.approx(0.01), pytest.approx(0.05))


def test_exponents_and_parts_of_the_excess_come_from_tables_of_their_own():
    scaling = xr.Dataset({"eta": 0.251, "eta_error": 0.003})
    value = {"source": "mc", "quantity": "eta", "table": "finite_size", "at": None}
    claim = comparison("equal", value, threshold=0.25, tolerance=0.02)
    assert verdict_of(claim, run_of(finite_size={"mc": scaling}))["verdict"] == "confirmed"
    parts = group(specific_heat_excess_thermal=(0.4, 0.01))
    value = {"quantity": "specific_heat_excess_thermal", "table": "attribution"}
    claim = comparison("greater", value, threshold=0.5)
    assert verdict_of(claim, run_of(attribution={"A": parts}))["verdict"] == "refuted"


def seeded(first, second):
    """Return a run with a network of either model for each of these energies."""
    energies = dict(zip(["A", "A.seed2", "A.seed3"], first, strict=False))
    energies |= dict(zip(["B", "B.seed2", "B.seed3"], second, strict=False))
    sources = {name: group(energy=(value, 0.001)) for name, value in energies.items()}
    repeats = {name: [one for one in sources if one.startswith(f"{name}.")] for name in "AB"}
    mc = group(energy=(1.0, 0.0)).copy(deep=True)
    return run_of(sources={**sources, "mc": mc}, models=[*sources], repeats=repeats)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ([1.0, 1.01, 0.99], [1.5, 1.51, 1.49], "confirmed"),
        ([1.5, 1.51, 1.49], [1.0, 1.01, 0.99], "refuted"),
        ([1.0, 1.2, 1.4], [1.1, 1.3, 1.5], "undecided"),
    ],
)
def test_one_model_is_better_by_more_than_the_spread_between_seeds(first, second, verdict):
    row = verdict_of(better(), seeded(first, second))
    assert row["verdict"] == verdict
    assert "times the spread between seeds" in row["reason"]


def test_models_are_held_against_monte_carlo_where_nothing_is_exact():
    run = seeded([1.0, 1.01, 0.99], [1.5, 1.51, 1.49])
    run.sources["mc"]["energy"] += 1
    row = verdict_of(better(reference="monte_carlo"), run)
    assert row["verdict"] == "refuted"
    assert row["value"] == pytest.approx(-0.5)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([1.0], [1.5], "one training seed"),
        ([1.0, 1.01, 0.99], [1.5], "one training seed"),
        ([1.0, 1.01, 0.99], [1.5, 1.51], "2 training seeds"),
    ],
)
def test_too_few_seeds_decide_nothing_between_models(first, second, reason):
    run = seeded(first, second)
    row = verdict_of(better(), run)
    assert (row["verdict"], row["reason"]) == ("undecided", reason)
    assert "(A)" in row["number"]
    assert row["value"] == pytest.approx(0.5, abs=0.02)
    row = verdict_of(comparison("equal", {}, against={"source": "B"}, tolerance=0.1), run)
    assert (row["verdict"], row["reason"]) == ("undecided", reason)


def test_a_difference_of_two_models_is_that_of_means_over_seeds():
    near = comparison("equal", {}, against={"source": "B"}, tolerance=0.2)
    row = verdict_of(near, seeded([1.0, 1.1, 1.2], [1.0, 1.0, 1.0]))
    assert value_and_error(row) == pytest.approx((0.1, 0.1))
    assert row["verdict"] == "undecided"


def test_a_network_against_monte_carlo_needs_one_seed():
    claim = comparison("greater", {}, against={"source": "mc"})
    assert verdict_of(claim, seeded([1.2], [1.0]))["verdict"] == "confirmed"


def test_citations_are_judged_by_their_titles():
    def claim(*flags):
        work = {"number": 50, "title": "title 0", "pure_2d_ising": flags[0]}
        other = {"number": 51, "title": "title 1", "pure_2d_ising": flags[1]}
        keys = {"id": "x", "sentence": "y", "place": "z", "test": "citation"}
        return Citation(references=[work, other], **keys)

    row = verdict_of(claim(True, False))
    assert (row["verdict"], row["number"]) == ("refuted", "1 of 2 titles")
    assert row["reason"] == "on other models: 51: title 1"
    assert verdict_of(claim(True, True))["verdict"] == "confirmed"


def test_a_run_without_anything_decides_only_what_needs_no_run():
    run = lookup.Run(sources={}, exact=xr.Dataset(coords={"temperature": []}), reference="mc")
    table = judge.judge(claims.load(CLAIMS), run).set_index("id")
    decided = set(table.index[table["verdict"] != "undecided"])
    assert decided == {"eta_agrees_with_literature", "eta_spread_in_literature"}
    assert (table["reason"] != "").all()


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (0.34112, 0.0153, "0.341 ± 0.015"),
        (1234.5, 12.3, "1234 ± 12"),
        (0.5, 0.0, "0.5"),
        (42.1696, np.nan, "42.17"),
        (np.inf, np.nan, "inf"),
    ],
)
def test_numbers_have_the_digits_that_their_errors_leave(value, error, words):
    assert deviations.with_error(value, error) == words
