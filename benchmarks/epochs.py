"""Which epoch's weights to keep: by loss, by energies at temperatures not trained on, or the last.

Trains the preset ablation's DiffIsing3 as it stands and with a constant learning rate and no
average of weights, where epochs differ most, three seeds each. After every epoch: the loss of
held-out frames; the mean |u - exact| of frames drawn at temperatures between those of training; and
the path divergence (see ablation.py), which says which choice was right. Train the preset's
DiffIsing3 first, so that its frames are there; then python benchmarks/epochs.py writes
benchmarks/results/ablation_epochs.csv, one row per epoch, and what each choice comes to beside it,
ablation_epoch_choices.csv.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from ablation import FILES, RESULTS, divergence, thermodynamics, truth

from ising_fidelity import config, dataset, exact
from ising_fidelity.models import checkpoint, sampling, training
from ising_fidelity.models.settings import ContinuousSettings
from ising_fidelity.seeds import derive_seed

TABLE = RESULTS / "ablation_epochs.csv"
WAYS = {
    "as it stands": {},
    "constant": {"learning_rate_schedule": "constant", "ema": 0.0},
}
HELD_OUT = (1.90, 2.12, 2.28, 2.55, 2.90)
"""Temperatures between those of training."""
FRAMES, STEPS = 200, 20


def energy_deviation(model: checkpoint.Model, size: int, seed: int) -> float:
    """Return the mean |u - exact| of frames drawn at held-out temperatures."""
    chain = sampling.Chain(STEPS, "posterior")
    deviations = []
    for T in HELD_OUT:
        field = sampling.draw(model, T, FRAMES, size, seed, chain)
        u, _ = thermodynamics(np.where(field >= 0, 1, -1).astype(np.int8), T)
        deviations.append(abs(u - exact.kaufman(size, T).energy))
    return float(np.mean(deviations))


def epochs(
    settings: ContinuousSettings, seed: int, frames: training.Frames, held_out: training.Frames
) -> Iterator[tuple[float, dict[str, torch.Tensor]]]:
    """Train, and yield the held-out loss and the weights of every epoch."""
    torch.manual_seed(seed)
    noise = torch.Generator().manual_seed(seed)
    order = torch.Generator().manual_seed(seed + 1)
    trainer = training.ContinuousTrainer(settings, frames, held_out, torch.device("cpu"), noise)
    images = settings.images_per_epoch or len(frames)
    batches = images // settings.batch_size
    for epoch in range(settings.epochs):
        for batch in range(batches):
            index = torch.randint(len(frames), (settings.batch_size,), generator=order)
            progress = (epoch + batch / batches) / settings.epochs
            trainer.batch(*frames[index], progress)
        yield trainer.validate(), trainer.weights()


def rows(way: str, seed_index: int) -> Iterator[dict[str, str]]:
    """Return a row for every epoch of one training."""
    run = config.load(FILES)
    base = run.models["DiffIsing3"]
    assert isinstance(base, ContinuousSettings)
    settings = base.model_copy(update=WAYS[way])
    folder = Path("results") / run.run / "configurations" / "mc-train"
    spins = {
        float(T): dataset.read_frames(folder / f"T{T}.nc")["spin"].values
        for T in settings.training_temperatures
    }
    seen, held_out = training.training_frames(spins, settings, torch.device("cpu"))
    temperatures = [float(T) for T in run.temperatures if float(T) > 1.5]
    known = truth(run.lattice_size, temperatures)
    seed = derive_seed(run.seed, "epochs", way, str(seed_index))
    for epoch, (loss, weights) in enumerate(epochs(settings, seed, seen, held_out), start=1):
        network = checkpoint.build_network(settings, run.lattice_size)
        network.load_state_dict(weights)
        model = checkpoint.Model(network.eval(), settings, run.lattice_size, {"name": way})
        yield {
            "what": way,
            "seed": str(seed_index),
            "epoch": str(epoch),
            "held_out_loss": f"{loss:.5f}",
            "du": f"{energy_deviation(model, run.lattice_size, seed + epoch):.4f}",
            "path_divergence": f"{np.mean(list(divergence(model, known).values())):.4f}",
        }


def choices(table: pd.DataFrame) -> pd.DataFrame:
    """Return the path divergence of what each choice keeps, and of the best epoch."""
    found = []
    for (way, seed), part in table.groupby(["what", "seed"], sort=False):
        nats = part.set_index("epoch")["path_divergence"]
        kept = {
            "loss": part.set_index("epoch")["held_out_loss"].idxmin(),
            "energy": part.set_index("epoch")["du"].idxmin(),
            "last": nats.index.max(),
            "best": nats.idxmin(),
        }
        found.append(
            {"what": way, "seed": seed}
            | {f"{name}_epoch": epoch for name, epoch in kept.items()}
            | {name: nats[epoch] for name, epoch in kept.items()}
        )
    return pd.DataFrame(found)


def main() -> None:
    torch.set_num_threads(1)
    done = set()
    if TABLE.exists():
        done = set(pd.read_csv(TABLE)[["what", "seed"]].itertuples(index=False, name=None))
    for seed_index in (1, 2, 3):
        for way in WAYS:
            if (way, seed_index) in done:
                continue
            lines = list(rows(way, seed_index))
            new = not TABLE.exists()
            with TABLE.open("a", newline="") as file:
                writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
                if new:
                    writer.writeheader()
                writer.writerows(lines)
    found = choices(pd.read_csv(TABLE))
    found.to_csv(RESULTS / "ablation_epoch_choices.csv", index=False, lineterminator="\n")
    print(found.to_string(index=False))


if __name__ == "__main__":
    main()
