"""The summary of the table of broken samplers, for few repetitions."""

import pandas as pd
import pytest
from scipy.special import ndtri

from studies import samplers

NAME = "one sign"


def rows(verdicts, causes, p_value="1e-9"):
    return [
        {"sampler": NAME, "repetition": str(index), "frames": "1000", "verdict": verdict,
         "p_value": p_value, "tests": "17", "causes": cause, "sentence": ""}
        for index, (verdict, cause) in enumerate(zip(verdicts, causes, strict=True))
    ]  # fmt: skip


def test_shares_and_what_they_need():
    wrong = [samplers.DISTINGUISHABLE] * 10
    all_right = samplers.summary(rows(wrong, ["one sign"] * 10)).iloc[0]
    assert (all_right["rejected"], all_right["named_first"]) == ("1", "1")
    assert all_right["frames_needed"] == ""
    half = samplers.summary(rows(wrong, ["one sign", "a field | one sign"] * 5)).iloc[0]
    assert (half["named_first"], half["named_any"]) == ("0.5", "1")
    # Half are named right where the mean is at the threshold of 3.3 errors.
    assert float(half["frames_needed"]) == pytest.approx(
        1000 * (1 + 1.2816 / 3.2905) ** 2, rel=0.03
    )


def test_frames_to_reject_follow_from_errors():
    seldom = ["indistinguishable"] * 9 + [samplers.DISTINGUISHABLE]
    p_value = 17 * 0.01  # two errors and a half in the best of 17 tests
    one = samplers.summary(rows(seldom, [""] * 10, str(p_value))).iloc[0]
    wanted = -ndtri(0.01 / 17 / 2) + ndtri(0.9)
    found = -ndtri(0.01 / 2)
    assert float(one["frames_needed"]) == pytest.approx(1000 * (wanted / found) ** 2, rel=0.03)


def test_rows_that_are_there_are_not_made_again(monkeypatch, tmp_path):
    monkeypatch.setattr(samplers, "TABLE", tmp_path / "samplers.csv")
    names = [*samplers.broken.SAMPLERS][:3]
    assert [*samplers.missing([(name, 1) for name in names])] == [(1, names)]
    frame = pd.DataFrame(rows([samplers.DISTINGUISHABLE] * 2, ["", ""]))
    frame.assign(sampler=names[0]).to_csv(samplers.TABLE, index=False)
    wanted = [(name, repetition) for name in names for repetition in (0, 1)]
    assert [*samplers.missing(wanted)] == [(0, names[1:]), (1, names[1:])]
