"""The data of the explorer: what went in comes out, within bounds."""

import base64
import json

import numpy as np
import pytest
import xarray as xr

from ising_fidelity.report import explorer

L = 6


def sample(seed, frames=50):
    random = np.random.default_rng(seed)
    spins = random.choice([-1, 1], size=(frames, L, L)).astype(np.int8)
    bonds = spins * (np.roll(spins, 1, 1) + np.roll(spins, 1, 2))
    return explorer.Sample(spins[:2], -bonds.mean((1, 2)), spins.mean((1, 2)))


@pytest.fixture
def samples():
    return {("mc", "2.00"): sample(1), ("<b>", "2.00"): sample(2), ("mc", "3.00"): sample(3)}


def test_frames_and_histograms_come_back(samples):
    data = xr.Dataset(
        {
            "correlation_raw": (("temperature", "distance"), [[1.0, 0.51239, np.nan]]),
            "correlation_raw_error": (("temperature", "distance"), [[0.0, 0.0123, np.nan]]),
        },
        coords={"temperature": [2.0]},
    )
    exact = xr.Dataset({"energy": ("temperature", [-1.7456])}, coords={"temperature": [2.0]})
    text = explorer.as_json(samples, {"mc": data}, exact, "mc")
    assert "<" not in text
    content = json.loads(text)
    assert content["sources"] == ["mc", "<b>"]
    for (source, T), one in samples.items():
        entry = content["data"][source][T]
        for packed, spins in zip(entry["f"], one.spins, strict=True):
            bits = np.unpackbits(np.frombuffer(base64.b64decode(packed), np.uint8), count=L * L)
            assert (2 * bits.reshape(L, L).astype(int) - 1 == spins).all()
        for key, series in (("u", one.energy), ("m", one.magnetization)):
            assert sum(entry[key]) == series.size
            low, high = content["edges"][T][key]
            assert low < series.min()
            assert series.max() < high
            width = (high - low) / len(entry[key])
            centres = low + (np.arange(len(entry[key])) + 0.5) * width
            mean = np.average(centres, weights=entry[key])
            assert mean == pytest.approx(series.mean(), abs=width)
    entry = content["data"]["mc"]["2.00"]
    assert entry["g"] == [1, 0.5124, None]
    assert entry["ge"] == [0, 0.012, None]
    assert "g" not in content["data"]["<b>"]["2.00"]
    assert content["edges"]["2.00"]["exact"] == {"mean": -1.7456}
    assert content["edges"]["3.00"]["exact"] == {}


def test_the_exact_distribution_falls_into_the_bins(samples):
    levels = np.arange(-2, 2.01, 4 / L**2)
    weights = np.exp(-((levels + 0.1) ** 2) * 20)
    exact = xr.Dataset(
        {
            "energy": ("temperature", [-0.1]),
            "energy_probability": (("temperature", "energy_level"), [weights / weights.sum()]),
        },
        coords={"temperature": [2.0], "energy_level": levels},
    )
    content = json.loads(explorer.as_json(samples, {}, exact, "mc"))
    shares = content["edges"]["2.00"]["exact"]["shares"]
    assert len(shares) == len(content["data"]["mc"]["2.00"]["u"])
    assert 0.7 < sum(shares) <= 1.001


def test_temperatures_are_left_out_where_a_page_has_no_room():
    names = [f"{T:.2f}" for T in np.arange(1, 4.05, 0.1)]
    assert explorer.shown(names, sources=14, lattice_size=64) == names
    few = explorer.shown(names, sources=20, lattice_size=128)
    assert 3 <= len(few) < len(names)
    assert {"1.00", "2.30", "4.00"} <= set(few)
    assert explorer.shown(names, sources=99, lattice_size=1024) == ["1.00", "2.30", "4.00"]


def test_three_temperatures_are_the_ends_and_that_nearest_to_the_critical_one():
    assert explorer.three(["3.00", "1.00", "2.20", "2.30"]) == ["1.00", "2.30", "3.00"]
    assert explorer.three(["2.30"]) == ["2.30"]


def test_a_picture_has_a_pixel_per_spin_and_the_same_bytes_twice(samples):
    import io

    from matplotlib import image as images

    spins = samples["mc", "2.00"].spins[0]
    address = explorer.picture(spins)
    assert address == explorer.picture(spins)
    content = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    pixels = images.imread(io.BytesIO(content))
    assert pixels.shape[:2] == (L, L)
    assert ((pixels[..., 0] < 0.5) == (spins == 1)).all()
