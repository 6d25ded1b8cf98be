"""What could not be compared must not read as agreement, from files to page and exit status."""

import base64
import json
import re

import numpy as np
import pandas as pd
import pytest

from ising_fidelity.cli import main as command_line
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.io.temperatures import name_of
from ising_fidelity.steps.compare import compare
from ising_fidelity.steps.measure import measure
from ising_fidelity.steps.merge import merge
from ising_fidelity.steps.score import score
from ising_fidelity.steps.simulate import simulate
from ising_fidelity.steps.solve import solve

from ..shared import write_frames

GRIDS = {
    "arange": np.arange(1.0, 4.05, 0.1)[[3, 12, 13]],
    "linspace": np.linspace(1.0, 2.4, 15)[[2, 6, 12]],
    "single precision": np.array([1.3, 2.2, 2.3], np.float32),
    "integers": np.array([2, 3, 4]),
}


def make_run(folder, temperatures, draws=40, reference_at=None):
    """Write fidelity.nc and exact.nc of coins, ``mine``, at these temperatures and of mc."""
    names = [name_of(T) for T in temperatures]
    files = []
    for T, name in zip(temperatures, names, strict=True):
        for source in ("mc", "mine"):
            if source == "mc" and name not in (reference_at or names):
                continue
            frames = folder / "configurations" / source / f"T{name}.nc"
            frames.parent.mkdir(parents=True, exist_ok=True)
            if source == "mc":
                simulate(lattice_size=8, temperature=name, sampler="auto", frames=40, chains=10,
                         thermalization=50, spacing=5, seed=1, output=frames)  # fmt: skip
            else:
                coins = np.random.default_rng(2).choice([-1, 1], size=(1, draws, 8, 8))
                data = frames_dataset(coins, 1.0, "independent", {})
                netcdf.write(data.assign_coords(temperature=T), frames)
            files.append(folder / "observables" / source / f"T{name}.nc")
            measure(frames=frames, output=files[-1])
        own, other = (folder / "configurations" / one / f"T{name}.nc" for one in ("mine", "mc"))
        if other.exists():
            files.append(folder / "comparisons" / "mine" / f"T{name}.nc")
            compare(frames=own, reference=other, training=[], output=files[-1])
    merge(files=files, output=folder / "fidelity.nc")
    solve(lattice_size=8, temperatures=names, output=folder / "exact.nc")
    return names


def arguments(folder):
    return {
        "fidelity": folder / "fidelity.nc",
        "exact": folder / "exact.nc",
        "models": {},
        "reference": "mc",
        "output": folder / "scores.csv",
        "table": folder / "scores.html",
    }


@pytest.mark.parametrize("grid", GRIDS)
def test_temperatures_of_every_grid_are_those_of_the_run(grid, tmp_path):
    names = make_run(tmp_path, GRIDS[grid])
    assert score(**arguments(tmp_path)) == []
    scores = pd.read_csv(tmp_path / "scores.csv", dtype={"temperature": str})
    mine = scores[scores["source"] == "mine"]
    for quantity in ("energy", "specific_heat", "abs_magnetization", "energy_ks"):
        rows = mine[(mine["quantity"] == quantity) & mine["temperature"].isin(names)]
        assert set(rows["temperature"]) == set(names)
        assert (rows["not_compared"] == 0).all()
    page = (tmp_path / "scores.html").read_text(encoding="utf-8")
    # Coins are no Ising frames at these temperatures.
    assert "Worst C: " in page
    assert "Not compared:" not in page


def test_single_frames_are_not_compared_in_table_page_and_exit_status(
    tmp_path, monkeypatch, capsys
):
    with pytest.warns(UserWarning, match="too few for errors"):
        make_run(tmp_path, [2.0, 2.2, 2.3], draws=1)
    words = ["score", "--fidelity", "fidelity.nc", "--exact", "exact.nc", "--reference", "mc"]
    words += ["--output", "scores.csv", "--table", "scores.html"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["ising-fidelity", *words])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 3
    line = "Not compared: u, C, |m| and χ at 3 of 3 temperatures, T = 2.00, 2.20 and 2.30."
    assert capsys.readouterr().err.splitlines()[-1] == f"mine: {line}"
    page = (tmp_path / "scores.html").read_text(encoding="utf-8")
    assert line in page
    assert "Indistinguishable from Monte Carlo nowhere, as nothing could be compared." in page
    assert "At 3 of 3 temperatures it has fewer than 10 frames" in page
    assert "nowhere distinguishable" not in page
    scores = pd.read_csv(tmp_path / "scores.csv", dtype={"temperature": str})
    sums = scores[(scores["source"] == "mine") & (scores["temperature"] == "all")]
    assert sums.set_index("quantity").loc["specific_heat", "not_compared"].tolist() == [3, 3]


def test_a_source_with_more_temperatures_than_the_reference_is_an_error(tmp_path):
    make_run(tmp_path, [2.0, 2.2, 2.3], reference_at=["2.00", "2.30"])
    with pytest.raises(InputError, match=r"mine has frames at T = 2.20, which mc lacks") as caught:
        score(**arguments(tmp_path))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "scores.csv").exists()
    solve(lattice_size=8, temperatures=["2.00"], output=tmp_path / "exact.nc")
    with pytest.raises(InputError, match=r"T = 2.30, which .*exact.nc lacks"):
        score(**arguments(tmp_path))


def test_correlated_frames_are_named_on_the_page_and_in_a_last_line(tmp_path):
    make_run(tmp_path, [2.0, 2.2, 2.3])
    for name in ("2.00", "2.20", "2.30"):
        path = tmp_path / "observables" / "mine" / f"T{name}.nc"
        spins = write_frames(tmp_path / "f.nc", (1, 120, 8, 8), float(name), seed=3)
        twice = frames_dataset(spins.repeat(2, axis=1), float(name), "independent", {})
        netcdf.write(twice, tmp_path / "f.nc")
        with pytest.warns(UserWarning, match="are correlated"):
            measure(frames=tmp_path / "f.nc", output=path)
    merge(files=sorted(tmp_path.glob("observables/*/T*.nc")), output=tmp_path / "fidelity.nc")
    with pytest.warns(UserWarning, match="^mine: Its frames are labelled independent, but succ"):
        score(**arguments(tmp_path))
    page = (tmp_path / "scores.html").read_text(encoding="utf-8")
    assert "are labelled independent, but successive ones are" in page


def pictured(folder):
    """Return the arguments that say where frames and observables are."""
    frames = {name: str(folder / "configurations" / name / "T{T}.nc") for name in ("mc", "mine")}
    return {"frames": frames, "observables": str(folder / "observables/{source}/T{T}.nc")}


def test_frames_are_on_the_page_as_they_are_in_the_files(tmp_path):
    names = make_run(tmp_path, [2.0, 2.3])
    score(**arguments(tmp_path), **pictured(tmp_path))
    page = (tmp_path / "scores.html").read_text(encoding="utf-8")
    assert page.count('<img src="data:image/png;base64,') == 2 * len(names)
    text = re.search(r'<script type="application/json" id="explored">(.*?)</script>', page)[1]
    shown = json.loads(text)["data"]
    for source in ("mc", "mine"):
        for T in names:
            spins = read_frames(tmp_path / "configurations" / source / f"T{T}.nc")["spin"].values
            spins = spins.reshape(-1, 8, 8)
            for packed, frame in zip(
                shown[source][T]["f"], (spins[0], spins[len(spins) // 2]), strict=True
            ):
                bits = np.unpackbits(np.frombuffer(base64.b64decode(packed), np.uint8))
                assert (bits.reshape(8, 8) == (frame > 0)).all()
            assert sum(shown[source][T]["m"]) == len(spins)


def test_frames_that_are_not_there_are_an_error(tmp_path):
    make_run(tmp_path, [2.0])
    given = pictured(tmp_path)
    with pytest.raises(InputError, match="frames: GAN is not a source; allowed are: mc, mine"):
        score(**arguments(tmp_path), **(given | {"frames": {"GAN": "T{T}.nc"}}))
    with pytest.raises(InputError, match=r"elsewhere/T2\.00\.nc"):
        score(**arguments(tmp_path), **(given | {"frames": {"mc": "elsewhere/T{T}.nc"}}))
    given["observables"] = "nowhere/{source}/T{T}.nc"
    with pytest.raises(InputError, match=r"nowhere/mc/T2\.00\.nc"):
        score(**arguments(tmp_path), **given)
    assert not (tmp_path / "scores.html").exists()
