"""Hashes change with what they stand for, and with nothing else."""

import json

import numpy as np

from ising_fidelity.io import provenance
from ising_fidelity.io.code import code_hash


def test_settings_hash_by_content():
    first, same, other = {"a": 1, "b": [1, 2]}, {"b": [1, 2], "a": 1}, {"a": 2, "b": [1, 2]}
    one, *others = map(provenance.settings_hash, (first, same, other))
    assert [hashed == one for hashed in others] == [True, False]


def test_arrays_hash_by_shape_type_and_numbers():
    values = np.arange(6, dtype=np.int8)
    hashes = {
        provenance.array_hash(one)
        for one in (values, values.reshape(2, 3), values.astype(np.int16), values + 1)
    }
    assert len(hashes) == 4
    assert provenance.array_hash(values[::2]) == provenance.array_hash(values[::2].copy())


def test_attributes_say_how_a_file_came_about():
    described = provenance.attributes(
        "measure", {"b": 1, "a": 2}, title="t", summary="s", source="x", seed=2**40, generator="g"
    )
    assert described["Conventions"] == "CF-1.11 ACDD-1.3"
    assert json.loads(described["settings"]) == {"a": 2, "b": 1}
    assert described["seed"] == str(2**40)
    assert described["code_hash"] == code_hash("steps.measure")


def test_attributes_have_the_hash_of_code_that_the_result_depends_on():
    own, more, less = (
        provenance.attributes("sample", {}, title="t", summary="s", source="x", **code)["code_hash"]
        for code in ({}, {"modules": ["models.gan.sampler"]}, {"without": ["montecarlo"]})
    )
    assert len({own, more, less}) == 3
    assert more == code_hash("steps.sample", "models.gan.sampler")
    assert less == code_hash("steps.sample", without=["montecarlo"])
