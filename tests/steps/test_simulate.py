"""The file of Monte Carlo frames."""

import json
from contextlib import nullcontext

import numpy as np
import pytest

from ising_fidelity import frames, lattice, montecarlo
from ising_fidelity.io import netcdf
from ising_fidelity.montecarlo import acceptance
from ising_fidelity.montecarlo.kernels import single_spin
from ising_fidelity.steps.measure import measure
from ising_fidelity.steps.simulate import simulate

ARGUMENTS = {
    "lattice_size": 8,
    "temperature": "2.30",
    "sampler": "metropolis",
    "frames": 40,
    "chains": 2,
    "thermalization": 50,
    "spacing": 3,
    "seed": 5,
}


def test_frames_and_what_is_known_about_them(tmp_path):
    path = tmp_path / "frames.nc"
    simulate(**ARGUMENTS, output=path)
    data = frames.read_frames(path)
    expected = montecarlo.run_chains(8, 2.3, "metropolis", 40, 2, 50, 3, 5)
    assert np.array_equal(data["spin"], expected.spins)
    assert float(data["temperature"]) == 2.3
    known = {
        "sampling": "chain",
        "sampler": "metropolis",
        "thermalization_sweeps": 50,
        "spacing_sweeps": 3,
        "restarts": 0,
        "updates_per_sweep": 64.0,
        "seed": "5",
        "generator": "xoshiro256++ seeded by numpy SeedSequence",
    }
    assert {name: data.attrs[name] for name in known} == known
    assert data.attrs["acceptance_rate"] == montecarlo.acceptance_rate(expected.spins, 2.3)
    assert json.loads(data.attrs["settings"])["chains"] == 2
    for name in ("energy", "abs_magnetization"):
        tau_int = data.attrs[f"{name}_tau_int"]
        assert data.attrs[f"{name}_effective_sample_size"] == pytest.approx(40 / (2 * tau_int))


def test_distant_frames_are_independent_and_near_ones_are_not(tmp_path):
    """At T = 4 spins forget within a few sweeps, at T_c only after many."""
    sizes = []
    for name, changed in {
        "far": {"temperature": "4.00", "spacing": 50},
        "near": {"temperature": "2.269185", "spacing": 1},
    }.items():
        path = tmp_path / f"{name}.nc"
        simulate(**(ARGUMENTS | {"frames": 2000} | changed), output=path)
        sizes.append(float(netcdf.read(path).attrs["abs_magnetization_effective_sample_size"]))
    assert sizes[0] > 1000
    assert sizes[1] < 500


@pytest.mark.parametrize("sampler", montecarlo.SAMPLERS)
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(sampler, tmp_path):
    paths = [tmp_path / name for name in ("a.nc", "b.nc", "c.nc")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        simulate(**(ARGUMENTS | {"sampler": sampler, "seed": seed}), output=path)
    first, again, other = (path.read_bytes() for path in paths)
    assert first == again
    assert first != other


def test_restarts_are_recorded(tmp_path):
    """A third of random starts freezes at T = 0.5: none of 40 has a probability of 1e-7."""
    path = tmp_path / "frames.nc"
    changed = {"lattice_size": 16, "temperature": "0.50", "chains": 40, "thermalization": 1000}
    simulate(**(ARGUMENTS | changed), output=path)
    data = frames.read_frames(path)
    assert data.attrs["restarts"] > 0
    assert float(np.abs(lattice.magnetization(data["spin"].values)).min()) > 0.9


@pytest.mark.parametrize(("thermalization", "agree"), [(2000, True), (1, False)])
def test_burn_in_is_judged_by_ordered_and_random_starts(thermalization, agree, tmp_path):
    """Long enough, both agree (p-value below 1e-4 with that chance); one sweep is not enough."""
    path = tmp_path / "frames.nc"
    changed = {"chains": 40, "temperature": "3.00", "thermalization": thermalization, "spacing": 1}
    warned = nullcontext() if agree else pytest.warns(UserWarning, match="^ordered and random")
    with warned as caught:
        simulate(**(ARGUMENTS | changed), output=path)
    assert agree or len(caught) == 1
    attributes = netcdf.read(path).attrs
    assert attributes["burn_in"] == f"ordered and random starts {'agree' if agree else 'disagree'}"
    assert 0 <= attributes["burn_in_energy_p_value"] <= 1


def test_two_chains_of_each_start_are_too_few_to_agree(tmp_path):
    """After a sweep at T = 2.3 they are far apart, and p is above 1e-4 all the same."""
    path = tmp_path / "frames.nc"
    changed = {"lattice_size": 64, "chains": 4, "thermalization": 1}
    simulate(**(ARGUMENTS | changed | {"frames": 4}), output=path)
    data = netcdf.read(path)
    assert np.ptp(np.abs(lattice.magnetization(data["spin"].values))) > 0.5
    assert 1e-4 < data.attrs["burn_in_abs_magnetization_p_value"] < 0.05
    assert data.attrs["burn_in"] == "too few chains to tell: 2 of one kind of start, 5 are needed"


def test_a_single_chain_says_that_burn_in_is_not_checked(tmp_path):
    simulate(**(ARGUMENTS | {"chains": 1}), output=tmp_path / "frames.nc")
    assert netcdf.read(tmp_path / "frames.nc").attrs["burn_in"].startswith("not checked")


@pytest.mark.parametrize("start", ["random", "ordered"])
def test_starts_themselves_are_independent_frames_that_can_be_measured(start, tmp_path):
    path = tmp_path / "frames.nc"
    none = {"chains": 40, "thermalization": 0, "spacing": 1, "start": start}
    simulate(**(ARGUMENTS | none), output=path)
    data = frames.read_frames(path)
    assert (data.attrs["sampling"], data.attrs["start"]) == ("independent", start)
    assert data["spin"].shape == (40, 1, 8, 8)
    measure(frames=path, output=tmp_path / "observables.nc")
    found = netcdf.read(tmp_path / "observables.nc")
    if start == "ordered":
        assert found["energy"] == -2
        assert found["energy_error"] == found["specific_heat_error"] == 0
    else:
        assert abs(found["energy"]) < 5 * found["energy_error"]


@pytest.mark.parametrize(
    ("temperature", "cost_rates"), [("0.00", 0.0), ("inf", 1.0)], ids=["zero", "infinity"]
)
def test_extreme_temperatures_make_files(temperature, cost_rates, tmp_path):
    path = tmp_path / "frames.nc"
    simulate(**(ARGUMENTS | {"temperature": temperature, "chains": 8}), output=path)
    assert frames.read_frames(path).attrs["acceptance_rate"] == cost_rates


def test_acceptance_is_the_share_of_flips_that_the_kernel_makes(tmp_path):
    """160 frames of 64 sites compared with 6.4 10^6 attempts: within 5 % at T = 4."""
    path = tmp_path / "frames.nc"
    changed = {"temperature": "4.00", "chains": 1, "frames": 160, "spacing": 20}
    simulate(**(ARGUMENTS | changed), output=path)
    spins = np.ones(64, np.int8)
    state = np.array([1, 2, 3, 4], np.uint64)
    thresholds = acceptance.acceptance_thresholds(4.0)
    flipped = single_spin.metropolis(spins, state, 6_400_000, 8, thresholds)
    rate = netcdf.read(path).attrs["acceptance_rate"]
    assert rate == pytest.approx(flipped / 6_400_000, rel=0.05)
