"""The sweeps that frames need, and how many one start saves compared with another."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from ising_fidelity.analysis import relaxation

STEPS = np.array([0.0, 1.0, 5.0, 50.0])
INF = np.inf


@pytest.mark.parametrize(
    ("in_errors", "expected"),
    [
        ([0, 1, -2, 3], (0, 0)),
        ([9, 3.1, 2.9, 0], (2, 5)),
        ([9, -9, -9, 3], (6, 50)),
        ([9, 9, 9, 3.01], (51, INF)),
        # Agreement by chance on the way is not equilibrium.
        ([0, 0, 4, 0], (6, 50)),
        ([0, np.nan, 0, 0], (2, 5)),
        ([INF, -INF, 0, 0], (2, 5)),
        ([0, 0, 0, np.nan], (51, INF)),
    ],
)
def test_it_is_the_first_number_from_which_on_nothing_is_told_apart(in_errors, expected):
    z = np.array(in_errors, float)[:, None, None]
    assert tuple(np.ravel(relaxation.fewest(STEPS, z))) == expected
    both = np.concatenate([z, np.zeros_like(z)], axis=1)
    assert tuple(np.ravel(relaxation.fewest(STEPS, both))) == expected


def test_each_temperature_has_its_own_and_the_slowest_quantity_counts():
    z = np.zeros((4, 2, 3))
    z[:1, 0, 0] = 9
    z[:3, 1, 0] = 9
    z[:, 0, 2] = 9
    least, most = relaxation.fewest(STEPS, z)
    assert (least.tolist(), most.tolist()) == ([6, 0, 51], [50, 0, INF])


def test_a_series_that_begins_with_a_sweep_may_need_none_of_them():
    least, most = relaxation.fewest(np.array([1.0, 3.0]), np.zeros((2, 1, 1)))
    assert (least, most) == (0, 1)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_the_true_number_lies_between_both_ends(needs):
    """A source that stays in equilibrium from some number of sweeps on."""
    z = np.where(STEPS[:, None] >= needs, 0.0, 9.0)[:, None]
    least, most = relaxation.fewest(STEPS, z)
    assert (least <= needs).all()
    assert (needs <= most).all()


def need(**ends):
    return relaxation.Need(STEPS, *(np.array(ends[name], float) for name in ("T", "least", "most")))


def test_savings_lie_between_those_of_both_ends():
    model = need(T=[1, 2, 3, 4, 5], least=[2, 0, 51, 2, 51], most=[5, 0, INF, 5, INF])
    start = need(T=[1, 2, 3, 4, 5], least=[6, 6, 6, 51, 51], most=[50, 50, 50, INF, INF])
    T, least, most = relaxation.saved(model, start)
    assert T.tolist() == [1, 2, 3, 4, 5]
    assert least.tolist() == [1, 6, -INF, 46, -INF]
    assert most.tolist() == [48, 50, -1, INF, INF]
    T, least, _ = relaxation.saved(model, need(T=[2, 6], least=[6, 6], most=[50, 50]))
    assert (T.tolist(), least.tolist()) == ([2], [6])


def observables(temperatures, **values):
    """Return observables with errors of 0.1, 1 in all of them where not given otherwise."""
    known = dict.fromkeys(("energy", "specific_heat", "abs_magnetization", "susceptibility"), 1.0)
    errors = {f"{name}_error": 0.1 for name in known}
    empty = xr.Dataset(coords={"temperature": temperatures})
    columns = (known | errors | values).items()
    return empty.assign({name: xr.full_like(empty["temperature"], x) for name, x in columns})


def test_frames_of_a_tree_are_told_by_what_their_names_end_in():
    names = ["A", "A+5sweeps", "A+10sweeps", "A+2clusters", "A+3gibbs", "A.seed2+1sweeps", "mc"]
    groups = {name: observables([2.0], energy=place) for place, name in enumerate(names)}
    found = {kind: relaxation.series(groups, "A", kind) for kind in ("sweeps", "clusters", "gibbs")}
    counts = {kind: list(one) for kind, one in found.items()}
    assert counts == {"sweeps": [0, 5, 10], "clusters": [0, 2], "gibbs": [3]}
    assert [int(one["energy"][0]) for one in found["sweeps"].values()] == [0, 1, 2]
    assert relaxation.series(groups, "mc", "sweeps") == {}


@pytest.mark.parametrize(
    ("quantity", "expected", "off"),
    [
        # Exact results have no error, Monte Carlo has as large a one as the frames.
        ("energy", "exact", 0.31),
        ("specific_heat", "exact", 0.31),
        ("abs_magnetization", "reference", 0.43),
        ("susceptibility", "reference", 0.43),
    ],
)
def test_every_quantity_is_compared_with_what_is_best_known_of_it(quantity, expected, off):
    T = [1.0, 2.0]
    exact = observables(T)[["energy", "specific_heat"]]
    # Errors of the reference in exactly known quantities have no effect.
    reference = observables(T, energy=7.0, specific_heat=7.0)
    for deviation, most in ((off, 5), (0.29 if expected == "exact" else 0.41, 1)):
        after = {1: observables(T, **{quantity: 1 - deviation}), 5: observables([*T, 3.0])}
        found = relaxation.need(after, exact, reference)
        assert (found.steps.tolist(), found.temperature.tolist()) == ([1, 5], T)
        assert found.most.tolist() == [most, most]
