"""Frames in a page and in a figure."""

import base64
import io
import os
import pickle
import re
import subprocess
import sys

import numpy as np
from matplotlib import image

from ising_fidelity import Frames, display

SPINS = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (2, 3, 8, 8))
FRAMES = Frames(SPINS, 2.3, "chain")


def color(text):
    return np.array([*bytes.fromhex(text[1:]), 255]) / 255


def pixels(data):
    return image.imread(io.BytesIO(data))


def test_a_picture_has_the_colors_of_the_spins():
    shown = pixels(display.png(np.array([[-1, 1, 0], [1, -1, 0]], np.int8)))
    assert shown.shape == (2, 3, 4)
    for place, wanted in (((0, 0), display.DOWN), ((0, 1), display.UP), ((1, 1), display.DOWN)):
        np.testing.assert_allclose(shown[place], color(wanted), atol=0.01)
    assert not shown[:, 2, 3].any()


def test_the_summary_is_words_and_the_first_frames():
    html = FRAMES._repr_html_()
    assert "6 correlated (2 chains of 3 draws) frames of 8 x 8 spins at T = 2.30" in html
    shown = pixels(base64.b64decode(re.search('base64,([^"]+)', html)[1]))
    # Four frames of eight sites with a gap of one between them.
    assert shown.shape[:2] == (8, 4 * 8 + 3)
    up = np.isclose(shown, color(display.UP), atol=0.01).all(axis=-1)
    np.testing.assert_array_equal(up[:, :8], SPINS[0, 0] > 0)
    np.testing.assert_array_equal(up[:, 9:17], SPINS[1, 0] > 0)


def test_words_cannot_become_markup():
    html = Frames(SPINS, 2.3, "chain", ("<b>",))._repr_html_()
    assert "<b>" not in html


def test_a_figure_has_every_frame_that_there_is_up_to_eight():
    figure = FRAMES.plot()
    assert sum(len(one.images) for one in figure.axes) == 6
    assert len(FRAMES.plot().axes) == 8 + 2
    assert pickle.loads(pickle.dumps(figure))._repr_png_().startswith(b"\x89PNG")


def test_figures_need_no_backend():
    for backend in ("tkagg", "module://nowhere.to.be.found", "agg"):
        code = (
            "import numpy as np; from ising_fidelity import Frames\n"
            "Frames(np.ones((1, 2, 4, 4), np.int8), 2.3).plot()._repr_png_()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "MPLBACKEND": backend},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
