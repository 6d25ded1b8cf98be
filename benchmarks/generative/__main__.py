"""The cost of training and sampling diffusion models on one core, and ways to reduce it.

All variants take turns in one run, and ratios are of CPU times in the same round:
python -m benchmarks.generative, with --quick for a trial. A full run takes less than ten minutes on
one idle core (two for the section on threads), prints its tables, and writes their numbers and a
figure to benchmarks/results. The models are those of config.yaml. Hugging Face's diffusers comes
with pip install '.[benchmarks]'.
"""

import os
import tempfile
from functools import partial

import torch

from benchmarks import harness
from benchmarks.generative import growth, sampling, training
from benchmarks.generative.models import Models
from benchmarks.harness import Effort

FULL, QUICK = Effort(0.4, 4), Effort(0.01, 2, 0.02)
MISSING = "diffusers: not installed, its rows are left out; pip install '.[benchmarks]'"
SECTIONS = {
    "training": ("Training", training.training_rates),
    "sampling": ("Sampling", sampling.sampling_rates),
    "threads": ("Two cores", training.threads),
    "growth": ("Growth with the lattice and with steps", growth.growth),
}


def main() -> None:
    parser = harness.parser(__doc__, SECTIONS)
    parser.add_argument("--lattice-size", type=int, default=32, help="L")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    effort = QUICK if arguments.quick else FULL
    models = Models.of(arguments.lattice_size, 8 if arguments.quick else 10**6)
    about = harness.machine("torch", "diffusers") | {
        "vectors": torch.backends.cpu.get_cpu_capability(),
        "bfloat16 matrix units": "yes" if torch.cpu.get_capabilities().get("amx_bf16") else "no",
        "model of N_t steps": models.names[0],
        "model of continuous noise": f"{models.names[1]}, {models.parameters:,} parameters",
        "L": str(models.lattice_size),
    }
    notes = ["A quick run, to see that it works: its numbers are not to be relied on."]
    notes = notes * arguments.quick + [MISSING] * (harness.version("diffusers") is None)
    sections = {
        name: (title, partial(measure, models, effort))
        for name, (title, measure) in SECTIONS.items()
    }
    with tempfile.TemporaryDirectory() as cache:
        # Compiling starts from an empty cache, and in this process, so that it can be timed.
        os.environ |= {"TORCHINDUCTOR_CACHE_DIR": cache, "TORCHINDUCTOR_COMPILE_THREADS": "1"}
        data = harness.report("Generative models", about, sections, arguments, notes)
    folder = harness.write("generative", data, arguments)
    if folder and "growth" in data:
        growth.draw_growth(data["growth"], models.lattice_size, folder)


if __name__ == "__main__":
    main()
