"""Training at the paper's scale: its speed on this device, large batches, cost, and a peer.

rates  images per second, from a plain loop to what the preset paper-accelerated does, and which
       share of the device's peak that is: that of a large matrix product in bfloat16, measured here
loss   the loss against images seen, in batches of 4 and in large ones with scaled learning rates
cost   what every model of that preset takes, at an assumed rate; nothing is measured
peer   the same network, trained here, drawn by this project and by diffusers' DDPMPipeline

python benchmarks/acceleration.py, on a GPU with --full: the paper's network at L = 64, with frames
that workflow/scripts/paper_scale.py has packed, as there are no Monte Carlo kernels. Without, a
small one. Tables go to benchmarks/results/acceleration-<section>.txt, with the name of a GPU if
there is one, or to --output. diffusers comes with pip install '.[benchmarks]'.
"""

import argparse
import math
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch._dynamo import config as dynamo_config
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from ising_fidelity import carried, config, lattice
from ising_fidelity.exact import kaufman
from ising_fidelity.models import adversarial, checkpoint, recorded, sampling, training
from ising_fidelity.models.settings import (
    AdversarialSettings,
    ContinuousSettings,
    DiffusionSettings,
    ModelSettings,
)
from ising_fidelity.models.unet import UNet, count_parameters

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PRESETS = ROOT / "workflow" / "presets"
CONFIGS = [ROOT / "config.yaml", PRESETS / "paper.yaml", PRESETS / "paper-accelerated.yaml"]
MODEL = "DiffIsing2"
SMALL_BATCH, SMALL_RATE = 4, 3e-4
"""As in implementations of this kind."""
ASSUMED = 2e14
"""Floating point operations per second, a quarter of what a large product in bfloat16 has on a GPU
of the Hopper class."""

Act = Callable[[], object]
Spins = dict[float, NDArray[np.int8]]


@dataclass(frozen=True)
class Scale:
    """How large everything is.

    Attributes
    ----------
    settings
        Of the network and its training.
    lattice_size
        L.
    batch
        The large one.
    images, every
        That are trained on, and after how many of them the loss is taken.
    seeds
        Trainings of each kind.
    product
        Rows of the matrices whose product is the peak.
    rounds
        Of timing, in which all rows take turns.
    temperatures
        Of the frames, in J/k_B.
    """

    settings: DiffusionSettings
    lattice_size: int
    batch: int
    images: int
    every: int
    seeds: int
    product: int
    rounds: int
    temperatures: tuple[str, ...]

    @classmethod
    def of(cls, run: config.Config, full: bool) -> "Scale":
        """Return the paper's, or one that takes minutes on a core."""
        settings = run.trained_models[MODEL]
        assert isinstance(settings, DiffusionSettings)
        if full:
            batch, temperatures = settings.batch_size, tuple(settings.training_temperatures)
            return cls(settings, 64, batch, 21_600, 2700, 1, 8192, 3, temperatures)
        network = settings.network.model_copy(update={"width": 8, "embedding": 64})
        small = settings.model_copy(
            update={
                "network": network,
                "training_temperatures": ["1.80", "2.20", "2.40", "3.00"],
            }
        )
        return cls(small, 8, 60, 48_000, 1500, 2, 1024, 3, tuple(small.training_temperatures))


# Frames.


def frames(scale: Scale, parcel: Sequence[Path]) -> Spins:
    """Return frames by temperature, of a parcel or made here."""
    if parcel:
        arrays, about = carried.read(parcel)
        run = config.check(about["config"])
        source = run.trained_on(MODEL)
        return {
            float(T): carried.unpack(arrays[f"{source}/{T}"], run.lattice_size)
            for T in scale.temperatures
        }
    from ising_fidelity import montecarlo

    return {
        float(T): montecarlo.run_chains(
            scale.lattice_size, float(T), "cluster", 1000, 10, 50, 5, seed
        ).spins
        for seed, T in enumerate(scale.temperatures)
    }


# Operations.


def operations(settings: ModelSettings, lattice_size: int) -> tuple[float, float]:
    """Return floating point operations of one frame in training and in one pass of sampling.

    Those of a GAN in training are of a batch with one step of the critic, and its share of steps of
    the generator.
    """
    with FakeTensorMode():
        network = checkpoint.build_network(settings, lattice_size)
        T = torch.ones(1)
        if isinstance(settings, AdversarialSettings):
            critic = adversarial.Critic(settings, lattice_size)
            network.eval()
            critic.eval()  # batch norm cannot do with a single frame in training
            z, frame = torch.ones(1, settings.latent), torch.ones(1, 1, lattice_size, lattice_size)
            draws = counted(lambda: network(z, T))
            judges = counted(lambda: critic(frame, T))
            # The critic forward and back on both frames; the generator back through the critic.
            step = draws + 6 * judges
            return step + (3 * draws + 2 * judges) / settings.critic_steps, draws
        assert isinstance(settings, DiffusionSettings | ContinuousSettings)
        x = torch.ones(1, 1, lattice_size, lattice_size)
        one_pass = counted(lambda: network(x, torch.ones(1), T))
        trained = counted(lambda: network(x, torch.ones(1), T).sum().backward())
        return trained, one_pass


def counted(act: Act) -> float:
    with FlopCounterMode(display=False) as counter:
        act()
    return float(counter.get_total_flops())


def cost(run: config.Config) -> str:
    """Return what every model takes, in operations and in minutes at the assumed rate."""
    rows = []
    for name, settings in run.trained_models.items():
        trained, one_pass = operations(settings, run.lattice_size)
        chain = run.monte_carlo[run.trained_on(name)]
        draws = settings.draws_seen(settings.draws_used(chain.chains, chain.frames // chain.chains))
        own = draws * chain.chains * len(settings.training_temperatures)
        own *= 2 if settings.augmentation == "flip" else 1
        images = settings.epochs * (settings.images_per_epoch or own)
        steps = run.sampling.sampling_steps or 1
        passes = run.sampling.frames * (1 if settings.family == "gan" else steps)
        passes += 125 * settings.diffusion_steps if settings.family == "diffusion" else 0
        sampled = passes * len(run.temperatures) * one_pass
        rows.append(
            {
                "model": name,
                "GFLOP per image trained": f"{trained / 1e9:.3g}",
                "images": f"{images:,}",
                "training, FLOP": f"{trained * images:.2g}",
                "minutes": f"{trained * images / ASSUMED / 60:.2g}",
                "sampling, FLOP": f"{sampled:.2g}",
                "minutes ": f"{sampled / ASSUMED / 60:.2g}",
            }
        )
    return (
        f"Floating point operations as torch.utils.flop_counter counts them, and minutes at an "
        f"assumed {ASSUMED / 1e12:.0f} Tflop/s: {run.sampling.frames} frames of "
        f"{run.sampling.sampling_steps} steps and 125 of all steps at {len(run.temperatures)} "
        "temperatures. Optimisers, held-out losses (4 %), start-up and compiling (a minute or two) "
        f"are not counted.\n\n{markdown(pd.DataFrame(rows))}"
    )


# Rates.


def now(device: torch.device) -> float:
    """Return the time when a GPU has done all that it was given, or that of the one core."""
    if device.type == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()  # other work does not count


def seconds(act: Act, device: torch.device, least: float = 0.5) -> float:
    """Return what one act takes, of as many as take a while."""
    count, start, taken = 0, now(device), 0.0
    while taken < least or not count:
        for _ in range(max(1, count)):  # twice as many each time, so that a GPU is rarely asked
            act()
        count += max(1, count)
        taken = now(device) - start
    return taken / count


def peak(device: torch.device, rows: int) -> float:
    """Return operations per second of a large matrix product in bfloat16."""
    a, b = (torch.randn(rows, rows, device=device).bfloat16() for _ in range(2))

    def product() -> Tensor:
        return a @ b

    product()
    return 2 * rows**3 / statistics.median(seconds(product, device, 0.2) for _ in range(3))


def plain_loop(settings: DiffusionSettings, batch: int, size: int, device: torch.device) -> Act:
    """Return one step of Algorithm 1 of Ho et al. as one writes it: eager, float32, AdamW."""
    network = UNet(settings.network).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=SMALL_RATE)
    beta = torch.linspace(settings.beta_start, settings.beta_end, settings.diffusion_steps)
    alpha_bar = torch.cumprod(1 - beta, 0).to(device)
    x_0, T = random_frames(batch, size, device)

    def act() -> float:
        step = torch.randint(settings.diffusion_steps, (batch,), device=device)
        noise = torch.randn_like(x_0)
        kept = alpha_bar[step][:, None, None, None]
        x_t = kept.sqrt() * x_0 + (1 - kept).sqrt() * noise
        loss = functional.mse_loss(network(x_t, step + 1, T), noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return act


def random_frames(batch: int, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return spins (batch, 1, L, L), float32, and temperatures (batch,)."""
    spins = 2.0 * torch.randint(2, (batch, 1, size, size), device=device) - 1
    return spins, torch.full((batch,), 2.3, device=device)


def own_loop(settings: DiffusionSettings, size: int, device: torch.device) -> Act:
    """Return one step of the project's training."""
    spins = np.ones((1, settings.batch_size + 1, size, size), np.int8)
    _, held_out = training.training_frames({2.3: spins}, settings, device)
    noise = torch.Generator(device).manual_seed(1)
    trainer = training.DiffusionTrainer(settings, held_out, device, noise)
    batch = random_frames(settings.batch_size, size, device)
    return lambda: trainer.batch(*batch, 0.5)


def rates(scale: Scale, device: torch.device, compiles: bool) -> str:
    """Return images per second of each way to train, and the share of the device's peak."""
    settings, size = scale.settings, scale.lattice_size
    most = peak(device, scale.product)
    per_image, _ = operations(settings, size)

    def own(batch: int, precision: str, compiled: bool) -> Act:
        update = {"batch_size": batch, "precision": precision, "compile": compiled}
        return own_loop(settings.model_copy(update=update), size, device)

    acts: dict[tuple[str, int], Act] = {}
    for batch in (SMALL_BATCH, scale.batch, 3 * scale.batch):
        acts["plain loop, eager float32", batch] = plain_loop(settings, batch, size, device)
        acts["ours, eager float32", batch] = own(batch, "float32", False)
        acts["ours, bfloat16", batch] = own(batch, "bfloat16", False)
        if compiles and batch == scale.batch:  # it takes most of a minute
            acts["ours, compiled and replayed float32", batch] = own(batch, "float32", True)
            acts["ours, compiled and replayed bfloat16", batch] = own(batch, "bfloat16", True)
    for act in acts.values():
        for _ in range(recorded.WARM_UP + 1):
            act()
    taken: dict[tuple[str, int], list[float]] = {key: [] for key in acts}
    for _ in range(scale.rounds):
        for key, act in acts.items():
            taken[key].append(seconds(act, device))
    found = {key: key[1] / statistics.median(times) for key, times in taken.items()}
    first = found["plain loop, eager float32", SMALL_BATCH]
    rows = [
        {
            "training": name,
            "batch": str(batch),
            "images/s": f"{rate:.3g}",
            "times the first": f"{rate / first:.2f}",
            "Gflop/s": f"{rate * per_image / 1e9:.3g}",
            "share of peak": f"{rate * per_image / most:.1%}",
        }
        for (name, batch), rate in found.items()
    ]
    with torch.device("meta"):
        parameters = count_parameters(UNet(settings.network))
    return (
        f"{parameters:,} parameters, L = {size}, {per_image / 1e9:.3g} GFLOP per image trained; "
        f"peak {most / 1e12:.3g} Tflop/s, a product of {scale.product} rows in bfloat16. Float32 "
        f"is as PyTorch has it by default, convolutions of a GPU in TF32.\n\n"
        f"{markdown(pd.DataFrame(rows))}"
    )


# Loss.


def ways(batch: int) -> dict[str, tuple[int, float]]:
    """Return batches and learning rates that are compared."""
    ratio = batch / SMALL_BATCH
    return {
        f"{SMALL_BATCH}": (SMALL_BATCH, SMALL_RATE),
        f"{batch}, rate as it is": (batch, SMALL_RATE),
        f"{batch}, square root": (batch, SMALL_RATE * math.sqrt(ratio)),
        f"{batch}, linear": (batch, SMALL_RATE * ratio),
    }


def losses(scale: Scale, spins: Spins, device: torch.device) -> str:
    """Return the held-out loss after so many images, of batches small and large."""
    columns: dict[str, list[NDArray[np.float64]]] = {}
    for way, (batch, rate) in ways(scale.batch).items():
        update = {
            "batch_size": batch,
            "learning_rate": rate,
            "images_per_epoch": scale.every,
            "epochs": scale.images // scale.every,
        }
        if device.type == "cpu":
            update |= {"precision": "float32", "compile": False}
        settings = scale.settings.model_copy(update=update)
        for seed in range(1, scale.seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                state = Path(folder) / "state.pt"
                trained = training.train(settings, spins, seed, device, state, way, seconds=1e9)
            columns.setdefault(way, []).append(np.array(trained.history["held_out_loss"]))
    images = scale.every * np.arange(1, scale.images // scale.every + 1)
    table = pd.DataFrame({"images seen": [f"{number:,}" for number in images]})
    for way, runs in columns.items():
        mean, spread = np.mean(runs, axis=0), np.std(runs, axis=0, ddof=min(1, len(runs) - 1))
        table[f"batch {way}"] = [
            f"{one:.4f}" + (f" ± {error:.4f}" if len(runs) > 1 else "")
            for one, error in zip(mean, spread, strict=True)
        ]
    chosen = [number for number in range(len(images)) if (number + 1) & number == 0]
    return (
        f"Held-out loss at L = {scale.lattice_size}, width {scale.settings.network.width}, of "
        f"batches of {SMALL_BATCH} with learning rate {SMALL_RATE:g}, and of {scale.batch} with "
        f"that, and scaled with the square root of the batch or with the batch. Means over "
        f"{scale.seeds} seeds and their standard deviation.\n\n"
        f"{markdown(table.iloc[sorted({*chosen, len(images) - 1})])}"
    )


# The peer.


class ForDiffusers(nn.Module):
    """A network of ours at one temperature, as diffusers' pipeline calls one."""

    def __init__(self, network: nn.Module, temperature: float, lattice_size: int) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature
        self.config = SimpleNamespace(sample_size=lattice_size, in_channels=1)
        self.dtype = torch.float32

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.network.parameters()).device

    def forward(self, x: Tensor, step: Tensor) -> SimpleNamespace:
        """Return the noise of frames (batch, 1, L, L) at a step, from 0."""
        time = torch.full((len(x),), int(step) + 1, device=x.device)
        return SimpleNamespace(
            sample=self.network(x, time, x.new_full((len(x),), self.temperature))
        )


def by_diffusers(
    model: checkpoint.Model, T: float, number: int, steps: int, seed: int
) -> NDArray[np.int8]:
    """Return frames that diffusers' DDPMPipeline draws, shape (frames, L, L)."""
    diffusers = import_module("diffusers")
    settings = model.settings
    assert isinstance(settings, DiffusionSettings)
    pipeline = diffusers.DDPMPipeline(
        ForDiffusers(model.network, T, model.lattice_size),
        diffusers.DDPMScheduler(
            settings.diffusion_steps,
            settings.beta_start,
            settings.beta_end,
            variance_type="fixed_large",
            clip_sample=False,
        ),
    )
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.Generator(pipeline.device).manual_seed(seed)
    drawn = pipeline(
        batch_size=number, num_inference_steps=steps, output_type="np", generator=noise
    )
    # Its images are from 0 to 1.
    return np.where(drawn.images[..., 0] >= 0.5, 1, -1).astype(np.int8)


def by_ours(
    model: checkpoint.Model, T: float, number: int, steps: int, seed: int, precision: str
) -> NDArray[np.int8]:
    """Return frames of the project's own chain with the variance beta."""
    chain = sampling.Chain(steps, "beta", precision=precision)
    field = sampling.draw(model, T, number, model.lattice_size, seed, chain)
    return np.where(field >= 0, 1, -1).astype(np.int8)


def peer(scale: Scale, spins: Spins, device: torch.device, number: int, steps: int) -> str:
    """Return frames per second and deviations of u, of one network that both draw from.

    Fewer steps are larger ones, so that as much noise is added in all.
    """
    batch, rate = ways(scale.batch)[f"{scale.batch}, square root"]
    update = {
        "batch_size": batch,
        "learning_rate": rate,
        "images_per_epoch": scale.every,
        "epochs": scale.images // scale.every,
        "diffusion_steps": steps,
        "beta_start": scale.settings.beta_start * scale.settings.diffusion_steps / steps,
        "beta_end": scale.settings.beta_end * scale.settings.diffusion_steps / steps,
    }
    update["compile"] = False  # for so few images it does not pay
    if device.type == "cpu":
        update["precision"] = "float32"
    settings = scale.settings.model_copy(update=update)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.safetensors"
        trained = training.train(settings, spins, 1, device, path, "peer", seconds=1e9)
        checkpoint.save(path, trained.weights, settings, scale.lattice_size, {"name": "peer"})
        model = checkpoint.load(path, device)
    ways_to_draw: dict[str, Callable[[float], NDArray[np.int8]]] = {
        "this project's chain": lambda T: by_ours(model, T, number, steps, 1, "float32")
    }
    if find_spec("diffusers"):
        ways_to_draw["diffusers' DDPMPipeline"] = lambda T: by_diffusers(model, T, number, steps, 1)
    ways_to_draw["this project's chain, bfloat16"] = lambda T: by_ours(
        model, T, number, steps, 1, "bfloat16"
    )
    if device.type == "cuda":
        quick = sampling.quick(model)
        by_ours(quick, 2.0, number, 2 * recorded.WARM_UP, 1, "bfloat16")
        ways_to_draw["the same, compiled and replayed"] = lambda T: by_ours(
            quick, T, number, steps, 1, "bfloat16"
        )
    rows, first = [], {}
    for way, drawn in ways_to_draw.items():
        deviations, errors, alike, taken = [], [], [], 0.0
        for T in map(float, (scale.temperatures[1], scale.temperatures[-1])):
            start = now(device)
            frames = drawn(T)
            taken += now(device) - start
            u = lattice.energy(frames)
            known = kaufman(scale.lattice_size, T).energy
            deviations.append(abs(u.mean() - known))
            errors.append(u.std(ddof=1) / math.sqrt(number))
            alike.append(float((frames == first.setdefault(T, frames)).mean()))
        error = float(np.linalg.norm(errors)) / len(errors)
        rows.append(
            {
                "drawn by": way,
                "frames/s": f"{2 * number / taken:.3g}",
                r"mean \|u - exact\|": f"{np.mean(deviations):.4f} ± {error:.4f}",
                "spins as in the first row": f"{np.mean(alike):.1%}",
            }
        )
    missing = "" if find_spec("diffusers") else " diffusers is not installed, its row is left out."
    return (
        f"One network of width {settings.network.width}, trained on {scale.images:,} images, draws "
        f"{number} frames at each of two temperatures in {steps} steps with the variance beta, "
        f"from the same random numbers; L = {scale.lattice_size}.{missing}\n\n"
        f"{markdown(pd.DataFrame(rows))}"
    )


def markdown(table: pd.DataFrame) -> str:
    """Return a table whose columns are aligned."""
    cells = [list(table.columns), *table.astype(str).values.tolist()]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


SECTIONS = ("cost", "rates", "loss", "peer")


def measured(
    section: str, scale: Scale, run: config.Config, spins: Spins, device: torch.device, full: bool
) -> str:
    """Return the text of a section."""
    if section == "cost":
        return cost(run)
    if section == "rates":
        return rates(scale, device, compiles=full)
    if section == "loss":
        return losses(scale, spins, device)
    return peer(scale, spins, device, *((64, 250) if full else (32, 200)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="the paper's network; for a GPU")
    parser.add_argument(
        "--section", action="append", choices=SECTIONS, help="only this; may be repeated"
    )
    parser.add_argument("--parcel", type=Path, nargs="+", default=[], help="packed frames")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    device = sampling.compute_device("auto" if arguments.full else "cpu")
    torch.backends.cudnn.benchmark = True
    dynamo_config.recompile_limit = 64  # there are more networks than most programs have
    run = config.load(CONFIGS)
    scale = Scale.of(run, arguments.full)
    chosen = arguments.section or SECTIONS
    spins = frames(scale, arguments.parcel) if {"loss", "peer"}.intersection(chosen) else {}
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else processor()
    about = f"{name}, PyTorch {torch.__version__}"
    arguments.output.mkdir(parents=True, exist_ok=True)
    for section in chosen:
        text = measured(section, scale, run, spins, device, arguments.full)
        if section != "cost":
            text = f"{about}. {text}"
        print(f"{text}\n", flush=True)
        of = (
            ""
            if section == "cost" or device.type == "cpu"
            else f"-{name.lower().replace(' ', '-')}"
        )
        (arguments.output / f"acceleration-{section}{of}.txt").write_text(f"{text}\n")


def processor() -> str:
    """Return what the processor is called."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.split(": ")[1] for line in lines if line.startswith("model name")]
    return f"one core of {names[0]}" if names else platform.machine()


if __name__ == "__main__":
    main()
