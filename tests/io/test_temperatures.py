"""One temperature has one name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ising_fidelity.exceptions import InputError
from ising_fidelity.temperatures import canonical


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
