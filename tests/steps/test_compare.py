"""The file of distances."""

import numpy as np
import pytest

from ising_fidelity.comparison import classifier, copies, distances, diversity, noise_floor
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset
from ising_fidelity.io import netcdf
from ising_fidelity.steps.compare import compare

from ..shared import write_frames

DISTANCES = [
    f"{name}_{label}"
    for name in ("energy", "magnetization", "abs_magnetization")
    for label in ("wasserstein", "ks")
] + ["energy_magnetization_histogram"]
NEAREST = "nearest_training_symmetric"
FLOORLESS = {"hamming_cross", "vendi_score", "vendi_score_reference", "nearest_training_hamming"}


def compared(folder, frames="frames.nc", reference="reference.nc", training=(), **options):
    """Compare files of a folder; return the content of its c.nc."""
    compare(
        frames=folder / frames,
        reference=folder / reference,
        training=[folder / name for name in training],
        output=folder / "c.nc",
        **options,
    )
    return netcdf.read(folder / "c.nc")


def test_the_contract(tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 5)
    frames, reference, known = (
        write_frames(tmp_path / name, shape, seed=seed).reshape(-1, 8, 8)
        for name, shape, seed in (
            ("frames.nc", (1, 12, 8, 8), 1),
            ("reference.nc", (3, 7, 8, 8), 2),
            ("training.nc", (1, 12, 8, 8), 3),
        )
    )
    write_frames(tmp_path / "warmer.nc", temperature=2.4, seed=1)
    training = ["warmer.nc", "training.nc"]
    data = compared(tmp_path, training=training, seed=5, memory_frames=9, classify=True)
    nearest = copies.nearest_hamming(frames, known)
    expected = {
        **distances.compare(frames, reference, seed=5),
        **diversity.diversity(frames, reference, seed=5),
        **copies.memory(frames, reference, known, 9, seed=5),
        "nearest_training_hamming": noise_floor.Estimate(*nearest),
        "classifier_auc": classifier.two_sample_test(frames, reference, seed=5),
    }
    tested = {*DISTANCES, NEAREST, "vendi_ratio", "classifier_auc"}
    assert set(expected) == tested | FLOORLESS | {f"{NEAREST}_heldout"}
    for name, estimate in expected.items():
        assert float(data[name]) == estimate.value
        assert float(data[f"{name}_error"]) == estimate.error
        assert (f"{name}_z" in data) == (f"{name}_p_value" in data) == (name in tested)
        if name in tested:
            assert float(data[f"{name}_z"]) == pytest.approx(estimate.z, nan_ok=True)
            assert float(data[f"{name}_p_value"]) == estimate.p_value
    assert {name for name in tested if f"{name}_floor" not in data} == {NEAREST}
    assert data.attrs["comparison"].startswith("all frames against all")
    assert all(one.attrs["units"] == "1" for one in data.variables.values())
    assert not any("_" in one.attrs["long_name"] for one in data.data_vars.values())


def test_without_training_frames_at_this_temperature_there_is_no_distance_to_them(tmp_path):
    write_frames(tmp_path / "frames.nc", seed=1)
    write_frames(tmp_path / "warmer.nc", temperature=2.4, seed=1)
    for training in ([], ["warmer.nc"]):
        data = compared(tmp_path, reference="frames.nc", training=training)
        assert not any(str(name).startswith(("nearest", "classifier")) for name in data)


def test_the_reference_compared_with_itself_is_even_compared_with_odd(tmp_path):
    (frames,) = write_frames(tmp_path / "mc.nc", (1, 11, 8, 8))
    data = compared(tmp_path, "mc.nc", "mc.nc")
    expected = distances.compare(frames[0::2], frames[1::2])
    assert float(data["energy_wasserstein"]) == expected["energy_wasserstein"].value > 0
    assert data.attrs["comparison"].startswith("even frames against odd")


def test_autocorrelated_frames_have_larger_errors(tmp_path):
    write_frames(tmp_path / "other.nc", (1, 400, 8, 8), seed=9)
    spins = np.where(np.random.default_rng(1).random((1, 100, 8, 8)) < 0.7, 1, -1).astype(np.int8)
    data = frames_dataset(spins, 2.3, "chain", {})
    errors = []
    for name, tau_int in (("white.nc", 0.5), ("red.nc", 5.0)):
        times = {"energy_tau_int": 0.5, "abs_magnetization_tau_int": tau_int}
        netcdf.write(netcdf.describe(data.assign_attrs(times)), tmp_path / name)
        errors.append(float(compared(tmp_path, name, "other.nc")["hamming_cross_error"]))
    assert errors[1] > 2 * errors[0]


def test_a_chain_that_does_not_say_how_correlated_it_is_is_asked(tmp_path):
    """Thirty frames five times over count as about thirty, with and without attributes."""
    spins = np.where(np.random.default_rng(1).random((30, 8, 8)) < 0.7, 1, -1).astype(np.int8)
    write_frames(tmp_path / "other.nc", (1, 400, 8, 8), seed=9)
    repeated = frames_dataset(np.repeat(spins, 5, axis=0)[None], 2.3, "chain", {})
    netcdf.write(repeated, tmp_path / "chain.nc")
    assert compared(tmp_path, "chain.nc", "other.nc")["vendi_score"] < 45


def test_the_same_bytes_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 5)
    write_frames(tmp_path / "frames.nc", seed=1)
    write_frames(tmp_path / "reference.nc", seed=2)
    written = []
    for _ in range(2):
        compared(tmp_path, training=["reference.nc"], memory_frames=5, classify=True)
        written.append((tmp_path / "c.nc").read_bytes())
    assert written[0] == written[1]


def test_one_frame_has_no_even_and_odd(tmp_path):
    write_frames(tmp_path / "frames.nc", (1, 1, 8, 8))
    with pytest.raises(InputError, match="a single frame"):
        compared(tmp_path, reference="frames.nc")
    assert not (tmp_path / "c.nc").exists()
