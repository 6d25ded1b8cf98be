"""Fig. 1c: the U-Net, read from the trained network."""

from itertools import pairwise

from matplotlib.figure import Figure

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.figures.networks import CORNER, arrow, box, diffusion_model
from ising_fidelity.models.unet import describe_network

COLORS = {
    "stem": "#7f7f7f",
    "down": "#0072B2",
    "bottleneck": "#009E73",
    "up": "#D55E00",
    "output": "#7f7f7f",
}
WIDTH, HEIGHT = 0.86, 0.66


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: blocks from left to right, lower where the lattice is coarser."""
    model, network, _, lattice_size = diffusion_model(inputs)
    blocks = describe_network(network, lattice_size)
    sizes = sorted({block.lattice_size for block in blocks}, reverse=True)
    places = [(float(x), -float(sizes.index(b.lattice_size))) for x, b in enumerate(blocks)]
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    ax = figure.add_subplot()
    for block, place in zip(blocks, places, strict=True):
        text = (
            f"{block.name}\n{block.inputs} \N{RIGHTWARDS ARROW} {block.outputs}\n"
            f"({block.lattice_size}$\\times${block.lattice_size})"
        )
        box(ax, place, (WIDTH, HEIGHT), text, COLORS[block.name.split()[0]])
    for (x, y), (next_x, next_y) in pairwise(places):
        side, edge = WIDTH / 2, HEIGHT / 2
        if next_y == y:
            arrow(ax, (x + side, y), (next_x - side, y))
        elif next_y < y:
            arrow(ax, (x, y - edge), (next_x - side, next_y), connectionstyle="angle")
        else:
            arrow(ax, (x + side, y), (next_x, next_y - edge), connectionstyle=CORNER)
    skipped = [b for b in blocks if b.name.split()[0] in ("stem", "down")][:-1]
    joined = [block for block in blocks if block.name.startswith("up")][::-1]
    for before, after in zip(skipped, joined, strict=True):
        (x, y), (end, _) = places[blocks.index(before)], places[blocks.index(after)]
        ends = (x + WIDTH / 2, y + HEIGHT / 4), (end - WIDTH / 2, y + HEIGHT / 4)
        arrow(ax, *ends, linestyle="--", color="0.55")
        ax.text((x + end) / 2, y + HEIGHT / 4 + 0.03, "skip", ha="center", va="bottom", color="0.4")
    total = sum(parameter.numel() for parameter in network.parameters())
    label = style.looks([model])[model].label
    ax.set_title(f"{label}: channels in \N{RIGHTWARDS ARROW} out (lattice), {total:,} parameters")
    ax.set(xlim=(-0.6, len(blocks) - 0.4), ylim=(-len(sizes) + 0.5, 0.5))
    ax.set_axis_off()
    return figure
