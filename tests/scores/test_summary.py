"""Words made from the numbers."""

import numpy as np
import pandas as pd

from ising_fidelity.scores import summary

COLUMNS = ["temperature", "quantity", "reference", "value", "expected"]
ERRORS = {"error": 0.012, "expected_error": 0.0}


def table_of(source="GAN"):
    """Return scores of one source that fails in u at 2.00 and in C at 1.00 and 3.00."""
    fine, bad, worse = (0.5, 0.7), (9.4, 1e-6), (-4.0, 0.001)
    rows = []
    for T, heat in {"1.00": 5.0, "2.00": 0.3, "3.00": 0.15}.items():
        rows += [
            [T, "energy", "mc", -1.5, -1.75, *(bad if T == "2.00" else fine)],
            [T, "specific_heat", "exact", heat, 0.3, *(fine if T == "2.00" else worse)],
            [T, "specific_heat", "mc", heat, 0.3, *fine],
        ]
    table = pd.DataFrame(rows, columns=[*COLUMNS, "deviation_in_errors", "p_adjusted"])
    lacking = table["p_adjusted"].isna().astype(int)
    known = {"deviation": table["value"] - table["expected"], "not_compared": lacking}
    return table.assign(source=source, **ERRORS, **known)


def words_of(scores, models=None, repeats=None):
    return summary.of_sources(scores, models or {}, repeats or {}, "mc")


def test_a_verdict_counts_and_names_the_worst():
    (sentences,) = words_of(table_of()).values()
    assert sentences == [
        "Indistinguishable from Monte Carlo in u at 2 of 3 temperatures and in C at 3 of 3.",
        "Most significant deviation: u at T = 2.00, -1.500 ± 0.012, expected -1.75 (z = 9.4).",
        "Worst C: 17 times the exact value, at T = 1.00.",
        "Highest temperature with a significant deviation: T = 2.00, in u.",
    ]


def test_a_model_is_judged_within_its_training_range_too():
    (sentences,) = words_of(table_of(), models={"GAN": ["2.50", "3.00"]}).values()
    assert sentences[3:] == [
        "Within its training range, T = 2.50 to 3.00: in u at 1 of 1 temperatures and in C at 1 "
        "of 1.",
        "One network, one training seed.",
    ]


def test_counts_are_given_for_every_training_seed():
    scores = pd.concat([table_of("GAN"), table_of("GAN.seed2")], ignore_index=True)
    seed = (scores["source"] == "GAN.seed2") & (scores["quantity"] == "energy")
    scores.loc[seed, "p_adjusted"] = 1e-9
    words = words_of(scores, {"GAN": ["1.00"], "GAN.seed2": ["1.00"]}, {"GAN": ["GAN.seed2"]})
    assert list(words) == ["GAN"]
    assert words["GAN"][0].startswith("Indistinguishable from Monte Carlo in u at 2, 0 of 3 temp")
    assert words["GAN"][-1] == "Counts are given for 2 training seeds, all else for the first."


def test_the_reference_is_compared_with_exact_results():
    words = words_of(table_of("mc"))
    assert words == {
        "mc": ["The reference. Indistinguishable from exact results in C at 1 of 3 temperatures."]
    }


def test_nothing_to_complain_of():
    scores = table_of()
    scores["p_adjusted"] = 0.5
    (sentences,) = words_of(scores).values()
    assert sentences[1:] == [
        "No deviation of these is significant.",
        "C is nowhere distinguishable from the exact value; deviations below 12% are not "
        "detectable (3 standard errors, median).",
    ]


def lacking(scores, **of):
    """Return scores without what these rows would be compared by."""
    chosen = np.logical_and.reduce([scores[key] == value for key, value in of.items()])
    scores.loc[chosen, ["deviation_in_errors", "p_adjusted"]] = np.nan
    scores.loc[chosen, "not_compared"] = 1
    return scores


def test_what_is_not_compared_is_no_agreement_and_is_named():
    scores = lacking(table_of(), quantity="specific_heat", reference="exact")
    (sentences,) = words_of(scores).values()
    assert "C could not be compared with the exact value." in sentences
    assert sentences[-1] == "Not compared: C at 3 of 3 temperatures, T = 1.00, 2.00 and 3.00."
    assert summary.not_compared(scores) == {"GAN": [sentences[-1]]}
    assert summary.not_compared(table_of()) == {}


def test_a_source_of_which_nothing_is_compared_has_no_verdict():
    scores = lacking(table_of(), source="GAN")
    (sentences,) = words_of(scores).values()
    assert sentences == [
        "Indistinguishable from Monte Carlo nowhere, as nothing could be compared.",
        "C could not be compared with the exact value.",
        "Not compared: u and C at 3 of 3 temperatures, T = 1.00, 2.00 and 3.00.",
    ]


def test_a_lacking_temperature_lowers_the_total():
    scores = lacking(table_of(), quantity="energy", temperature="1.00")
    (sentences,) = words_of(scores).values()
    assert sentences[0].startswith("Indistinguishable from Monte Carlo in u at 1 of 2 temp")
    assert sentences[-1] == "Not compared: u at 1 of 3 temperatures, T = 1.00."


def sums(**deviations):
    """Return rows that sum up: deviations in u of every source."""
    of_all = {"temperature": "all", "quantity": "energy", "reference": "exact"}
    sources = [name.replace("_", ".") for name in deviations]
    rows = pd.DataFrame({"source": sources, "deviation": deviations.values(), **of_all})
    return rows.assign(not_compared=0)


def test_no_model_is_better_on_one_seed():
    table = summary.orderings(sums(A=0.1, B=0.9, mc=0.0), {"A": ["2.00"], "B": ["2.00"]}, {})
    (line,) = table.to_dict("records")
    assert line["models"] == "A, B"
    assert line["u"] == "not decided: one training seed (0.1, 0.9)"
    assert line["C"] == "not measured"


def test_frames_after_monte_carlo_are_no_model_of_their_own():
    relaxed = sums(A=0.01, B=0.2).assign(source=["A+5sweeps", "B+"])
    scores = pd.concat([sums(A=0.1, B=0.9), relaxed])
    models = {name: ["2.00"] for name in scores["source"]}
    assert list(summary.orderings(scores, models, {})["models"]) == ["A, B", "A, B+", "B, B+"]


def test_three_seeds_and_more_than_the_spread_decide():
    scores = sums(A=0.1, A_seed2=0.11, A_seed3=0.12, B=0.9, B_seed2=0.91, B_seed3=0.92)
    repeats = {name: [f"{name}.seed2", f"{name}.seed3"] for name in "AB"}
    models = {name: ["2.00"] for name in scores["source"]}
    assert list(summary.orderings(scores, models, repeats)["u"]) == [
        "A is better than B (0.11, 0.91)"
    ]
    scores.loc[scores["source"] == "A.seed2", "deviation"] = 2.0
    (words,) = summary.orderings(scores, models, repeats)["u"]
    assert words == "not decided: within the spread between seeds (0.74, 0.91)"
    fewer = {"A": repeats["A"], "B": ["B.seed2"]}
    models = {name: ["2.00"] for name in models if name != "B.seed3"}
    (words,) = summary.orderings(scores, models, fewer)["u"]
    assert words == "not decided: 2 training seeds (0.74, 0.91)"


def test_models_that_lack_different_temperatures_are_not_put_in_order():
    seeds = [f"{model}{seed}" for model in "AB" for seed in ("", ".seed2", ".seed3")]
    each = sums(A=0.1, A_seed2=0.11, A_seed3=0.12, B=0.9, B_seed2=0.91, B_seed3=0.92)
    scores = pd.concat([each, *(each.assign(temperature=T) for T in ("1.00", "2.00"))])
    repeats = {name: [f"{name}.seed2", f"{name}.seed3"] for name in "AB"}
    models = {name: ["2.00"] for name in seeds}
    (words,) = summary.orderings(scores, models, repeats)["u"]
    assert words == "A is better than B (0.11, 0.91)"
    scores.loc[
        (scores["source"] == "B.seed2") & (scores["temperature"] == "1.00"), "not_compared"
    ] = 1
    (words,) = summary.orderings(scores, models, repeats)["u"]
    assert words == "not decided: not compared at the same temperatures"


def test_the_worse_one_is_not_called_better():
    low, high = np.array([0.1, 0.11, 0.12]), np.array([0.5, 0.51, 0.52])
    assert summary.order("A", "B", high, low).startswith("B is better than A")
