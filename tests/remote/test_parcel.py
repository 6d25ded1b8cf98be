"""Parcels: frames as bits, arrays in files of limited size, and what is wrong with them."""

import numpy as np
import pytest
import torch

from ising_fidelity.exceptions import InputError
from ising_fidelity.remote import parcel


@pytest.mark.parametrize("size", [2, 6, 8])
def test_frames_come_back_as_they_were_packed(size):
    random = np.random.default_rng(1)
    spins = random.choice(np.array([-1, 1], np.int8), (2, 5, size, size))
    bits = parcel.pack(spins)
    assert bits.shape == (2, 5, -(-(size**2) // 8))
    assert np.array_equal(parcel.unpack(bits, size), spins)


@pytest.fixture
def arrays():
    generator = torch.Generator().manual_seed(1)
    return {f"a{n}": torch.randn(n, 100, generator=generator) for n in range(1, 8)} | {
        "half": torch.ones(3, dtype=torch.bfloat16),
        "bits": torch.arange(4, dtype=torch.uint8),
    }


def test_a_parcel_is_as_many_files_as_its_limit_asks_for(arrays, tmp_path):
    about = {"history": [0.1, float("nan"), 1e-30], "name": "m"}
    files = parcel.write(tmp_path, "m", arrays, about, limit=6000)
    assert [path.name for path in files] == [f"m.{n}-of-3.safetensors" for n in (1, 2, 3)]
    assert all(path.stat().st_size <= 6000 for path in files)
    found, said = parcel.read(reversed(files))
    assert found.keys() == arrays.keys()
    assert all(torch.equal(found[name], arrays[name]) for name in arrays)
    assert all(found[name].dtype == arrays[name].dtype for name in arrays)
    assert str(said) == str(about)
    others = parcel.write(tmp_path, "m2", arrays, about)
    assert parcel.parcels([*files, *others]) == [files, others]


def test_a_long_description_counts_with_its_quotation_marks(arrays, tmp_path):
    about = {f"attribute {n}": str(n) for n in range(50)}
    files = parcel.write(tmp_path, "m", arrays, about, limit=6000)
    assert len(files) == 4
    assert all(path.stat().st_size <= 6000 for path in files)


def test_what_does_not_fit_into_a_file_is_named(arrays, tmp_path):
    with pytest.raises(InputError, match=r"^m: a7 does not fit into a file of 2000 bytes$"):
        parcel.write(tmp_path, "m", arrays, {}, limit=2000)
    assert not list(tmp_path.iterdir())


def test_parcels_that_are_not_whole_are_refused(arrays, tmp_path):
    files = parcel.write(tmp_path, "m", arrays, {}, limit=6000)
    others = parcel.write(tmp_path, "other", arrays, {"name": "other"}, limit=6000)
    (tmp_path / "text").write_text("no tensors")
    for paths, message in (
        ([], "part 1 of 1 is missing"),
        (files[:2], "part 3 of 3 is missing"),
        (
            [*files[:2], others[2]],
            r"other.3-of-3.safetensors: not from the same parcel as .*1-of",
        ),
        ([tmp_path / "none"], "none: no such file"),
        ([tmp_path / "text"], "text: not a readable part of a parcel"),
    ):
        with pytest.raises(InputError, match=message):
            parcel.read(paths)
