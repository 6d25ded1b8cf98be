"""The matrix of the verdict and the small curves: shares, worst places, what is not compared."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ising_fidelity.report.curves import BOTTOM, LEFT, RIGHT, TOP, curves
from ising_fidelity.report.matrix import matrix


def rows(zs, adjusted, quantity="energy", reference="exact"):
    return pd.DataFrame(
        {
            "source": "GAN",
            "temperature": [f"{T:.2f}" for T in range(1, len(zs) + 1)],
            "quantity": quantity,
            "reference": reference,
            "value": 1.0,
            "error": 0.1,
            "expected": 0.5,
            "deviation_in_errors": zs,
            "p_adjusted": adjusted,
        }
    )


@pytest.mark.parametrize(
    ("adjusted", "text", "kind"),
    [
        ([0.9] * 4, "4/4", "p4"),
        ([0.9] * 3 + [0.01], "3/4", "p3"),
        ([0.9] * 2 + [0.01] * 2, "2/4", "p2"),
        ([0.9] + [0.01] * 3, "1/4", "p1"),
        ([0.01] * 4, "0/4", "p0"),
    ],
)
def test_colours_are_of_the_share_that_passes(adjusted, text, kind):
    (cell,) = matrix(rows([1, -7, 3, 2], adjusted)).rows["GAN"]
    assert (cell.text, cell.kind, cell.worst, cell.lacking) == (text, kind, "2.00", 0)
    assert "worst at T = 2.00: 1 ± 0.1, expected 0.5; z = -7" in cell.title


def test_what_is_not_compared_is_apart_and_exact_values_come_first():
    lacking = rows([np.nan, 1], [np.nan, 0.5])
    others = [
        rows([9, 9], [0, 0], reference="mc"),
        rows([np.nan], [np.nan], "susceptibility", "mc"),
    ]
    found = matrix(pd.concat([lacking, *others]))
    assert found.columns == ["u", "χ"]
    energy, chi = found.rows["GAN"]
    assert (energy.text, energy.kind, energy.lacking) == ("1/1", "p4", 1)
    assert energy.title.endswith("not compared at 1")
    assert (chi.text, chi.kind, chi.worst) == ("not compared", "lacking", "")


def test_a_quantity_that_a_source_lacks_does_not_apply():
    other = rows([1], [0.5], "susceptibility", "mc").assign(source="mc-paper")
    found = matrix(pd.concat([rows([1], [0.5]), other]))
    assert [cell.kind for cell in found.rows["mc-paper"]] == ["nothing", "p4"]


def along(T, **variables):
    return xr.Dataset(
        {name: ("temperature", values) for name, values in variables.items()},
        coords={"temperature": T},
    )


def test_curves_stay_in_their_panel():
    data = along([1.0, 2.0, 3.0], energy=[-1, 40, np.nan], energy_error=[0.1, 2, 1])
    exact = along([1.0, 2.0, 3.0], energy=[-2.0, -1.5, -1.0])
    (panel,) = curves(data, exact, along([1.0, 3.0], energy=[-2.0, -1.0], energy_error=[0.1, 0.1]))
    assert len(panel.points) == 2  # what is not known is not drawn
    pairs = [tuple(map(float, pair.split(","))) for pair in f"{panel.exact} {panel.band}".split()]
    pairs += [(x, y) for x, *ends in panel.points for y in ends]
    assert all(TOP <= y <= BOTTOM for _, y in pairs)
    assert panel.points[1][1] < panel.points[0][1]  # upwards is less in a picture
    assert [text for _, text in panel.y_ticks] == ["-2.2", "42.0"]
    small = along([1.0, 4.0], energy=[0.000599, 1.97], energy_error=[0.0, 0.0])
    (panel,) = curves(small, xr.Dataset(), None)
    assert [text for _, text in panel.y_ticks] == ["0.00", "1.97"]
    assert all(LEFT <= x <= RIGHT for x, _ in pairs)


def test_one_temperature_is_in_the_middle_and_the_reference_has_no_band():
    (panel,) = curves(along([2.0], energy=[-1.0], energy_error=[0.0]), xr.Dataset(), None)
    assert panel.points[0][0] == (LEFT + RIGHT) / 2
    assert (panel.exact, panel.band) == ("", "")
