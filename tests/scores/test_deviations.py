"""Scores."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, t

from ising_fidelity.exact import finite
from ising_fidelity.scores import deviations


def test_common_temperatures_are_those_of_the_same_name():
    T = 0.7 * np.arange(1, 5)
    assert T[2] != 2.1
    values = ("temperature", [1.0, 2.0, 3.0, 4.0])
    data = xr.Dataset({"energy": values}, coords={"temperature": T})
    other = xr.Dataset({"energy": values}, coords={"temperature": [2.1, 2.8, 3.5, 4.2]})
    first, second = deviations.at_common_temperatures(data, other)
    assert first["temperature"].values.tolist() == [2.1, 2.8]
    assert first["energy"].values.tolist() == [3, 4]
    assert second["energy"].values.tolist() == [1, 2]


def test_deviations_in_units_of_both_errors():
    """Without errors only agreement is finite; an unknown error leaves the score unknown."""
    rows = [[5, 3, 4, 1], [-5, 3, 4, -1], [1, 0.5, 0, 2], [0, 0, 0, 0], [0.1, 0, 0, np.inf]]
    rows += [[-0.1, 0, 0, -np.inf], [1, np.nan, 1, np.nan]]
    *numbers, expected = np.array(rows, float).T
    found = deviations.deviation_in_errors(*numbers)
    assert found == pytest.approx(expected, nan_ok=True)


def test_summary_leaves_out_what_is_unknown():
    summary = deviations.summarize(
        np.array([3.0, 4.0, np.nan, 0.0]), np.array([1.0, 2.5, np.nan, -4.0])
    )
    assert summary.rms_deviation == pytest.approx(np.sqrt(25 / 3))
    assert summary.rms_deviation_in_errors == pytest.approx(np.sqrt((1 + 6.25 + 16) / 3))
    assert summary.within_2_errors == pytest.approx(1 / 3)
    assert summary.within_3_errors == pytest.approx(2 / 3)
    nothing = deviations.summarize(np.array([np.nan]), np.array([]))
    assert np.isnan([nothing.rms_deviation, nothing.within_2_errors]).all()


def test_energy_spread_is_the_standard_deviation_of_frames():
    energies = np.random.default_rng(1).normal(-1.9, 0.02, 1000)
    specific_heat = 16**2 * energies.var() / 1.5**2
    spread, error = deviations.energy_spread(specific_heat, 0.1 * specific_heat, 1.5, 16)
    assert spread == pytest.approx(energies.std())
    assert error == pytest.approx(0.05 * spread)
    assert deviations.energy_spread(0.0, 0.0, 1.5, 16)[0] == 0


def test_slope_ratio():
    T = np.array([2.1, 2.2, 2.4])
    assert deviations.slope_ratio(T, 3 * T - 7, np.zeros(3)) == pytest.approx((1, 0))
    assert deviations.slope_ratio(T, np.array([0, 1, 5.0]), np.zeros(3))[0] == pytest.approx(2)


def test_slope_ratio_error_is_the_spread_of_noisy_points():
    """Known to 1.6 % from 2000 draws: 10 % leaves room for curvature, false alarms below 1e-4."""
    T, values, errors = np.array([2.1, 2.2, 2.3]), np.array([-1.7, -1.6, -1.4]), np.full(3, 0.002)
    generator = np.random.default_rng(1)
    noisy = values + errors * generator.standard_normal((2000, 3))
    ratios = [deviations.slope_ratio(T, one, errors)[0] for one in noisy]
    assert deviations.slope_ratio(T, values, errors)[1] == pytest.approx(np.std(ratios), rel=0.1)


def test_two_standard_errors_leave_what_a_normal_number_leaves():
    p_values = deviations.p_values(np.array([0.0, 2.0, -2.0, np.inf, np.nan]))
    assert p_values == pytest.approx([1, 0.0455002639, 0.0455002639, 0, np.nan], nan_ok=True)


@given(
    p_values=st.lists(st.floats(0, 1), min_size=1, max_size=20),
    unknown=st.lists(st.integers(0, 20), max_size=3),
)
def test_adjusted_p_values_are_those_of_scipy(p_values, unknown):
    places = np.minimum(np.array(unknown, dtype=int), len(p_values))
    given_values = np.insert(np.array(p_values), places, np.nan)
    result = deviations.adjusted(given_values)
    known = ~np.isnan(given_values)
    np.testing.assert_allclose(result[known], false_discovery_control(p_values), rtol=1e-12)
    assert np.isnan(result[~known]).all()
    assert deviations.together(given_values) == pytest.approx(np.nanmin(result))


def test_of_no_p_values_nothing_is_known():
    assert np.isnan(deviations.adjusted(np.array([np.nan]))).tolist() == [True]
    assert np.isnan(deviations.together(np.array([])))


def test_models_differ_by_their_means_and_their_spread():
    first, second = np.array([1.0, 2.0, 3.0]), np.array([6.0, 6.0, 6.0])
    assert deviations.difference_between_seeds(first, second) == (-4, 1)
    assert np.isnan(deviations.difference_between_seeds(first, second[:2])[1])
    assert deviations.difference_between_seeds(first[:1], second[:1])[0] == -5


def test_three_equal_seeds_each_differ_by_chance_as_often_as_stated():
    """1 in 38.9 of 20,000 trials is 514 +- 22.4: 5 spreads leave false alarms below 1e-6."""
    numbers = np.random.default_rng(1).standard_normal((20_000, 2, 3))
    pairs = [deviations.difference_between_seeds(*trial) for trial in numbers]
    alarms = sum(abs(difference) > 2 * spread for difference, spread in pairs)
    expected = 20_000 * 2 * t.sf(2 * np.sqrt(3), df=4)
    assert abs(alarms - expected) < 5 * np.sqrt(expected)


def test_slopes_of_a_parabola_are_exact_on_any_temperatures():
    T = np.array([2.0, 2.2, 2.269185, 2.3, 2.5])
    energy = np.stack([0.3 * T**2 - T - 1, np.full(5, 0.01)])
    heat = np.stack([0.6 * T - 1, np.full(5, 0.02)])
    excess, error = deviations.energy_slope_excess(T, energy, heat)
    assert excess[1:-1] == pytest.approx(0, abs=1e-12)
    assert np.isnan(excess[[0, -1]]).all()
    assert np.isnan(error[[0, -1]]).all()
    even = deviations.energy_slope_excess(T[[0, 1, 1]] + [0, 0, 0.2], energy[:, :3], heat[:, :3])
    assert even[1][1] == pytest.approx(np.hypot(np.sqrt(2) * 0.01 / 0.4, 0.02))


def test_energy_slopes_stand_at_common_temperatures():
    """Exact results agree with themselves, also where steps are so long that it is not 0."""
    T = [1.5, 2.0, 2.3, 3.0, 4.0]
    data = xr.Dataset(coords={"temperature": T})
    for name in deviations.AGAINST_EXACT:
        data[name] = "temperature", [getattr(finite.kaufman(8, one), name) for one in T]
    fewer, other = deviations.with_energy_slopes(data.isel(temperature=[0, 1, 3, 4]), data)
    assert fewer["temperature"].values.tolist() == [1.5, 2.0, 3.0, 4.0]
    xr.testing.assert_allclose(fewer[deviations.SLOPE], other[deviations.SLOPE])
    assert abs(fewer[deviations.SLOPE][1]) > 0.1
    assert (fewer[f"{deviations.SLOPE}_error"][1:-1] == 0).all()
