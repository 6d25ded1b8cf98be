"""What a user may require of a sampler."""

import numpy as np
import pandas as pd
import pytest

from ising_fidelity import InputError
from ising_fidelity.judgement.require import requirements


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
    ],
)
def test_what_is_no_requirement_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        requirements(text, classifier=False)


def test_a_quantity_that_was_not_judged_is_named_with_those_that_were():
    (one,) = requirements("entropy<3", classifier=False)
    with pytest.raises(InputError, match=r"no .entropy. was judged; there are: p, .*energy"):
        one.unmet(rows(), 0.5)
