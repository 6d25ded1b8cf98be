"""The tree of all observables and distances."""

import numpy as np
import pytest

from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf
from ising_fidelity.steps.attribute import attribute
from ising_fidelity.steps.compare import compare
from ising_fidelity.steps.measure import measure
from ising_fidelity.steps.merge import merge

from ..shared import write_frames


def make_source(folder, source, temperatures, size=8, draws=12):
    """Write frames, observables and comparisons with the source itself; return the latter two."""
    files = []
    for temperature in temperatures:
        T, name = float(temperature), f"T{temperature}.nc"
        frames = folder / "configurations" / source / name
        write_frames(frames, (1, draws, size, size), T, seed=int(100 * T))
        observables = folder / "observables" / source / name
        measure(frames=frames, output=observables)
        comparisons = folder / "comparisons" / source / name
        compare(frames=frames, reference=frames, training=[], output=comparisons)
        files += [observables, comparisons]
    return files


def test_a_group_per_source_and_temperatures_in_order(tmp_path):
    files = make_source(tmp_path, "GAN-M", ["2.30", "10.00", "2.05"])
    files += make_source(tmp_path, "mc-paper", ["2.269185"], draws=15)
    merge(files=files, output=tmp_path / "fidelity.nc")
    tree = netcdf.read_tree(tmp_path / "fidelity.nc")
    assert list(tree) == ["GAN-M", "mc-paper"]
    assert tree["GAN-M"]["temperature"].values.tolist() == [2.05, 2.3, 10.0]
    assert tree["mc-paper"]["temperature"].values.tolist() == [2.269185]
    for path in files:
        source, data = path.parent.name, netcdf.read(path)
        row = tree[source].to_dataset().sel(temperature=float(data["temperature"]))
        for name in data.data_vars:
            if name.endswith("_series"):
                assert name not in row
            else:
                np.testing.assert_array_equal(row[name].values, data[name].values)
                assert row[name].attrs == data[name].attrs
                assert row[name].dtype == data[name].dtype
    assert tree["GAN-M"].attrs["sampling"] == "independent"
    assert tree["GAN-M"]["correlation_raw"].dims == ("temperature", "distance")
    assert tree.attrs["step"] == "merge"


def test_a_variable_that_one_temperature_lacks_is_nan_there(tmp_path):
    files = make_source(tmp_path, "GAN", ["2.30", "2.40"])
    files.remove(tmp_path / "comparisons" / "GAN" / "T2.40.nc")
    merge(files=files, output=tmp_path / "fidelity.nc")
    values = netcdf.read_tree(tmp_path / "fidelity.nc")["GAN"]["energy_ks"].values
    assert np.isnan(values).tolist() == [False, True]


def test_observables_alone_will_do(tmp_path):
    files = make_source(tmp_path, "GAN", ["2.30"])[:1]
    merge(files=files, output=tmp_path / "fidelity.nc")
    assert "hamming_cross" not in netcdf.read_tree(tmp_path / "fidelity.nc")["GAN"]


def test_the_order_of_files_does_not_matter(tmp_path):
    files = make_source(tmp_path, "GAN", ["2.30", "2.40"]) + make_source(tmp_path, "mc", ["2.30"])
    merge(files=files, output=tmp_path / "a.nc")
    merge(files=files[::-1], output=tmp_path / "b.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def make_attributions(folder, source, temperatures):
    files = []
    for temperature in temperatures:
        frames = folder / "configurations" / source / f"T{temperature}.nc"
        write_frames(frames, temperature=float(temperature), up=0.5)
        files.append(folder / "attributions" / source / frames.name)
        attribute(frames=frames, sweeps=[1, 2], output=files[-1])
    return files


def test_attributions_make_a_tree_of_their_own(tmp_path):
    files = make_attributions(tmp_path, "GAN+5sweeps", ["1.20", "1.00"])
    files += make_attributions(tmp_path, "GAN", ["1.00"])
    merge(files=files, output=tmp_path / "attribution.nc")
    tree = netcdf.read_tree(tmp_path / "attribution.nc")
    assert list(tree) == ["GAN", "GAN+5sweeps"]
    group = tree["GAN+5sweeps"].to_dataset()
    assert group["temperature"].values.tolist() == [1.0, 1.2]
    assert group["sweeps"].values.tolist() == [0, 1, 2]
    assert group["specific_heat_relaxed"].dims == ("temperature", "sweeps")
    assert group.attrs["thermal_sweeps"] == 2
    data = netcdf.read(files[0])
    row = group.sel(temperature=1.2)
    for name in data.data_vars:
        np.testing.assert_array_equal(row[name].values, data[name].values)
    observables = make_source(tmp_path, "DiffFlip", ["2.30"])
    for mixed in (files + observables, observables + files):
        with pytest.raises(InputError, match="or only 'attributions'"):
            merge(files=mixed, output=tmp_path / "mixed.nc")
    assert not (tmp_path / "mixed.nc").exists()


def test_bad_input(tmp_path):
    files = make_source(tmp_path, "GAN", ["2.30"])
    output = tmp_path / "fidelity.nc"
    frames = tmp_path / "configurations" / "GAN" / "T2.30.nc"
    with pytest.raises(InputError, match=r"allowed are paths that end in <kind>/<source>/T<T>.nc"):
        merge(files=[frames], output=output)
    with pytest.raises(InputError, match=r"T = 2.3 of GAN is given twice"):
        merge(files=[*files, files[0]], output=output)
    with pytest.raises(InputError, match="none given"):
        merge(files=[], output=output)
    wider = make_source(tmp_path, "GAN", ["2.40"], size=12)
    with pytest.raises(InputError, match=r"GAN: lattice sizes \[8, 12\]"):
        merge(files=[*files, *wider], output=output)
    assert not output.exists()
