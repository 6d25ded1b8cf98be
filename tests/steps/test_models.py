"""The steps around models: train, sample, equilibrate."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
import xarray as xr

from ising_fidelity import lattice
from ising_fidelity.exact import finite
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.models import checkpoint
from ising_fidelity.models.autoregressive import groups, likelihood
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.options import Chain, GibbsFinish
from ising_fidelity.steps.equilibrate import equilibrate
from ising_fidelity.steps.sample import sample
from ising_fidelity.steps.train import train

from ..models.small import DIFFUSION, FAMILIES


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """Files of frames at three temperatures, of which two are for training."""
    folder = tmp_path_factory.mktemp("frames")
    random = np.random.default_rng(1)
    paths = []
    for temperature in (1.0, 2.0, 4.0):
        spins = random.choice(np.array([-1, 1], np.int8), (1, 32, 16, 16))
        path = folder / f"T{temperature:.2f}.nc"
        netcdf.write(frames_dataset(spins, temperature, "chain", {}), path)
        paths.append(path)
    return paths


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda settings: settings.family)
def trained(request, frames, tmp_path_factory):
    output = tmp_path_factory.mktemp("models") / "m.safetensors"
    settings = request.param.model_copy(update={"epochs": 2})
    train(settings=settings, model="m", seed=1, frames=frames, output=output, device="cpu")
    return settings, output


def test_training_writes_a_checkpoint_and_its_history_and_nothing_else(trained):
    settings, output = trained
    assert sorted(path.name for path in output.parent.iterdir()) == [
        "m.safetensors",
        "m.training.nc",
    ]
    history = netcdf.read(output.with_suffix(".training.nc"))
    assert history.sizes["epoch"] == 2
    assert {"held_out_loss", "learning_rate"} < set(history)
    assert history.attrs["family"] == settings.family
    assert 1 <= history.attrs["best_epoch"] <= 2
    assert all(variable.attrs["long_name"] for variable in history.variables.values())


MORE = DIFFUSION.model_copy(update={"frames_per_temperature": 33})


@pytest.mark.parametrize(
    ("chosen", "changes", "message"),
    [
        ([0, 1], {}, "training_temperatures: no file of frames at T = 4.00"),
        ([0, 1, 2, 0], {}, "a second file of frames at T = 1.00"),
        ([3, 1, 2], {}, r"single.nc: one draw per chain"),
        ([0, 1, 2], {"settings": MORE}, "32 frames, and frames_per_temperature: 33;"),
        ([0, 1, 2], {"finish": True}, "nothing to finish"),
    ],
)
def test_what_cannot_be_trained_on_is_named(chosen, changes, message, frames, tmp_path):
    single, output = frames[0].with_name("single.nc"), tmp_path / "m.safetensors"
    netcdf.write(read_frames(frames[0]).isel(draw=slice(1)), single)
    files = [[*frames, single][number] for number in chosen]
    given = {"settings": DIFFUSION, "model": "m", "seed": 1, "device": "cpu"} | changes
    with pytest.raises(InputError, match=message):
        train(**given, frames=files, output=output)
    assert list(tmp_path.iterdir()) == []


def draw(model, output, **changed):
    arguments = {"temperature": "2.30", "frames": 5, "lattice_size": 16, "seed": 1, "device": "cpu"}
    sample(model=model, output=output, **(arguments | changed))
    return read_frames(output)


def test_sampled_frames_are_the_sign_of_the_field(trained, tmp_path):
    settings, model = trained
    if settings.gives_probability:  # it draws spins, not real numbers
        assert "field" not in draw(model, tmp_path / "frames.nc")
        return
    steps = 4 if settings.family == "diffusion" else None
    data = draw(model, tmp_path / "frames.nc", chain=Chain(sampling_steps=steps))
    assert data["spin"].shape == (1, 5, 16, 16)
    assert data.attrs["sampling"] == "independent"
    field = data["field"].values
    assert np.array_equal(data["spin"].values, np.where(field >= 0, 1, -1))
    largest = np.abs(np.abs(field) - 1).max()
    assert data.attrs["field_largest_distance"] == pytest.approx(largest, rel=2e-3)
    undecided = (np.abs(field) < 0.5).mean()
    assert data.attrs["field_share_undecided"] == pytest.approx(undecided, abs=2e-3)
    assert ("sampling_steps" in data.attrs) == bool(settings.chain_options)


@pytest.mark.parametrize(
    ("temperature", "said"), [("1.00", False), ("4.00", False), ("0.90", True), ("4.10", True)]
)
def test_a_temperature_outside_those_of_training_is_drawn_and_said_to_be_so(
    temperature, said, trained, tmp_path
):
    _, model = trained
    text = f"T = {temperature} is outside m.safetensors's training temperatures, 1.00 to 4.00"
    with pytest.warns(UserWarning, match=text) if said else nullcontext():
        draw(model, tmp_path / "frames.nc", temperature=temperature, chain=Chain(sampling_steps=2))


def test_a_network_is_compiled_if_asked_for(trained, tmp_path, monkeypatch):
    """Without a compiler, which takes a minute."""
    asked = []

    def compiled(network, **options):
        asked.append((network, options))
        return network

    monkeypatch.setattr(torch.nn.Module, "compile", compiled)
    monkeypatch.setattr(torch, "compile", compiled)
    _, model = trained
    draw(model, tmp_path / "plain.nc")
    draw(model, tmp_path / "compiled.nc", chain=Chain(compile=True))
    (network, options), *others = asked
    assert type(network) is type(checkpoint.load(model).network)
    assert options == {"dynamic": False}
    assert not others


def test_frames_of_an_autoregressive_model_say_how_likely_they_are(trained, tmp_path):
    settings, model = trained
    if settings.family != "autoregressive":
        there = "log_probability" in draw(model, tmp_path / "frames.nc")
        assert there == settings.gives_probability
        return
    data = draw(model, tmp_path / "frames.nc", lattice_size=12)
    assert "field" not in data
    assert "sampling_steps" not in data.attrs
    network = checkpoint.load(model).network
    levels = groups.levels(12, 4, torch.device("cpu"))
    spins = torch.from_numpy(data["spin"].values[0]).float()[:, None]
    T = torch.full((5,), 2.3)
    expected = likelihood.log_probability(network, levels, spins, T)
    written = data["log_probability"]
    np.testing.assert_allclose(written.values[0], expected, rtol=1e-6)
    assert written.dtype == np.float64
    assert {"long_name", "units"} <= set(written.attrs)


def test_the_same_seed_writes_the_same_bytes(trained, tmp_path):
    _, model = trained
    for name in ("a.nc", "b.nc"):
        draw(model, tmp_path / name)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_the_reverse_chain_is_followed_from_noise_to_frames(trained, tmp_path):
    settings, model = trained
    arguments = {
        "temperature": "2.30",
        "lattice_size": 16,
        "starts": 6,
        "seed": 1,
        "model": model,
        "device": "cpu",
        "output": tmp_path / "walk.nc",
    }
    if settings.family != "diffusion":
        with pytest.raises(InputError, match="has no reverse chain of N_t steps; allowed is famil"):
            equilibrate(**arguments)
        return
    equilibrate(**arguments)
    walk = netcdf.read(tmp_path / "walk.nc")
    assert dict(walk["energy"].sizes) == {"start": 6, "step": 21}
    assert walk.attrs["step_unit"] == "reverse steps"
    assert walk["snapshot_time"].values[[0, -1]].tolist() == [20, 0]
    last = np.where(walk["latent"].isel(snapshot=-1).values >= 0, 1, -1).astype(np.int8)
    np.testing.assert_allclose(
        lattice.energy(last), walk["energy"].isel(step=-1, start=slice(len(last)))
    )


def test_monte_carlo_walks_begin_at_random_and_fall_to_the_exact_energy(tmp_path):
    """At T = 4 sixteen walks' mean energy is exact within five standard errors after 50 sweeps."""
    path = tmp_path / "walk.nc"
    equilibrate(temperature="4.00", lattice_size=16, starts=16, seed=1, sweeps=200, output=path)
    walk = netcdf.read(path)
    assert dict(walk["energy"].sizes) == {"start": 16, "step": 201}
    assert walk.attrs["step_unit"] == "sweeps"
    per_walk = walk["energy"].isel(step=slice(50, None)).mean("step")
    error = float(per_walk.std(ddof=1)) / 4
    assert abs(float(per_walk.mean()) - finite.kaufman(16, 4.0).energy) < 5 * error
    spread = xr.DataArray(walk["energy"].isel(step=0)).std()
    assert abs(float(walk["energy"].isel(step=0).mean())) < 5 * float(spread) / 4


def test_a_finish_makes_spins_of_what_the_noisy_frames_leave_open(trained, tmp_path):
    settings, model = trained
    chain = Chain(sampling_steps=5)
    if not settings.chain_options:
        text = f"^finish_sigma: a model of family {settings.family} has no chain to stop"
        with pytest.raises(InputError, match=text):
            draw(model, tmp_path / "f.nc", chain=chain, finish=GibbsFinish(finish_sigma=0.4))
        return
    for name, sweeps in (("a", 3), ("b", 3), ("c", 1)):
        finish = GibbsFinish(finish_sigma=0.46, finish_sweeps=sweeps)
        draw(model, tmp_path / f"{name}.nc", chain=chain, finish=finish)
    first, again, other = ((tmp_path / f"{name}.nc").read_bytes() for name in "abc")
    assert first == again
    assert first != other
    frames = read_frames(tmp_path / "a.nc")
    assert frames["spin"].shape == (1, 5, 16, 16)
    assert "field" not in frames
    assert frames.attrs["finish_sigma"] == 0.46
    sampler = family_of(settings).make_sampler()
    levels = sampler.noise_levels(settings, 16, chain)
    assert frames.attrs["finish_noise"] == max(level for level in levels if level <= 0.46)
    for beyond in (1e-6, 1e6):
        with pytest.raises(InputError, match=rf"^finish_sigma: {beyond}; allowed are 0\.\d+ to"):
            draw(model, tmp_path / "f.nc", chain=chain, finish=GibbsFinish(finish_sigma=beyond))
    assert not (tmp_path / "f.nc").exists()
