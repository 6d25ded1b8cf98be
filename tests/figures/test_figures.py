"""Every figure is drawn from a small real run: its errors, shading, labels and bytes."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from matplotlib.container import ErrorbarContainer

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import FIGURES
from ising_fidelity.steps import plot as step
from ising_fidelity.steps.plot import plot

TEMPERATURES = ("1.60", "2.30", "3.00")
MODELS = ("DiffIsing1", "DiffIsing2", "DiffFlip", "GAN", "GAN-M")
TRAINING = {model: ["1.60", "2.30"] for model in MODELS}
SHOWN = yaml.safe_load((Path(__file__).resolve().parents[2] / "config.yaml").read_text())["figures"]
CURVES = ("fig3", "fig4_gan", "fig6", "figS1", "figS2")


def files_of(name, run):
    folders = {
        "fidelity": ["fidelity.nc"],
        "exact": ["exact.nc"],
        "training": ["models/*.training.nc"],
        "model": ["models/*.safetensors"],
    }
    patterns = [p for need in FIGURES[name].needs for p in folders.get(need, [f"{need}/*/*.nc"])]
    return [path for pattern in patterns for path in sorted(run.glob(pattern))]


def draw(name, run, output, **changed):
    temperatures = SHOWN[name].get("temperatures", [])
    arguments = {
        "files": files_of(name, run),
        "outputs": [output.with_suffix(".svg"), output.with_suffix(".png")],
        "sources": SHOWN[name]["sources"],
        "temperatures": [T for T in TEMPERATURES if float(T) in temperatures]
        or (TEMPERATURES[1:2] if temperatures else ()),
        "training_temperatures": TRAINING,
    }
    plot(figure=name, **(arguments | changed))
    return arguments["outputs"]


@pytest.fixture
def figure(monkeypatch):
    """Give what the step has drawn, before it is saved."""
    drawn = []
    save = step._save
    monkeypatch.setattr(step, "_save", lambda fig, out: (drawn.append(fig), save(fig, out)))
    return drawn


def test_the_registry_and_the_config_name_the_same_figures():
    assert set(FIGURES) == set(SHOWN)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_in_both_formats_and_the_same_bytes_each_time(name, run, tmp_path):
    first = draw(name, run, tmp_path / "first")
    second = draw(name, run, tmp_path / "second")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert one.stat().st_size > 5000
    assert ElementTree.parse(first[0]).getroot().tag.endswith("svg")
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("name", CURVES)
def test_curves_over_temperature_have_error_bars_and_the_training_range(
    name, run, tmp_path, figure
):
    draw(name, run, tmp_path / name)
    (drawn,) = figure
    for axes in drawn.axes:
        bars = [part for part in axes.containers if isinstance(part, ErrorbarContainer)]
        assert bars or axes.get_title() == "", axes
        assert all(part.has_yerr for part in bars)
    assert any(axes.containers for axes in drawn.axes)
    shaded = [patch for axes in drawn.axes for patch in axes.patches]
    assert shaded


def test_sources_differ_in_color_marker_and_line(run, tmp_path, figure):
    draw("fig6", run, tmp_path / "fig6")
    (drawn,) = figure
    lines = [part.lines[0] for axes in drawn.axes for part in axes.containers]
    assert len(lines) == 5
    for look in ("get_color", "get_marker"):
        assert len({str(getattr(line, look)()) for line in lines}) == len(lines), look


def test_what_is_not_there_is_named(run, tmp_path):
    with pytest.raises(InputError, match="no 'fig99'; allowed are fig1a"):
        plot(figure="fig99", files=[], outputs=[tmp_path / "f.svg"])
    with pytest.raises(InputError, match="no data of source VAE"):
        draw("fig3", run, tmp_path / "fig3", sources=["mc", "VAE"])
    with pytest.raises(InputError, match="no file of kind exact"):
        draw("fig3", run, tmp_path / "fig3", files=[run / "fidelity.nc"])
    with pytest.raises(InputError, match="allowed are paths ending in"):
        draw("fig3", run, tmp_path / "fig3", outputs=[tmp_path / "f.bmp"])
    assert list(tmp_path.iterdir()) == []
