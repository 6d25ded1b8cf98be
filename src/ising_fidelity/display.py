"""Pictures of frames for pages and notebooks, and a figure."""

import base64
import html
import io
import struct
import zlib
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOWN, UP = "#f4f1ea", "#16324f"
"""Colours of spins, as in the figures of a run."""
FEW = 4
"""Number of frames in a notebook's summary."""
MORE = 8
"""Number of frames in a figure."""
DOTS_PER_INCH = 100
"""Resolution of figures in notebooks."""


def summary(spins: NDArray[np.int8], words: str) -> str:
    """Return a text and the first frames of spins (chain, draw, L, L) as HTML."""
    first = _first(spins, FEW)
    gap = np.zeros((spins.shape[-1], max(1, spins.shape[-1] // 16)), np.int8)
    row = [part for frame in first for part in (gap, frame)][1:]
    data = base64.b64encode(png(np.concatenate(row, axis=1))).decode()
    lines = "<br>".join(html.escape(line) for line in words.splitlines())
    alt = "the first frame" if len(first) == 1 else f"the first {len(first)} frames"
    return (
        f'<div><p>{lines}</p><img alt="{alt}" src="data:image/png;base64,{data}" '
        'style="height: 9em; image-rendering: pixelated"></div>'
    )


def png(image: NDArray[np.int8]) -> bytes:
    """Return an image (height, width) as PNG: -1 and 1 in the colours of spins, 0 transparent."""
    height, width = image.shape
    rows = np.zeros((height, width + 1), np.uint8)  # the first byte of a row names its filter
    rows[:, 1:] = image + 1
    colors = b"".join(bytes.fromhex(color[1:]) for color in (DOWN, "#ffffff", UP))
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0),
        b"PLTE": colors,
        b"tRNS": bytes([255, 0, 255]),
        b"IDAT": zlib.compress(rows.tobytes(), 9),
        b"IEND": b"",
    }
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def figure(spins: NDArray[np.int8], title: str) -> "Figure":
    """Return a figure of spins (chain, draw, L, L): some frames, and u and m of all of them."""
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    shown = _first(spins, MORE)
    drawn = Figure(figsize=(8, 5.4), layout="constrained")
    drawn.suptitle(title)
    halves: Any = drawn.subfigures(2, 1, height_ratios=[1.3, 1])
    above, below = halves
    colors = ListedColormap([DOWN, UP])
    for place, frame in zip(
        above.subplots(2, MORE // 2).flat, [*shown, *[None] * MORE], strict=False
    ):
        place.set_axis_off()
        if frame is not None:
            place.imshow(frame, cmap=colors, vmin=-1, vmax=1, interpolation="nearest")
    series = {
        "energy per spin $u$ / $J$": lattice.energy(spins),
        "magnetization per spin $m$": lattice.magnetization(spins),
    }
    for place, (name, values) in zip(below.subplots(1, 2), series.items(), strict=True):
        place.hist(values.ravel(), bins=40, color=UP)
        place.set(xlabel=name, ylabel="frames")
    return in_notebooks(drawn)


def in_notebooks(figure: "Figure") -> "Figure":
    """Return the figure, which notebooks now show with any Matplotlib backend."""
    vars(figure)["_repr_png_"] = partial(_as_png, figure)
    return figure


def _as_png(figure: "Figure") -> bytes:
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
        return file.getvalue()


def _first(spins: NDArray[np.int8], count: int) -> NDArray[np.int8]:
    """Return the first frames, taken from several chains if possible."""
    chains, draws, *_ = spins.shape
    order = [
        (chain, draw) for draw in range(min(draws, count)) for chain in range(min(chains, count))
    ]
    return np.stack([spins[place] for place in order[:count]])
