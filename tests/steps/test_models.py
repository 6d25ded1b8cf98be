"""The steps around models: train, sample, equilibrate."""

import numpy as np
import pytest
import torch
import xarray as xr

from ising_fidelity import dataset, lattice
from ising_fidelity.exceptions import InputError
from ising_fidelity.models import autoregressive, checkpoint, sampling
from ising_fidelity.models.settings import (
    AdversarialSettings,
    AutoregressiveSettings,
    ContinuousSettings,
    DiffusionSettings,
    PenalizedSettings,
)
from ising_fidelity.steps.equilibrate import equilibrate
from ising_fidelity.steps.sample import sample
from ising_fidelity.steps.train import train

DIFFUSION = DiffusionSettings(
    family="diffusion",
    training_temperatures=["1.00", "4.00"],
    network={"width": 4, "embedding": 8},
    diffusion_steps=20,
    epochs=2,
)
GAN = AdversarialSettings(
    family="gan", training_temperatures=["1.00", "4.00"], width=2, epochs=2, critic_steps=1
)
CONTINUOUS = ContinuousSettings(
    family="continuous",
    training_temperatures=["1.00", "4.00"],
    network={"width": 4, "condition": 8, "levels": 2},
    augmentation="symmetries",
    epochs=2,
)
AUTOREGRESSIVE = AutoregressiveSettings(
    family="autoregressive",
    training_temperatures=["1.00", "4.00"],
    network={"width": 4, "blocks": 1, "condition": 8},
    augmentation="symmetries",
    epochs=2,
)
PENALIZED = PenalizedSettings(
    family="wgan-gp",
    training_temperatures=["1.00", "4.00"],
    generator_width=4,
    critic_width=4,
    levels=2,
    condition=8,
    augmentation="symmetries",
    epochs=2,
    critic_steps=1,
)
FAMILIES = {
    "diffusion": DIFFUSION,
    "continuous": CONTINUOUS,
    "gan": GAN,
    "autoregressive": AUTOREGRESSIVE,
    "wgan-gp": PENALIZED,
}
GANS = ("gan", "wgan-gp")


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """Files of frames at three temperatures, of which two are for training."""
    folder = tmp_path_factory.mktemp("frames")
    random = np.random.default_rng(1)
    paths = []
    for temperature in (1.0, 2.0, 4.0):
        spins = random.choice(np.array([-1, 1], np.int8), (1, 32, 16, 16))
        path = folder / f"T{temperature:.2f}.nc"
        dataset.write(dataset.frames_dataset(spins, temperature, "chain", {}), path)
        paths.append(path)
    return paths


@pytest.fixture(scope="module", params=FAMILIES.values(), ids=FAMILIES)
def trained(request, frames, tmp_path_factory):
    output = tmp_path_factory.mktemp("models") / "m.safetensors"
    train(settings=request.param, model="m", seed=1, frames=frames, output=output, device="cpu")
    return request.param, output


def test_training_writes_a_checkpoint_and_its_history_and_nothing_else(trained):
    settings, output = trained
    assert sorted(path.name for path in output.parent.iterdir()) == [
        "m.safetensors",
        "m.training.nc",
    ]
    history = dataset.read(output.with_suffix(".training.nc"))
    assert history.sizes["epoch"] == 2
    assert {"held_out_loss", "learning_rate"} < set(history)
    assert history.attrs["family"] == settings.family
    assert 1 <= history.attrs["best_epoch"] <= 2
    assert all(variable.attrs["long_name"] for variable in history.variables.values())


def test_a_missing_training_temperature_is_named(frames, tmp_path):
    with pytest.raises(InputError, match=r"training_temperatures: no file of frames at T = 4.00"):
        train(
            settings=DIFFUSION,
            model="m",
            seed=1,
            frames=frames[:2],
            output=tmp_path / "m.safetensors",
            device="cpu",
        )
    assert list(tmp_path.iterdir()) == []


def test_two_files_at_one_temperature_are_refused(frames, tmp_path):
    with pytest.raises(InputError, match=r"a second file of frames at T = 1.00"):
        train(
            settings=DIFFUSION,
            model="m",
            seed=1,
            frames=[*frames, frames[0]],
            output=tmp_path / "m.safetensors",
            device="cpu",
        )


def test_a_single_draw_cannot_be_trained_on(frames, tmp_path):
    one = dataset.read_frames(frames[0]).isel(draw=slice(1))
    dataset.write(one, tmp_path / "T1.00.nc")
    with pytest.raises(InputError, match=r"T1.00.nc: one draw per chain"):
        train(
            settings=DIFFUSION,
            model="m",
            seed=1,
            frames=[tmp_path / "T1.00.nc", *frames[1:]],
            output=tmp_path / "m.safetensors",
            device="cpu",
        )


def test_more_frames_than_there_are_cannot_be_trained_on(frames, tmp_path):
    more = (there := dataset.read_frames(frames[0])["spin"][..., 0, 0].size) + 1
    with pytest.raises(InputError, match=f"{there} frames, and frames_per_temperature: {more};"):
        train(
            settings=DIFFUSION.model_copy(update={"frames_per_temperature": more}),
            model="m",
            seed=1,
            frames=frames,
            output=tmp_path / "m.safetensors",
            device="cpu",
        )


def test_finish_needs_a_state(frames, tmp_path):
    with pytest.raises(InputError, match="nothing to finish"):
        train(
            settings=DIFFUSION,
            model="m",
            seed=1,
            frames=frames,
            output=tmp_path / "m.safetensors",
            device="cpu",
            finish=True,
        )


def draw(model, output, **changed):
    arguments = {"temperature": "2.30", "frames": 5, "lattice_size": 16, "seed": 1, "device": "cpu"}
    sample(model=model, output=output, **(arguments | changed))
    return dataset.read_frames(output)


def test_sampled_frames_are_the_sign_of_the_field(trained, tmp_path):
    settings, model = trained
    if settings.family == "autoregressive":  # it draws spins, not real numbers
        assert "field" not in draw(model, tmp_path / "frames.nc")
        return
    steps = {"sampling_steps": 4} if settings.family == "diffusion" else {}
    data = draw(model, tmp_path / "frames.nc", **steps)
    assert data["spin"].shape == (1, 5, 16, 16)
    assert data.attrs["sampling"] == "independent"
    field = data["field"].values
    assert np.array_equal(data["spin"].values, np.where(field >= 0, 1, -1))
    largest = np.abs(np.abs(field) - 1).max()
    assert data.attrs["field_largest_distance"] == pytest.approx(largest, rel=2e-3)
    undecided = (np.abs(field) < 0.5).mean()
    assert data.attrs["field_share_undecided"] == pytest.approx(undecided, abs=2e-3)
    assert ("sampling_steps" in data.attrs) == (settings.family in ("diffusion", "continuous"))


def test_a_temperature_outside_those_of_training_is_drawn_and_said_to_be_so(
    trained, tmp_path, capsys
):
    _, model = trained
    for temperature, said in (("1.00", False), ("4.00", False), ("0.90", True), ("4.10", True)):
        sample(
            model=model,
            temperature=temperature,
            frames=2,
            lattice_size=16,
            seed=3,
            sampling_steps=2,
            output=tmp_path / "frames.nc",
            device="cpu",
        )
        assert (tmp_path / "frames.nc").exists()
        warning = (
            f"T = {temperature} is outside m.safetensors's training temperatures, 1.00 to 4.00"
        )
        assert (warning in capsys.readouterr().err) == said


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
    draw(model, tmp_path / "compiled.nc", compile=True)
    (network, options), *others = asked
    assert type(network) is type(checkpoint.load(model).network)
    assert options == {"dynamic": False}
    assert not others


def test_frames_of_an_autoregressive_model_say_how_likely_they_are(trained, tmp_path):
    settings, model = trained
    if settings.family != "autoregressive":
        assert "log_probability" not in draw(model, tmp_path / "frames.nc")
        return
    data = draw(model, tmp_path / "frames.nc", lattice_size=12)
    assert "field" not in data
    assert "sampling_steps" not in data.attrs
    network = checkpoint.load(model).network
    levels = autoregressive.levels(autoregressive.order(12, 4), torch.device("cpu"))
    spins = torch.from_numpy(data["spin"].values[0]).float()[:, None]
    T = torch.full((5,), 2.3)
    expected = autoregressive.log_probability(network, levels, spins, T)
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
    walk = dataset.read(tmp_path / "walk.nc")
    assert dict(walk["energy"].sizes) == {"start": 6, "step": 21}
    assert walk.attrs["step_unit"] == "reverse steps"
    assert walk["snapshot_time"].values[[0, -1]].tolist() == [20, 0]
    last = np.where(walk["latent"].isel(snapshot=-1).values >= 0, 1, -1).astype(np.int8)
    np.testing.assert_allclose(
        lattice.energy(last), walk["energy"].isel(step=-1, start=slice(len(last)))
    )


def test_monte_carlo_walks_begin_at_random_and_fall_to_the_exact_energy(tmp_path):
    """At T = 4 sixteen walks' mean energy is exact within five standard errors after 50 sweeps."""
    from ising_fidelity import exact

    equilibrate(
        temperature="4.00",
        lattice_size=16,
        starts=16,
        seed=1,
        sweeps=200,
        output=tmp_path / "walk.nc",
    )
    walk = dataset.read(tmp_path / "walk.nc")
    assert dict(walk["energy"].sizes) == {"start": 16, "step": 201}
    assert walk.attrs["step_unit"] == "sweeps"
    per_walk = walk["energy"].isel(step=slice(50, None)).mean("step")
    error = float(per_walk.std(ddof=1)) / 4
    assert abs(float(per_walk.mean()) - exact.kaufman(16, 4.0).energy) < 5 * error
    spread = xr.DataArray(walk["energy"].isel(step=0)).std()
    assert abs(float(walk["energy"].isel(step=0).mean())) < 5 * float(spread) / 4


def test_a_finish_makes_spins_of_what_the_noisy_frames_leave_open(trained, tmp_path):
    settings, model = trained
    arguments = {
        "model": model, "temperature": "2.00", "frames": 6, "lattice_size": 16, "seed": 1,
        "sampling_steps": 5, "device": "cpu",
    }  # fmt: skip
    if settings.family in (*GANS, "autoregressive"):
        with pytest.raises(
            InputError, match=r"--finish-sigma: an? \w+( model)? has no chain to stop"
        ):
            sample(**arguments, finish_sigma=0.4, output=tmp_path / "f.nc")
        return
    for name, changed in (("a", {}), ("b", {}), ("c", {"finish_sweeps": 1})):
        sample(**(arguments | {"finish_sweeps": 3} | changed), finish_sigma=0.4,
               output=tmp_path / f"{name}.nc")  # fmt: skip
    first, again, other = ((tmp_path / f"{name}.nc").read_bytes() for name in "abc")
    assert first == again
    assert first != other
    frames = dataset.read_frames(tmp_path / "a.nc")
    assert frames["spin"].shape == (1, 6, 16, 16)
    assert "field" not in frames
    assert frames.attrs["finish_sigma"] == 0.4
    levels = sampling.noise_levels(settings, 16, sampling.Chain(5))
    assert frames.attrs["finish_noise"] == max(level for level in levels if level <= 0.4)
    for beyond in (1e-6, 1e6):
        with pytest.raises(InputError, match=rf"--finish-sigma: {beyond}; allowed are 0\.\d+ to"):
            sample(**arguments, finish_sigma=beyond, output=tmp_path / "f.nc")
    for flags in ({"finish_sigma": 0.0}, {"finish_sigma": 1.0, "finish_sweeps": -1}):
        with pytest.raises(InputError, match=r"--finish-sigma: .*allowed are sigma"):
            sample(**arguments, **flags, output=tmp_path / "f.nc")
    assert not (tmp_path / "f.nc").exists()
