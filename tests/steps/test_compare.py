"""The file of distances."""

import numpy as np
import pytest

from ising_fidelity import classifier, comparison, dataset, memory
from ising_fidelity.exceptions import InputError
from ising_fidelity.steps.compare import compare

DISTANCES = [
    f"{name}_{label}"
    for name in ("energy", "magnetization", "abs_magnetization")
    for label in ("wasserstein", "ks")
] + ["energy_magnetization_histogram"]
NEAREST = "nearest_training_symmetric"
FLOORLESS = {"hamming_cross", "vendi_score", "vendi_score_reference", "nearest_training_hamming"}


def write_frames(path, shape=(1, 12, 8, 8), temperature=2.3, seed=0):
    spins = np.where(np.random.default_rng(seed).random(shape) < 0.7, 1, -1).astype(np.int8)
    dataset.write(dataset.frames_dataset(spins, temperature, "independent", {}), path)
    return spins.reshape(-1, *shape[-2:])


def test_the_contract(tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 5)
    frames = write_frames(tmp_path / "frames.nc", seed=1)
    reference = write_frames(tmp_path / "reference.nc", (3, 7, 8, 8), seed=2)
    known = write_frames(tmp_path / "training.nc", seed=3)
    write_frames(tmp_path / "warmer.nc", temperature=2.4, seed=1)
    compare(
        frames=tmp_path / "frames.nc",
        reference=tmp_path / "reference.nc",
        training=[tmp_path / "warmer.nc", tmp_path / "training.nc"],
        output=tmp_path / "c.nc",
        seed=5,
        memory_frames=9,
        classify=True,
    )
    data = dataset.read(tmp_path / "c.nc")
    nearest = comparison.nearest_hamming(frames, known)
    expected = {
        **comparison.compare(frames, reference, seed=5),
        **memory.diversity(frames, reference, seed=5),
        **memory.memory(frames, reference, known, 9, seed=5),
        "nearest_training_hamming": comparison.Estimate(*nearest),
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
    for training in ([], [tmp_path / "warmer.nc"]):
        compare(
            frames=tmp_path / "frames.nc",
            reference=tmp_path / "frames.nc",
            training=training,
            output=tmp_path / "c.nc",
        )
        data = dataset.read(tmp_path / "c.nc")
        assert not any(str(name).startswith(("nearest", "classifier")) for name in data)


def test_the_reference_against_itself_is_even_against_odd(tmp_path):
    frames = write_frames(tmp_path / "mc.nc", (1, 11, 8, 8))
    compare(
        frames=tmp_path / "mc.nc",
        reference=tmp_path / "mc.nc",
        training=[],
        output=tmp_path / "c.nc",
    )
    data = dataset.read(tmp_path / "c.nc")
    expected = comparison.compare(frames[0::2], frames[1::2])
    assert float(data["energy_wasserstein"]) == expected["energy_wasserstein"].value > 0
    assert data.attrs["comparison"].startswith("even frames against odd")


def test_autocorrelated_frames_have_larger_errors(tmp_path):
    write_frames(tmp_path / "other.nc", (1, 400, 8, 8), seed=9)
    spins = np.where(np.random.default_rng(1).random((1, 100, 8, 8)) < 0.7, 1, -1).astype(np.int8)
    data = dataset.frames_dataset(spins, 2.3, "chain", {})
    errors = []
    for name, tau_int in (("white.nc", 0.5), ("red.nc", 5.0)):
        times = {"energy_tau_int": 0.5, "abs_magnetization_tau_int": tau_int}
        dataset.write(dataset.describe(data.assign_attrs(times)), tmp_path / name)
        compare(
            frames=tmp_path / name,
            reference=tmp_path / "other.nc",
            training=[],
            output=tmp_path / "c.nc",
        )
        errors.append(float(dataset.read(tmp_path / "c.nc")["hamming_cross_error"]))
    assert errors[1] > 2 * errors[0]


def test_a_chain_that_does_not_say_how_correlated_it_is_is_asked(tmp_path):
    """Thirty frames five times over count as about thirty, with and without attributes."""
    spins = np.where(np.random.default_rng(1).random((30, 8, 8)) < 0.7, 1, -1).astype(np.int8)
    write_frames(tmp_path / "other.nc", (1, 400, 8, 8), seed=9)
    repeated = dataset.frames_dataset(np.repeat(spins, 5, axis=0)[None], 2.3, "chain", {})
    dataset.write(repeated, tmp_path / "chain.nc")
    files = {"reference": tmp_path / "other.nc", "training": [], "output": tmp_path / "c.nc"}
    compare(frames=tmp_path / "chain.nc", **files)
    assert dataset.read(tmp_path / "c.nc")["vendi_score"] < 45


def test_the_same_bytes_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 5)
    write_frames(tmp_path / "frames.nc", seed=1)
    write_frames(tmp_path / "reference.nc", seed=2)
    for name in ("a.nc", "b.nc"):
        compare(
            frames=tmp_path / "frames.nc",
            reference=tmp_path / "reference.nc",
            training=[tmp_path / "reference.nc"],
            output=tmp_path / name,
            memory_frames=5,
            classify=True,
        )
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


@pytest.mark.parametrize(
    ("shape", "temperature", "message"),
    [
        ((1, 5, 6, 6), 2.3, "reference.nc: frames are 6 x 6; allowed here are 8 x 8"),
        ((1, 5, 8, 8), 2.4, "reference.nc: temperature is 2.4; .* has 2.3"),
    ],
)
def test_frames_that_cannot_be_compared(tmp_path, shape, temperature, message):
    write_frames(tmp_path / "frames.nc")
    write_frames(tmp_path / "reference.nc", shape, temperature)
    with pytest.raises(InputError, match=message):
        compare(
            frames=tmp_path / "frames.nc",
            reference=tmp_path / "reference.nc",
            training=[],
            output=tmp_path / "c.nc",
        )
    assert not (tmp_path / "c.nc").exists()


def test_one_frame_has_no_even_and_odd(tmp_path):
    path = tmp_path / "frames.nc"
    write_frames(path, (1, 1, 8, 8))
    with pytest.raises(InputError, match="a single frame"):
        compare(frames=path, reference=path, training=[], output=tmp_path / "c.nc")
