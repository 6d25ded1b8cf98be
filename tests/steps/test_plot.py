"""The step that draws a figure: how it finds what to show, and what it refuses.

Snapshots (fig7) stand for all figures here: their files are the smallest to make.
"""

import numpy as np
import pytest

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import style
from ising_fidelity.figures.paper import fig7
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.frames import frames_dataset
from ising_fidelity.io import netcdf
from ising_fidelity.steps.plot import plot

SOURCES, TEMPERATURES = ("mine", "GAN-M", "mc"), ("2.30", "10.00")


@pytest.fixture
def files(tmp_path):
    """Files of three frames of two known sources and of a user's own, at two temperatures."""
    random = np.random.default_rng(1)
    paths = []
    for source in SOURCES:
        for temperature in TEMPERATURES:
            spins = random.choice(np.array([-1, 1], np.int8), (1, 3, 4, 4))
            path = tmp_path / "configurations" / source / f"T{temperature}.nc"
            netcdf.write(frames_dataset(spins, float(temperature), "chain", {}), path)
            paths.append(path)
    return paths


@pytest.fixture
def draw(files, monkeypatch, tmp_path):
    """Give what draws fig7 of files, and returns its inputs and the figure."""
    kept, original = [], fig7.draw

    def keep(inputs):
        kept.append((inputs, original(inputs)))
        return kept[-1][1]

    def run(files=files, **options):
        plot(figure="fig7", files=files, outputs=[tmp_path / "fig7.png"], **options)
        ((inputs, figure),) = kept
        return inputs, figure

    monkeypatch.setattr(fig7, "draw", keep)
    return run


def row_labels(figure):
    return [text for axes in figure.axes if (text := axes.get_ylabel())]


def test_all_that_the_files_have_is_shown_the_papers_sources_first(draw):
    inputs, figure = draw()
    assert list(inputs.temperatures) == ["2.30", "10.00"]  # as numbers, not as words
    assert row_labels(figure) == ["Monte Carlo", r"GAN, $M \subset L$", "mine"]


def test_what_is_named_is_shown_in_that_order(draw):
    _, figure = draw(sources=["mine", "mc"], temperatures=["10.00"])
    assert row_labels(figure) == ["mine", "Monte Carlo"]
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == ["$T$ = 10"]


def test_snapshots_are_the_first_and_the_middle_frame(draw):
    inputs, figure = draw(sources=["mc"])
    shown = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    frames = [inputs.configurations["mc", T]["spin"].values[0] for T in TEMPERATURES]
    expected = [frame for of_one in frames for frame in (of_one[0], of_one[1])]
    np.testing.assert_array_equal(shown, expected)


def test_frames_made_elsewhere_are_where_their_pattern_says(files, draw, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    moved = [
        path.rename(folder / f"a-{path.stem.removeprefix('T')}.nc")
        if "mine" in path.parts
        else path
        for path in files
    ]
    inputs, figure = draw(moved, foreign={"mine": str(folder / "a-{T}.nc")})
    assert row_labels(figure)[-1] == "mine"
    assert {T for source, T in inputs.configurations if source == "mine"} == set(TEMPERATURES)


def test_files_that_a_figure_does_not_need_are_left_aside(files, tmp_path):
    model = tmp_path / "GAN-M.safetensors"
    model.write_bytes(b"")
    plot(figure="fig7", files=files, outputs=[tmp_path / "one.svg"])
    plot(figure="fig7", files=[*files, model], outputs=[tmp_path / "two.svg"])
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"figure": "fig3"}, r"fig3: no file of kind fidelity, exact"),
        ({"sources": ["VAE"]}, r"fig7: no data of source VAE; allowed are GAN-M, mc, mine"),
        ({"temperatures": ["2.40"]}, r"no data at T = 2.40; allowed are 2.30, 10.00"),
    ],
)
def test_what_is_not_there_is_named_in_one_line(files, tmp_path, change, message):
    arguments = {"figure": "fig7", "files": files, "outputs": [tmp_path / "fig7.png"]} | change
    with pytest.raises(InputError, match=message) as raised:
        plot(**arguments)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "fig7.png").exists()


def test_a_file_that_is_no_part_of_a_run_is_named(files, tmp_path):
    stray = files[0].rename(tmp_path / "frames.nc")
    with pytest.raises(
        InputError, match=r"frames.nc: not a file of a run; allowed are fidelity.nc"
    ):
        plot(figure="fig7", files=[stray], outputs=[tmp_path / "fig7.png"])


def test_no_format_is_left_behind_when_another_cannot_be_written(files, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("a file where a folder should be")
    with pytest.raises(InputError, match=r"taken/fig7.png: cannot be written"):
        plot(figure="fig7", files=files, outputs=[tmp_path / "fig7.svg", taken / "fig7.png"])
    assert {path.name for path in tmp_path.iterdir()} == {"configurations", "taken"}


def test_every_known_source_has_a_look_of_its_own_and_so_have_others():
    names = [*style.LOOKS, "mine", "yours", "theirs"]
    looks = style.looks(names)
    assert [looks[name].label for name in names[-3:]] == names[-3:]
    assert len({look.color for look in looks.values()}) == len(names)
    assert len({look.marker for look in looks.values()}) == len(names)
    assert len({str(look.line) for look in style.LOOKS.values()}) == len(style.LOOKS)


def test_figures_that_stay_when_an_evaluation_temperature_is_added_need_no_merged_file():
    fixed = {"fig1a", "fig1b", "fig1c", "fig1d", "fig4", "fig7", "figS3", "figS4", "training"}
    fixed |= {"attribution", "finite_size"}  # of temperatures of their own
    merged = {name for name, kind in FIGURES.items() if {"fidelity", "exact"} & set(kind.needs)}
    assert merged == set(FIGURES) - fixed
