"""What stands against believing a source's numbers."""

import numpy as np
import xarray as xr

from ising_fidelity.scores import caveats


def source(sampling="independent", p_values=(0.5, 0.5), frames=200, **more):
    columns = {
        "independence_p_value": p_values,
        "energy_lag_1_autocorrelation": (0.1, 0.3),
        "number_of_frames": (frames, frames),
    }
    columns |= more
    return xr.Dataset(
        {name: ("temperature", np.asarray(values, float)) for name, values in columns.items()},
        coords={"temperature": [1.0, 2.3]},
        attrs={"sampling": sampling},
    )


def said(data):
    found = caveats.of_sources({"mine": data}).get("mine", caveats.Caveats())
    return " ".join((*found.wrong, *found.untold))


def test_nothing_against_independent_frames():
    assert caveats.of_sources({"mine": source(), "mc": source("chain")}) == {}


def test_a_weak_correlation_shows_over_temperatures():
    assert said(source(p_values=(5e-3, 5e-3))) == ""
    words = said(source(p_values=(1e-4, 1e-3)))
    assert words.startswith("Its frames are labelled independent, but successive ones are")
    assert "up to 0.30" in words
    assert "are correlated" in said(source(p_values=(0.0, np.nan)))


def test_too_few_frames_to_tell_is_no_pass():
    assert said(source(frames=20)).startswith("40 frames are too few to test")
    assert said(source(p_values=(np.nan, np.nan))).endswith("could not be tested.")
    untested = source().drop_vars("independence_p_value")
    assert said(untested).endswith("was not tested.")


def test_hardly_anything_shows_in_a_few_frames():
    words = said(source("chain", number_of_frames=(9, 10)))
    assert words.startswith("At 1 of 2 temperatures it has fewer than 10 frames")


def test_all_together_by_fisher():
    # Two numbers of 0.05: chi-squared of 4 degrees of freedom is 11.98, whose tail is 0.0175.
    assert abs(caveats.together(np.array([0.05, 0.05])) - 0.0175) < 1e-4
    assert caveats.together(np.array([])) == 1


def test_burn_in():
    assert said(source("chain", starts_agree=(1, 1))) == ""
    assert "disagree at T = 2.30" in said(source("chain", starts_agree=(1, 0)))
    (found,) = caveats.of_sources({"mine": source("chain", starts_agree=(np.nan, 0))}).values()
    assert "disagree at T = 2.30" in found.wrong[0]
    assert found.untold[0].startswith("At 1 of 2 temperatures it has too few chains")
