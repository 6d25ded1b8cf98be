"""What a user may require of a sampler."""

import numpy as np
import pandas as pd
import pytest

import ising_fidelity as ising
from ising_fidelity import InputError
from ising_fidelity.judgement.require import QUANTITIES, requirements


def rows(z=(1.0, -2.5), auc=(0.5, 0.62)):
    lines = []
    for T, one, area in zip(("2.00", "2.60"), z, auc, strict=True):
        lines += [
            ("energy", "exact", T, -1.7, one),
            ("energy", "mc", T, -1.7, 99.0),
            ("classifier_auc", "mc", T, area, 7.0),
        ]
    lines += [("energy", "exact", "all", np.nan, 50.0)]
    names = ["quantity", "reference", "temperature", "value", "deviation_in_errors"]
    return pd.DataFrame(lines, columns=names)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("energy<3", ""),
        ("u<3", ""),
        ("energy < 3, auc<=0.62", ""),
        ("energy<2.4", "energy<2.4: it is 2.5"),
        ("auc<0.6", "auc<0.6: it is 0.62"),
        ("p>0.01", ""),
        ("p>0.1", "p>0.1: it is 0.05"),
    ],
)
def test_every_temperature_has_to_meet_it(text, said):
    """Energies are compared with the exact ones where they are."""
    found = [one.unmet(rows(), 0.05) for one in requirements(text, classifier=True)]
    assert "".join(found) == said


def test_what_was_not_compared_does_not_meet_it():
    (one,) = requirements("energy<3", classifier=False)
    assert one.unmet(rows(z=(1.0, np.nan)), 0.5) == "energy<3: not compared"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("energy", "require: 'energy' is not a comparison; allowed are e.g. 'energy<3 auc<0.6'"),
        ("energy<x", "require: 'energy<x' is not a comparison"),
        ("energy=3", "require: 'energy=3' is not a comparison"),
        ("energy<1e", "require: 'energy<1e' is not a comparison"),
        ("auc<0.6", "require: 'auc<0.6' needs classifier"),
        ("entropie<3", "require: 'entropie' is no quantity; allowed are u, C, .*vendi_ratio"),
    ],
)
def test_what_is_no_requirement_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        requirements(text, classifier=False)


def test_a_quantity_that_was_not_judged_is_named_with_those_that_were():
    (one,) = requirements("energy_slope_excess<3", classifier=False)
    with pytest.raises(InputError, match=r"no .energy_slope_excess. was judged; there are: p, "):
        one.unmet(rows(), 0.5)


def test_every_quantity_of_a_judgement_can_be_required():
    frames = {T: ising.simulate(L=8, T=T, frames=100, seed=1) for T in (2.0, 2.3, 2.6)}
    card = ising.judge({"mine": frames}, workers=1, progress=False)
    judged = set(card.table["quantity"]) - {"all"}
    assert judged <= set(QUANTITIES)
    assert len(judged) > 15
