"""Inverse renormalization: block spins, the enlarged frames, and rows of the table."""

import csv

import numpy as np
import pytest

from studies import upscaling


@pytest.fixture(autouse=True)
def one_thread(threads):
    """Restore the number of threads."""


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def random_frames(rng, frames=50, size=8):
    return rng.choice(np.array([-1, 1], np.int8), (frames, size, size))


def test_blocks_follow_the_majority_and_ties_are_even(rng):
    frames = np.ones((2000, 4, 4), np.int8)
    frames[:, 0, 0] = -1  # three to one
    frames[:, 2, 2:] = -1  # two to two
    blocks = upscaling.majority(frames, rng)
    assert (blocks[:, 0, 0] == 1).all()
    assert abs(blocks[:, 1, 1].mean()) < 0.1  # fails by chance once in 10^5 seeds


def test_neighborhoods_are_periodic_sums_of_blocks(rng):
    coarse = random_frames(rng)
    large = np.kron(coarse, np.ones((1, 2, 2)))
    across = [np.roll(large, 1, 1), np.roll(large, -1, 1)]
    beside = np.roll(large, 1, 2) + np.roll(large, -1, 2)
    diagonal = sum(np.roll(one, 1, 2) + np.roll(one, -1, 2) for one in across)
    np.testing.assert_array_equal(
        upscaling.neighborhoods(coarse), [large, sum(across) + beside, diagonal]
    )


def test_blocks_of_frames_enlarged_with_a_strong_field_are_the_frames(rng):
    coarse = random_frames(rng)
    large = upscaling.enlarged(coarse, np.array([9.0, 0, 0]), rng)
    np.testing.assert_array_equal(upscaling.majority(large, rng), coarse)


def test_fitted_coefficients_make_the_fields_unbiased(rng):
    """At the most likely ones, sums of inputs times deviations from the mean are 0."""
    frames = upscaling.critical(8, 200, "test")
    found = upscaling.fitted(frames, np.random.default_rng(2))
    inputs = upscaling.neighborhoods(upscaling.majority(frames, np.random.default_rng(2)))
    off = frames - np.tanh(np.tensordot(found, inputs, 1))
    assert np.abs((inputs * off).mean(axis=(1, 2, 3))).max() < 1e-3
    assert (found > 0).all()


def test_rows_take_the_place_of_earlier_ones(monkeypatch, tmp_path, call):
    table = tmp_path / "ours.csv"
    monkeypatch.setattr(upscaling, "TABLE", table)
    other = dict.fromkeys(upscaling.COLUMNS, "") | {"method": "another", "lattice_size": "64"}
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, upscaling.COLUMNS)
        writer.writeheader()
        writer.writerow(other)
    for _ in range(2):
        call(upscaling, "--sizes", 16, "--frames", 2000)
        rows = list(csv.DictReader(table.read_text().splitlines()))
        assert [row["method"] for row in rows] == ["another", *2 * [upscaling.METHOD]]
        assert rows[0] == other
    energy, order = rows[1:]
    assert energy["quantity"] == "energy error"
    # Wrong by more than its error: frames are too hot at short distances.
    assert float(energy["value"]) > 4 * float(energy["error"])
    assert abs(float(order["value"])) < 0.1
