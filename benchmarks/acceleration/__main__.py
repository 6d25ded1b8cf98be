"""Training at the paper's scale: speed on this device, large batches, cost, and a peer.

rates  images per second, from a plain loop to the preset paper-accelerated, and their share of the
       device's peak, which is the rate of a large matrix product in bfloat16, measured here
loss   the loss against images seen, in batches of 4 and in large ones with scaled learning rates
cost   the cost of every model of that preset, at an assumed rate; nothing is measured
peer   the same network, trained here, sampled by this project and by diffusers' DDPMPipeline

python -m benchmarks.acceleration, on a GPU with --full: the paper's network at L = 64, with frames
packed by python -m ising_fidelity.remote, as the Monte Carlo kernels may be missing there. Without
--full, a small network. Tables go to benchmarks/results/acceleration-<section>.txt, with the name
of a GPU if there is one, or to --output. diffusers comes with pip install '.[benchmarks]'.
"""

import argparse
from functools import partial
from pathlib import Path

import torch
from torch._dynamo import config as dynamo_config

from benchmarks import harness
from benchmarks.acceleration.cost import cost
from benchmarks.acceleration.peer import peer
from benchmarks.acceleration.scale import CONFIGS, Scale, frames
from benchmarks.acceleration.training import losses, rates
from ising_fidelity.config import load
from ising_fidelity.models.common.device import compute_device

SECTIONS = ("cost", "rates", "loss", "peer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="the paper's network; for a GPU")
    parser.add_argument(
        "--section", action="append", choices=SECTIONS, help="only this; may be repeated"
    )
    parser.add_argument("--parcel", type=Path, nargs="+", default=[], help="packed frames")
    parser.add_argument("--output", type=Path, default=harness.RESULTS, help="folder")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    full = arguments.full
    device = compute_device("auto" if full else "cpu")
    torch.backends.cudnn.benchmark = True
    dynamo_config.recompile_limit = 64  # more networks than in most programs
    run = load.load(CONFIGS)
    scale = Scale.of(run, full)
    chosen = arguments.section or SECTIONS
    spins = frames(scale, arguments.parcel) if {"loss", "peer"}.intersection(chosen) else {}
    gpu = torch.cuda.get_device_name(device) if device.type == "cuda" else ""
    about = f"{gpu or f'one core of {harness.cpu_model()}'}, PyTorch {torch.__version__}. "
    acts = {
        "cost": partial(cost, run),
        "rates": partial(rates, scale, device, full),
        "loss": partial(losses, scale, spins, device),
        "peer": partial(peer, scale, spins, device, *((64, 250) if full else (32, 200))),
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    for section in chosen:
        measured = section != "cost"
        text = about * measured + acts[section]()
        print(f"{text}\n", flush=True)
        of = f"-{gpu.lower().replace(' ', '-')}" if gpu and measured else ""
        (arguments.output / f"acceleration-{section}{of}.txt").write_text(f"{text}\n")


if __name__ == "__main__":
    main()
