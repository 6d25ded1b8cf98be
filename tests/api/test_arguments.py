"""Arguments of a wrong type are refused in one line that names them; NumPy numbers are taken."""

import numpy as np
import pytest

import ising_fidelity as ising

L, T = 8, 2.3


@pytest.fixture(scope="module")
def frames():
    return ising.simulate(L=L, T=T, frames=20, seed=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("L", "8"),
        ("L", 8.0),
        ("frames", 10.5),
        ("frames", None),
        ("seed", "a"),
        ("chains", "2"),
        ("burn_in", 1.5),
        ("spacing", None),
        ("threads", "2"),
    ],
)
def test_simulate_takes_whole_numbers(name, value):
    with pytest.raises(ising.InputError, match=f"^{name}: .*; allowed are whole numbers$"):
        ising.simulate(**({"L": L, "T": T} | {name: value}))


def test_numbers_of_numpy_are_whole_numbers(frames):
    given = {name: np.int64(value) for name, value in (("L", L), ("frames", 20), ("seed", 1))}
    assert (ising.simulate(T=np.float32(T), **given).spins == frames.spins).all()


@pytest.mark.parametrize("value", ["run.nc", None, np.ones((2, L, L)), [1]])
def test_what_is_measured_and_compared_is_frames(frames, value):
    with pytest.raises(ising.InputError, match=r"^frames: .*; allowed are Frames, which"):
        ising.measure(value)
    with pytest.raises(ising.InputError, match=r"^reference: .*; allowed are Frames, which"):
        ising.compare(frames, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", "a"), ("seed", -1), ("workers", "2"), ("workers", 0), ("require", 3), ("keep", 3)],
)
def test_judge_names_the_argument(frames, name, value):
    with pytest.raises(ising.InputError, match=f"^{name}: {value!r}; allowed are"):
        ising.judge(frames, progress=False, **{name: value})


@pytest.mark.parametrize("value", [None, 3])
def test_names_of_files_and_models(value):
    with pytest.raises(ising.InputError, match=r"^paths: .*; allowed are names of files$"):
        ising.load_frames(value)
    with pytest.raises(ising.InputError, match=r"^model: .*; allowed are a name and a path"):
        ising.load_model(value)


@pytest.mark.parametrize(("name", "value"), [("L", "8"), ("frames", 2.5), ("seed", None)])
def test_sample_takes_whole_numbers(name, value):
    model = ising.load_model("DiffIsing3-wide")
    with pytest.raises(ising.InputError, match=f"^{name}: .*; allowed are whole numbers$"):
        model.sample(T, **({"frames": 1} | {name: value}))


@pytest.mark.parametrize("value", ["8", 8.0, None])
def test_exact_takes_a_whole_number(value):
    with pytest.raises(ising.InputError, match=r"^L: .*; allowed are whole numbers$"):
        ising.exact(L=value, T=T)


@pytest.mark.parametrize("value", ["x", None, True, [2.0, "x"]])
def test_exact_takes_numbers_as_temperatures(value):
    with pytest.raises(ising.InputError, match=r"^temperature .* is not a number"):
        ising.exact(L=L, T=value)


def test_a_temperature_as_text_is_one_temperature():
    assert ising.exact(L=L, T="23")["temperature"].values.tolist() == [23.0]
    single = ising.exact(L=np.int64(L), T=np.float32(T))
    assert single.identical(ising.exact(L=L, T=T))


@pytest.mark.parametrize("value", ["x", None])
def test_frames_of_an_array_need_a_temperature(frames, value):
    with pytest.raises(ising.InputError, match=f"^temperature {value!r} is not a number$"):
        ising.Frames.from_array(frames.spins, T=value)


def test_frames_have_four_axes(frames):
    with pytest.raises(ising.InputError, match=r"^spins: shape .*; allowed is \(chain, draw, L"):
        ising.Frames(frames.spins[0], T)


def test_masked_values_are_refused(frames):
    some = np.ma.masked_array(frames.spins, mask=frames.spins > 0)
    count = int(some.mask.sum())
    with pytest.raises(ising.InputError, match=f"^array: {count} values are masked; allowed"):
        ising.Frames.from_array(some, T=T)
    none = np.ma.masked_array(frames.spins, mask=False)
    assert len(ising.Frames.from_array(none, T=T)) == len(frames)
