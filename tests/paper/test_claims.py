"""The list of the paper's claims: its form, and that the shipped one is about the default run."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from ising_fidelity import frames as frames_module
from ising_fidelity.config import load
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf
from ising_fidelity.paper import CLAIMS, claims, terms
from ising_fidelity.scores import deviations
from ising_fidelity.steps.measure import measure

TERM = {"source": "mc", "quantity": "energy", "at": [2.3]}
CLAIM = {
    "id": "one",
    "sentence": "so it is",
    "place": "Sec. 3",
    "test": "less",
    "value": TERM,
    "threshold": 0,
}
BETWEEN = {"test": "between", "threshold": None}
FINITE_SIZE = {"critical_temperature", "nu", "eta"}
ATTRIBUTION = {
    f"specific_heat_excess{part}"
    for part in ("", "_rounding", "_isolated_flips", "_sign_mixture", "_thermal", "_remainder")
}


def write(folder, *entries):
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
    return path


def loaded(folder, **change):
    (claim,) = claims.load(write(folder, CLAIM | change))
    return claim


def test_what_is_not_said_of_the_other_side_is_that_of_the_value(tmp_path):
    value = {**TERM, "quantity": "eta", "kind": "raw"}
    inherited = loaded(tmp_path, value=value, against={"source": "x"})
    assert inherited.against == inherited.value.model_copy(update={"source": "x"})
    other = loaded(tmp_path, value=value, against={"quantity": "lattice_size"})
    assert (other.against.source, other.against.kind) == ("mc", None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "energy of mc < 0, T = 2.30"),
        (
            {"against": {"source": "exact"}, "by": "ratio", "threshold": None, "test": "greater"},
            "energy of mc / energy of exact > 1, T = 2.30",
        ),
        (
            {"test": "equal", "tolerance": 0.1, "value": TERM | {"at": {"from": 1, "to": 2}}},
            "energy of mc within 0 ± 0.1, every T of 1.00 to 2.00",
        ),
        (
            {"test": "differs", "holds": "somewhere", "value": TERM | {"at": [1, 2]}},
            "energy of mc not 0, some T of 1.00, 2.00",
        ),
        (
            {"against": {"at": [1.0]}},
            "energy of mc - energy of mc < 0, T = 2.30 and 1.00",
        ),
        (
            {"value": TERM | {"kind": "raw"}, **BETWEEN, "interval": [1, 2]},
            "energy of raw G(r) of mc from 1 to 2, T = 2.30",
        ),
    ],
)
def test_a_test_says_in_words_what_it_does(tmp_path, change, words):
    assert loaded(tmp_path, **change).words() == words


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"test": "nearly"}, "one: test: Input should be 'greater', 'less'"),
        ({"value": TERM | {"sources": "x"}}, "one: value: no key 'sources'"),
        ({"value": TERM | {"at": ["cold"]}}, "temperature 'cold' is not a number"),
        (
            {"value": TERM | {"at": {"from": 3, "to": 2}}},
            "one: value.at.range: from: 3.0 is above to: 2.0",
        ),
        ({"value": TERM | {"at": None}}, "at: temperatures are needed"),
        ({"value": TERM | {"table": "finite_size"}}, "finite_size, which take none"),
        ({"value": TERM | {"quantity": "slope_ratio"}}, "of: a variable, for slope_ratio"),
        ({"value": TERM | {"quantity": "slope_ratio", "of": "energy"}}, "three temperatures"),
        ({"test": "equal"}, "tolerance: must be above 0 for test equal"),
        ({"tolerance": 1}, "tolerance: allowed for tests equal and differs only"),
        ({"threshold": None}, "threshold: needed"),
        ({"interval": [1, 2]}, "interval: required for test between"),
        (BETWEEN | {"interval": [2, 1]}, "interval: the lower limit must be below"),
        ({"against": {"at": [1, 2]}}, "at: value and against need the same"),
        ({"test": "better"}, "one: "),
        ({"test": "citation", "references": []}, "one: "),
        ({"sentence": ""}, "one: sentence: "),
    ],
)
def test_a_bad_claim_is_one_line_that_names_it(tmp_path, change, message):
    with pytest.raises(InputError, match=message) as caught:
        loaded(tmp_path, **change)
    assert str(tmp_path / "claims.yaml") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid YAML"),
        ("a: 1", "a list of claims is needed"),
        ("- one", "a list of claims is needed"),
        ("- {test: less}", "claim 1: id: Field required"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path, text, message):
    (tmp_path / "claims.yaml").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        claims.load(tmp_path / "claims.yaml")
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=r"none.yaml: no such file"):
        claims.load(tmp_path / "none.yaml")


def test_two_claims_have_two_names(tmp_path):
    with pytest.raises(InputError, match="one: two claims have this id"):
        claims.load(write(tmp_path, CLAIM, CLAIM))


@pytest.fixture(scope="module")
def shipped():
    return claims.load(CLAIMS)


def test_the_shipped_claims_come_with_the_package_and_are_of_every_kind(shipped):
    assert CLAIMS.parent == Path(claims.__file__).parent
    assert not CLAIMS.is_symlink()
    assert len({claim.sentence for claim in shipped}) >= 25
    kinds = "greater less equal differs between better citation"
    assert {claim.test for claim in shipped} >= set(kinds.split())


def test_the_shipped_claims_are_about_sources_and_quantities_of_the_default_run(
    request, tmp_path, shipped
):
    run = load.load([request.config.rootpath / "config.yaml"])
    spins = np.where(np.random.default_rng(1).random((1, 8, 8, 8)) < 0.7, 1, -1).astype(np.int8)
    frames = frames_module.frames_dataset(spins, 2.3, "independent", {})
    netcdf.write(frames, tmp_path / "frames.nc")
    measure(frames=tmp_path / "frames.nc", output=tmp_path / "observables.nc")
    measured = {str(name) for name in netcdf.read(tmp_path / "observables.nc").data_vars}
    known = {
        "fidelity": measured | set(terms.DERIVED),
        "finite_size": FINITE_SIZE,
        "attribution": ATTRIBUTION,
    }
    for claim in shipped:
        of_numbers = isinstance(claim, claims.Comparison)
        for term in filter(None, [claim.value, claim.against] if of_numbers else []):
            assert term.source in {*run.all_sources, deviations.EXACT}, claim.id
            assert term.quantity in known[term.table], claim.id
            assert term.of is None or term.of in measured, claim.id
            assert (term.distance is not None) == term.quantity.startswith(
                ("correlation_raw", "correlation_connected", "correlation_signed")
            ), claim.id
            assert (term.kind is not None) == (
                term.quantity in ("eta", "eta_power_law", "eta_stable", "correlation_length")
                and term.table == "fidelity"
            ), claim.id
            assert isinstance(term.at, terms.Span | None) or set(term.at) <= set(run.temperatures)
        if isinstance(claim, claims.Better):
            assert {claim.source, claim.than} <= set(run.trained_models)
            exactly = claim.reference == deviations.EXACT
            names = deviations.AGAINST_EXACT if exactly else deviations.AGAINST_REFERENCE
            assert claim.quantity in names


def test_the_works_cited_for_eta_are_told_apart_by_their_titles(shipped):
    cited = [one for claim in shipped if claim.test == "citation" for one in claim.references]
    assert sorted(one.number for one in cited) == [49, 50, 51, 52, 53, 54]
    for one in cited:
        of_glass = any(word in one.title.replace("-", " ") for word in ("spin glass", "impurities"))
        assert one.pure_2d_ising != of_glass
