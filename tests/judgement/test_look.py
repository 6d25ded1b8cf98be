"""A first look at a trained model: the same frames and verdict as sampling and judging them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ising_fidelity as ising
from ising_fidelity.exceptions import InputError
from ising_fidelity.judgement.look import MODEL, STEPS, TEMPERATURES, look
from ising_fidelity.judgement.pictures import DRAWN
from ising_fidelity.models.sampling.options import Chain

COMMAND = Path(sys.executable).with_name("ising-fidelity")


def test_it_is_the_judgement_of_the_frames_of_sample():
    """Two processes share the temperatures, and frames do not depend on it."""
    few = {"frames": 24, "L": 16, "seed": 3, "progress": False}
    card = look(temperatures=["2.4", "3.00"], chain=Chain(sampling_steps=4), workers=2, **few)
    assert list(card.judged) == [MODEL]
    model = ising.load_model(MODEL)
    for T in ("2.40", "3.00"):
        mine = model.sample(float(T), 24, L=16, seed=3, sampling_steps=4)
        energy = ising.measure(mine)["energy"].item()
        shown = card.fidelity[MODEL]["energy"].sel(temperature=float(T), method="nearest").item()
        assert shown == energy
        assert np.array_equal(
            card.configurations[MODEL, T]["spin"].values[0], mine.spins[0][[0, 12]]
        )


def test_the_command_writes_page_table_and_json(tmp_path):
    words = [
        *("look", "--temperature", "2.60", "--temperature", "3.00", "--frames", "20"),
        *("--lattice-size", "16", "--sampling-steps", "3", "--output", "out"),
    ]
    done = subprocess.run(
        [COMMAND, *words], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert f"{MODEL}: " in done.stdout
    assert done.stdout.splitlines()[-1] == "out/index.html: full report with figures"
    found = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert list(found["samplers"][MODEL]["temperatures"]) == ["2.60", "3.00"]
    page = (tmp_path / "out" / "index.html").read_text()
    for figure in ("fig3", "fig7"):
        assert f"<figcaption>{DRAWN[figure]}</figcaption>" in page


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (
            ["nobody"],
            "no shipped model 'nobody'; allowed are DecimationAR-L64, DiffIsing3-L64, "
            "DiffIsing3-wide, or a path",
        ),
        (["--temperature", "2.3", "--temperature", "2.30"], "2.30 is given twice"),
        (["--lattice-size", "12"], "12; this model samples multiples of 8"),
        (["--temperature", "cold"], "cold"),
        (["--workers", "0"], "workers: 0; allowed are whole numbers from 1 on"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(tmp_path, words, wrong):
    command = [COMMAND, "look", *words, "--quiet"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert wrong in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_run_checkpoint_is_looked_at_under_its_name(tmp_path):
    with pytest.raises(InputError, match=r"there\.safetensors: no such file"):
        look(tmp_path / "there.safetensors", temperatures=["3.00"], workers=1)


def test_the_default_is_ten_temperatures_in_a_few_steps():
    assert len(TEMPERATURES) == 10
    assert list(TEMPERATURES) == sorted(TEMPERATURES, key=float)
    assert STEPS == Chain(sampling_steps=STEPS).sampling_steps == 24
