"""One temperature has one name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.temperatures import as_written, canonical, name_of, same


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("2.3", "2.30"),
        (2.3, "2.30"),
        (2, "2.00"),
        ("2.05", "2.05"),
        ("2.2691850", "2.269185"),
        ("1e1", "10.00"),
        (" 0 ", "0.00"),
        ("-0", "0.00"),
        ("0.000000000001", "0.000000000001"),
    ],
)
def test_canonical_names(written, name):
    assert canonical(written) == name


@pytest.mark.parametrize("written", [2.3000000000000003, "2.3000000000000003", 2.300000000000001])
def test_the_noise_of_arithmetic_is_no_digit(written):
    assert canonical(written) == "2.30"


@given(st.decimals(0, 1000, places=6))
def test_a_name_is_its_own_name_and_the_same_number(value):
    name = canonical(str(value))
    assert canonical(name) == name
    assert float(name) == float(value)
    assert canonical(float(name)) == name


@pytest.mark.parametrize(
    "written",
    [
        "warm", "-1", "nan", "sNaN", "inf", "", True, None, [2.3], "1.0000000000001",
        "2.3" + 30 * "0" + "1", "1234.123456789012", "1e15", "1e999999999", "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_temperature_is_named(written):
    with pytest.raises(InputError, match=r"^temperature .{1,100}$"):
        canonical(written)


LINEAR = np.linspace(1.6, 3.4, 16)
LINEAR_NAMES = [f"{(160 + 12 * step) / 100:.2f}" for step in range(16)]
TENTHS = [f"{1 + tenth / 10:.2f}" for tenth in range(31)]
GRIDS = {
    "arange": (np.arange(1, 4.05, 0.1), TENTHS),
    "steps added up": (1 + np.cumsum([0.0, *30 * [0.1]]), TENTHS),
    "linspace": (LINEAR.round(2), LINEAR_NAMES),
    "linspace, not rounded": (LINEAR, LINEAR_NAMES),
    "by hand": (
        [2.300000000000001, 1.8399999999999999, np.float32(2.3), 2, np.int16(3), np.float32(2.05)],
        ["2.30", "1.84", "2.30", "2.00", "3.00", "2.05"],
    ),
}


@pytest.mark.parametrize(("values", "names"), GRIDS.values(), ids=GRIDS)
def test_temperatures_of_grids_have_canonical_names(values, names):
    assert [name_of(value) for value in values] == names
    assert all(same(value, float(name)) for value, name in zip(values, names, strict=True))
    assert [as_written(value) for value in values] == [float(name) for name in names]
    different = [same(one, other) for one, other in zip(values, names[1:] + names[:1], strict=True)]
    assert not any(different)


@given(st.integers(1, 10**8), st.integers(0, 6))
def test_a_name_is_that_of_the_number_that_was_written(digits, decimals):
    name = canonical(f"{digits}e-{decimals}")
    for number in (float(name), float(np.nextafter(float(name), np.inf))):
        assert name_of(number) == name
        assert same(number, float(name))
    assert not same(float(name), float(name) + 1e-6)


@given(st.integers(100, 9999))
def test_single_precision_is_what_was_written(hundredths):
    written = hundredths / 100
    assert same(np.float32(written), written)
    assert name_of(np.float32(written)) == canonical(written)
    assert not same(np.float32(written), np.nextafter(np.float32(written), np.float32(np.inf)))


def test_no_temperature_and_an_infinite_one_have_names():
    assert name_of(np.inf) == "inf"
    assert name_of(np.float32(0)) == "0.00"
    assert same(np.inf, float("inf"))
    assert not same(np.inf, 2.3)
    assert not same(np.nan, np.nan)
    with pytest.raises(InputError, match="is not a number >= 0"):
        name_of(np.nan)
