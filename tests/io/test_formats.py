"""Frames as people keep them have one meaning, which is said, or are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.formats import take

SPINS = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (5, 6, 6))
FULL = SPINS[None]
TAKEN = {
    "int8": (FULL, ()),
    "int64": (FULL.astype(np.int64), ()),
    "float64": (FULL.astype(float), ()),
    "float16": (FULL.astype(np.float16), ()),
    "big-endian": (FULL.astype(">i4"), ()),
    "0 and 1": ((FULL + 1) // 2, ("0 as down, 1 as up",)),
    "booleans": (FULL > 0, ("True as up",)),
    "bytes of an image": (np.where(FULL > 0, 255, 0).astype(np.uint8), ("0 as down, 255 as up",)),
    "floats of an image": (np.where(FULL > 0, 255.0, 0.0), ("0 as down, 255 as up",)),
    "halves": (FULL / 2, ("-0.5 as down, 0.5 as up",)),
    "wrapped": (
        FULL.astype(np.uint8), ("255, -1 in unsigned bytes, as down, 1 as up",)
    ),
    "draws": (SPINS, ()),
    "rows": (SPINS.reshape(5, 36), ("5 frames in rows of 6 x 6 sites",)),
    "channel first": (SPINS[:, None], ("5 frames with one channel",)),
    "channel last": (SPINS[..., None], ("5 frames with one channel",)),
    "list": (FULL.tolist(), ()),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAKEN)
def test_what_has_one_meaning_is_taken_and_said(kind):
    array, said = TAKEN[kind]
    taken = take(array)
    assert taken.spins.dtype == np.int8
    np.testing.assert_array_equal(taken.spins, FULL)
    assert taken.said == said


def test_one_frame():
    np.testing.assert_array_equal(take(SPINS[0]).spins, SPINS[None, :1])
    assert take(np.ones((2, 2))).said == ("one frame",)


@pytest.mark.parametrize(
    ("dimensions", "axes"),
    [
        (("chain", "draw", "y", "x"), (0, 1, 2, 3)),
        (("draw", "chain", "y", "x"), (1, 0, 2, 3)),
        (("chain", "draw", "x", "y"), (0, 1, 3, 2)),
        (("y", "x", "chain", "draw"), (2, 3, 0, 1)),
    ],
)
def test_axes_are_found_by_their_names(dimensions, axes):
    taken = take(FULL.transpose(axes), dimensions=dimensions)
    np.testing.assert_array_equal(taken.spins, FULL)


@pytest.mark.parametrize("draws", ["draw", "time", "sample"])
def test_one_axis_of_another_name_is_that_of_draws(draws):
    taken = take(SPINS, dimensions=(draws, "y", "x"))
    np.testing.assert_array_equal(taken.spins, FULL)
    np.testing.assert_array_equal(take(SPINS[0], dimensions=("y", "x")).spins, FULL[:, :1])


REFUSED = {
    "text": (np.array([["a"]]), "numbers, at least one"),
    "nothing": (np.zeros((0, 4, 4)), "numbers, at least one"),
    "not square": (FULL[..., :3], "square frames"),
    "flat": (np.ones(16), "square frames"),
    "missing values": (np.where(FULL > 0, np.nan, -1.0), r"of 180 values are missing"),
    "fields": (FULL * np.linspace(0.9, 1, 6), "round real fields yourself"),
    "zeros in between": (FULL * (np.arange(6) > 0), "values are -1, 0, 1; allowed"),
    "one and two": (FULL + 1 + (FULL < 0), "values are 1, 2; allowed"),
    "all 255": (np.full((1, 2, 4, 4), 255, np.uint8), r"\(0, 255\) or \(255, 1\) decides"),
    "one frame or rows": (np.ones((16, 16)), r"one frame of L = 16, or 16 frames of L = 4 in rows"),
    "ragged": ([[1, -1], [1]], "not an array of numbers"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_has_no_meaning_or_two_is_refused_in_one_line(kind):
    array, message = REFUSED[kind]
    with pytest.raises(InputError, match=message) as caught:
        take(array, "mine.npy")
    assert str(caught.value).startswith("mine.npy: ")
    assert "\n" not in str(caught.value)


def test_an_alphabet_decides():
    both = np.full((1, 2, 4, 4), 255, np.uint8)
    assert (take(both, alphabet=(0, 255)).spins == 1).all()
    assert (take(both, alphabet=(255, 1)).spins == -1).all()
    np.testing.assert_array_equal(take((3 - FULL) // 2, alphabet=(2, 1)).spins, FULL)
    with pytest.raises(InputError, match="alphabet: 2 and 1 as down and up; there are -1, 1"):
        take(FULL, alphabet=(2, 1))


@given(arrays(np.int8, st.tuples(*(st.integers(1, 4),) * 2, st.just(5), st.just(5)),
              elements=st.sampled_from([-1, 1])))  # fmt: skip
def test_spins_stay_as_they_are(spins):
    np.testing.assert_array_equal(take(spins).spins, spins if spins.shape[1] > 1 or
                                  spins.shape[0] == 1 else spins.swapaxes(0, 1))  # fmt: skip


def test_axes_that_may_be_temperatures_are_not_taken_for_chains():
    array = np.ones((3, 5, 4, 4))
    with pytest.raises(InputError, match=r"dimensions .*rename temp and config"):
        take(array, dimensions=("temp", "config", "row", "col"))
    unnamed = tuple(f"phony_dim_{axis}" for axis in range(4))
    assert take(array, dimensions=unnamed).spins.shape == (3, 5, 4, 4)
