"""Every figure is drawn from a small real run: its errors, shading, labels and bytes."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import xarray as xr
import yaml
from matplotlib.container import ErrorbarContainer

from ising_fidelity.analysis import relaxation
from ising_fidelity.exact import infinite
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import draw as run_files
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.figures.more import relaxation as savings
from ising_fidelity.figures.paper import thermodynamics
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.io import netcdf
from ising_fidelity.steps.plot import plot

TEMPERATURES = ("1.60", "2.30", "3.00")
MODELS = ("DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M")
TRAINING = {model: ["1.60", "2.30"] for model in MODELS}
SHOWN = yaml.safe_load((Path(__file__).resolve().parents[2] / "config.yaml").read_text())["figures"]
CURVES = ("fig3", "fig4_gan", "fig6", "figS1", "figS2")


def files_of(name, run):
    folders = {
        "fidelity": ["fidelity.nc"],
        "exact": ["exact.nc"],
        "attribution": ["attribution.nc"],
        "finite_size": ["finite_size/*.nc"],
        "training": ["models/*.training.nc"],
        "model": ["models/*.safetensors"],
    }
    patterns = [p for need in FIGURES[name].needs for p in folders.get(need, [f"{need}/*/*.nc"])]
    return [path for pattern in patterns for path in sorted(run.glob(pattern))]


def draw(name, run, output, **changed):
    temperatures = SHOWN[name].get("temperatures", [])
    has_all = [
        source
        for source in SHOWN[name]["sources"]
        if "finite_size" not in FIGURES[name].needs
        or (run / "finite_size" / f"{source}.nc").exists()
    ]
    arguments = {
        "files": files_of(name, run),
        "outputs": [output.with_suffix(".svg"), output.with_suffix(".png")],
        "sources": has_all,
        "temperatures": [T for T in TEMPERATURES if float(T) in temperatures]
        or (TEMPERATURES[1:2] if temperatures else ()),
        "training_temperatures": TRAINING,
    }
    plot(figure=name, **(arguments | changed))
    return arguments["outputs"]


@pytest.fixture
def figure(run, monkeypatch, tmp_path):
    """Return the function that draws a figure and returns it as it is before it is saved."""
    kept = []
    save = run_files.save
    monkeypatch.setattr(run_files, "save", lambda fig, out: (kept.append(fig), save(fig, out)))

    def drawn(name, **changed):
        draw(name, run, tmp_path / name, **changed)
        return kept.pop()

    return drawn


@pytest.fixture
def tree(run):
    return netcdf.read_tree(run / "fidelity.nc")


def test_the_registry_and_the_config_name_the_same_figures():
    assert set(FIGURES) == set(SHOWN)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_in_both_formats(name, run, tmp_path):
    svg, png = draw(name, run, tmp_path / "drawn")
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")
    assert min(svg.stat().st_size, png.stat().st_size) > 5000
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.long
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_the_same_bytes_each_time(name, run, tmp_path):
    first = draw(name, run, tmp_path / "first")
    second = draw(name, run, tmp_path / "second")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", CURVES)
def test_curves_over_temperature_have_error_bars_and_the_training_range(name, figure):
    drawn = figure(name)
    curves = 2 if name == "figS1" else len(SHOWN[name]["sources"])
    for axes in drawn.axes:
        bars = [part for part in axes.containers if isinstance(part, ErrorbarContainer)]
        assert len(bars) == curves
        for part in bars:
            (segments,) = [lines.get_segments() for lines in part.lines[2]]
            heights = [abs(top - bottom) for (_, bottom), (_, top) in segments]
            assert len(heights) == len(TEMPERATURES)
            # A GAN of two epochs may draw one frame again and again, without any spread.
            assert max(heights) > 0 or "GAN" in part.get_label()
    # A rectangle from the first to the last training temperature, but not behind Monte Carlo.
    shading = drawn.axes[1:] if name == "figS1" else drawn.axes
    for axes in shading:
        spans = [
            patch.get_extents().transformed(axes.transData.inverted()) for patch in shaded(axes)
        ]
        assert [(span.x0, span.x1) for span in spans] == [pytest.approx((1.6, 2.3))]
    assert name != "figS1" or not shaded(drawn.axes[0])


def shaded(axes):
    return [patch for patch in axes.patches if patch.get_label() == "training range"]


def test_sources_differ_in_color_and_marker_and_are_called_as_in_the_paper(figure):
    drawn = figure("fig6")
    (axes,) = drawn.axes
    for look in ("get_color", "get_marker"):
        looks = {getattr(part.lines[0], look)() for part in axes.containers}
        assert len(looks) == len(SHOWN["fig6"]["sources"])
    words = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert words == [
        "Monte Carlo",
        "Monte Carlo (paper's protocol)",
        "DiffIsing2",
        "DiffIsing3",
        "GAN",
        r"GAN, $M \subset L$",
        "exact, both signs",
        "training range",
    ]


def test_exact_curves_are_those_of_the_run(run, figure):
    drawn = figure("fig3")
    solved = netcdf.read(run / "exact.nc")
    for axes, name in ((drawn.axes[0], "energy"), (drawn.axes[2], "specific_heat")):
        for label, variable in (("16$", name), ("exact, infinite", f"{name}_infinite")):
            (line,) = [one for one in axes.lines if label in one.get_label()]
            drawn_there = np.interp(solved["temperature"], *line.get_data())
            # 241 points over 1.4 in T: straight lines between them are this close.
            np.testing.assert_allclose(drawn_there, solved[variable], rtol=1e-3)


def curve(axes, label):
    (found,) = (part.lines[0] for part in axes.containers if part.get_label() == label)
    return found


def assert_shown(axes, label, y, x=None):
    line = curve(axes, label)
    np.testing.assert_allclose(line.get_ydata(), y)
    if x is not None:
        np.testing.assert_allclose(line.get_xdata(), x)


def test_distances_are_those_of_the_run_above_their_noise_floor(figure, tree):
    drawn = figure("distances")
    assert len(drawn.axes) == 14
    data = tree["GAN"]
    values, z = drawn.axes[0], drawn.axes[4]
    for axes, name in ((values, "energy_wasserstein"), (z, "energy_wasserstein_z")):
        assert_shown(axes, "GAN", data[name])
    assert any("noise floor" in part.get_label() for part in values.collections)
    # From -2 to 2 spreads.
    assert [patch.get_extents().transformed(z.transData.inverted()).y1 for patch in z.patches] == [
        pytest.approx(2)
    ]


def test_memory_is_shown_where_a_model_was_trained_beside_held_out_frames(figure, tree):
    drawn = figure("memory")
    nearest, _, modes = drawn.axes
    for label, name in (("DiffIsing2", ""), ("held-out Monte Carlo", "_heldout")):
        expected = tree["DiffIsing2"][f"nearest_training_symmetric{name}"].dropna("temperature")
        assert_shown(nearest, label, expected, x=[1.6, 2.3])
    np.testing.assert_allclose(curve(modes, "GAN").get_xdata(), [1.6, 2.3, 3.0])


@pytest.mark.parametrize(
    ("name", "flag"),
    [("memory", "--memory-frames and --training"), ("classifier", "--classifier")],
)
def test_a_comparison_that_was_not_made_is_named(name, flag, run, tmp_path):
    with pytest.raises(InputError, match=rf"fidelity.nc: no \w+ of mc; .* with {flag}$"):
        draw(name, run, tmp_path / name, sources=["mc"])
    assert not list(tmp_path.iterdir())


def test_the_walk_through_the_causes_ends_at_the_exact_specific_heat(run, figure):
    drawn = figure("attribution")
    rows = np.reshape(drawn.axes, (len(MODELS), 2))
    tree = netcdf.read_tree(run / "attribution.nc")
    for (walk, relaxed), model in zip(rows, SHOWN["attribution"]["sources"], strict=True):
        data = tree[model].to_dataset().isel(temperature=0)
        bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in walk.patches]
        excess = float(data["specific_heat_excess"])
        np.testing.assert_allclose(bars[0], (0, excess))
        ends = [bar[1] for bar in bars]
        np.testing.assert_allclose([bar[0] for bar in bars[2:]], ends[1:-1])
        assert ends[-1] == pytest.approx(0, abs=1e-9 * abs(excess))
        (curve,) = (part for part in relaxed.containers if isinstance(part, ErrorbarContainer))
        np.testing.assert_allclose(curve.lines[0].get_ydata(), data["specific_heat_relaxed"])
    labels = [text.get_text() for text in rows[0, 0].get_yticklabels()]
    assert labels == [
        "excess", "rounding", "isolated flips", "sign mixture", "thermal", "remainder",
    ]  # fmt: skip


def test_temperatures_of_spins_are_shown_in_units_of_those_asked_for(figure, tree):
    drawn = figure("local")
    data = tree["mc"].to_dataset()
    expected = data["effective_temperature"] / data["temperature"]
    assert_shown(drawn.axes[0], "Monte Carlo", expected)
    assert_shown(drawn.axes[3], "DiffIsing1", tree["DiffIsing1"]["spurious_flips"])


def test_spectra_are_shown_over_those_of_the_first_source(figure, tree):
    drawn = figure("structure")
    S = {name: tree[name]["structure_factor"].sel(temperature=2.3) for name in ("mc", "GAN")}
    above, length, below, _ = drawn.axes
    assert_shown(above, "GAN", S["GAN"], x=np.linspace(0, np.pi, S["mc"].size))
    assert_shown(below, "GAN", S["GAN"] / S["mc"])
    assert_shown(length, "GAN", tree["GAN"]["second_moment_correlation_length"])


def test_sizes_of_clusters_break_off_where_there_are_none(figure, tree):
    drawn = figure("clusters", temperatures=["1.60"])
    n = tree["mc"]["cluster_size_distribution"].sel(temperature=1.6).values
    assert_shown(drawn.axes[0], "Monte Carlo", np.where(n > 0, n, np.nan))
    assert (n == 0).any()


def test_the_way_to_the_critical_temperature_needs_one_below_it():
    exact = xr.Dataset(coords={"temperature": [2.3, 3.0]})
    with pytest.raises(InputError, match=r"^figS5: at least one temperature below T_c is needed$"):
        thermodynamics.figS5(Inputs(exact=exact))


def test_the_slope_of_the_energy_is_compared_with_that_of_exact_energies(run, figure, tree):
    drawn = figure("energy_slope")
    solved, u = netcdf.read(run / "exact.nc"), tree["mc"]
    T = solved["temperature"].values
    # With steps alike the parabola's slope in the middle is that of its ends.
    assert T.tolist() == pytest.approx([1.6, 2.3, 3.0])
    values, z = (curve(axes, "Monte Carlo").get_ydata() for axes in drawn.axes)
    ends = (u["energy"].values[2] - u["energy"].values[0]) / 1.4
    assert values == pytest.approx(ends - u["specific_heat"].values[1])
    ends = (solved["energy"].values[2] - solved["energy"].values[0]) / 1.4
    expected = ends - solved["specific_heat"].values[1]
    of_slope = np.hypot(*u["energy_error"].values[[0, 2]]) / 1.4
    error = np.hypot(of_slope, u["specific_heat_error"].values[1])
    assert z == pytest.approx((values - expected) / error)


def test_exponents_of_windows_stand_beside_the_papers_and_the_exact_ones(figure, tree):
    drawn = figure("windows")
    data = tree["mc"].to_dataset().sel(temperature=2.3)
    for axes, name in zip(drawn.axes, ("eta_power_law_window", "eta_stable_window"), strict=True):
        assert_shown(axes, "Monte Carlo", data[name].sel(correlation_kind="raw"))
        heights = {line.get_ydata()[0] for line in axes.lines if len(line.get_ydata()) == 2}
        assert {0.25, 0.308, 0.398} <= heights
    (exact,) = [one for one in drawn.axes[0].lines if one.get_label() == style.EXACT_INFINITE]
    np.testing.assert_allclose(
        exact.get_ydata(), infinite.eta_of_power_law(2.3, data["last_distance"].values)
    )


def test_signs_and_their_test_are_those_of_the_run(figure, tree):
    drawn = figure("ordering")
    data = tree["GAN"]
    share, chance, binder = drawn.axes
    assert_shown(share, "GAN", data["positive_share"])
    assert_shown(binder, "GAN", data["binder_cumulant"])
    drawn_p = [part.lines[0].get_ydata() for part in chance.containers]
    expected = np.maximum(data["positive_share_p_value"].values, 1e-8)
    assert any(np.allclose(one, expected) for one in drawn_p)


def test_sizes_collapse_in_the_scaling_variable_and_exponents_stand_beside_exact_ones(run, figure):
    drawn = figure("finite_size", sources=["mc", "DiffIsing2"])
    rows = np.reshape(drawn.axes, (3, 3))
    data = netcdf.read(run / "finite_size" / "mc.nc")
    exponents = {name: float(data[name]) for name in ("critical_temperature", "nu", "eta")}
    T = data["temperature"].values
    for size in (4, 6, 8):
        label = f"$L$ = {size}"
        assert_shown(rows[0, 0], label, data["binder_cumulant"].sel(lattice_size=size))
        t = T / exponents["critical_temperature"] - 1
        x = t * size ** (1 / exponents["nu"])
        np.testing.assert_allclose(curve(rows[0, 1], label).get_xdata(), x)
        at = dict(zip(data["parameter"].values, data["parameters"].values, strict=True))
        logarithm = data["logarithm"].sel(lattice_size=size) + exponents["eta"] * np.log(size)
        rest = at["amplitude_slope"] * t + at["magnetization_correction"] * size**-1.75
        assert_shown(rows[0, 2], label, np.exp(logarithm - rest), x=x)
    for axes, name, exact_value in zip(rows[2], exponents, (2.269185, 1, 0.25), strict=True):
        found = [part.lines[0].get_xdata()[0] for part in axes.containers]
        assert found[0] == pytest.approx(exponents[name])
        (line,) = [one for one in axes.lines if one.get_label() == "exact"]
        assert line.get_xdata()[0] == pytest.approx(exact_value, abs=1e-6)


def test_relaxed_frames_are_called_by_their_model():
    looks = style.looks(["GAN-M", "GAN-M+5sweeps", "mine+1sweeps", "DiffFlip+3gibbs", "mine"])
    labels = [look.label for look in looks.values()]
    gan, gibbs = r"GAN, $M \subset L$", "DiffFlip + 3 Gibbs sweeps"
    assert labels == [gan, f"{gan} + 5 sweeps", "mine + 1 sweep", gibbs, "mine"]
    assert style.spoken("random+1clusters") == "random start + 1 cluster"


def test_what_is_needed_is_that_of_the_run_and_more_than_measured_stands_above_a_line(
    run, figure, tree
):
    drawn = figure("relaxation")
    groups = {name: node.to_dataset() for name, node in tree.items()}
    exact_there = netcdf.read(run / "exact.nc")
    sweeps, clusters, *saved = drawn.axes
    curves = {
        line.get_label(): line for line in sweeps.lines if line.get_marker() not in ("", "None")
    }
    gibbs = curves.pop("DiffIsing1, Gibbs finish")
    assert list(curves) == ["DiffIsing2", "random start", "ordered start"]
    assert gibbs.get_linestyle() == "--"
    texts = [text.get_text() for text in sweeps.get_yticklabels()]
    assert texts == ["0", "2", "5", "more than\nmeasured"]
    levels = np.array([0, 2, 5, np.inf])
    for label, source in {"DiffIsing2": "DiffIsing2", "random start": "random"}.items():
        series = relaxation.series(groups, source, "sweeps")
        needed = relaxation.need(series, exact_there, groups["mc"])
        shown = levels[np.rint(curves[label].get_ydata()).astype(int)]
        np.testing.assert_array_equal(shown, needed.most)
        np.testing.assert_array_equal(curves[label].get_xdata(), needed.temperature)
    # Five sweeps from a random start do not order the lattice.
    assert np.rint(curves["random start"].get_ydata())[0] == 3
    # The reference is in equilibrium, and its own frames have |m| and chi without any difference.
    assert set(np.rint(gibbs.get_ydata())) == {1}
    assert [text.get_text() for text in clusters.get_yticklabels()][:-1] == ["0", "3"]
    assert [axes.get_ylabel().rsplit("the ", 1)[1] for axes in saved] == [
        "random start", "ordered start",
    ]  # fmt: skip


def test_one_start_alone_is_drawn_and_none_is_named(figure):
    one = figure("relaxation", sources=["mc", "random"], temperatures=[])
    assert len(one.axes) == 2
    assert len(figure("relaxation", sources=["mc", "DiffIsing1"]).axes) == 1
    with pytest.raises(InputError, match="no relaxed or finished frames of GAN"):
        figure("relaxation", sources=["mc", "GAN"])


def test_a_plus_that_ends_a_models_name_belongs_to_it():
    looks = style.looks(["GAN", "GAN+", "GAN+5sweeps", "GAN++1sweeps", "GAN+.seed2", "Mine+"])
    labels = [look.label for look in looks.values()]
    assert labels == ["GAN", "GAN+", "GAN + 5 sweeps", "GAN+ + 1 sweep", "GAN+.seed2", "Mine+"]


def test_savings_that_no_number_of_sweeps_shows_leave_a_panel_empty():
    T = np.array([2.0, 2.3])
    never = relaxation.Need(np.array([1.0, 5.0]), T, np.full(2, 6.0), np.full(2, np.inf))
    looks = style.looks(["DiffIsing2"])
    drawing, axes = panels.panels(1, 1, (4, 4))
    savings._saved(axes[0, 0], {("DiffIsing2", "sweeps"): never}, never, looks)
    drawing.canvas.draw()
    assert axes[0, 0].get_ylim() == (-1.5, 1.5)
