"""Work on the remote machine: train and sample a model in pieces of limited time."""

import json
import platform
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from ising_fidelity.config.load import check
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import provenance
from ising_fidelity.io.files import whole
from ising_fidelity.io.seeds import derive_seed
from ising_fidelity.models import checkpoint
from ising_fidelity.models.common.device import compute_device
from ising_fidelity.models.sampling import record as sampling_record
from ising_fidelity.models.sampling.chain import quick
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.training import loop, record
from ising_fidelity.remote import parcel


class Work:
    """One model on the remote machine.

    Attributes
    ----------
    state
        Folder that persists between pieces.
    whole_chain_frames
        Frames per temperature with all N_t steps, in addition to those of the config.
    """

    def __init__(
        self,
        files: Sequence[Path],
        model: str,
        state: Path,
        device: torch.device,
        whole_chain_frames: int = 0,
    ) -> None:
        self.arrays, about = parcel.read(files)
        self.run = check(about["config"])
        if model not in self.run.networks:
            known = ", ".join(self.run.networks)
            raise InputError(f"model: no {model} in the parcel's config; allowed are: {known}")
        self.model, self.state, self.device = model, state, device
        self.whole_chain_frames = whole_chain_frames
        self.settings = self.run.trained_models[model]
        self.checkpoint = state / f"{model}.safetensors"
        self.about = state / f"{model}.json"

    def train(self, seconds: float, at_most: float) -> bool:
        """Continue training; return whether it is finished, by epochs or by total time."""
        size, begun = self.run.lattice_size, time.monotonic()
        source = self.run.trained_on(self.model)
        spins = {
            float(T): parcel.unpack(self.arrays[f"{source}/{T}"], size)
            for T in self.settings.training_temperatures
        }
        seed = derive_seed(self.run.seed, "train", self.model)
        described = record.attributes(self.settings, self.model, size, seed) | self.provenance()
        clock = self.state / f"{self.model}.seconds"
        spent = float(clock.read_text()) if clock.exists() else 0.0
        trained = loop.train(
            self.settings,
            spins,
            seed,
            self.device,
            self.state / f"{self.model}.resume.pt",
            record.identity_of(described, [spins]),
            seconds=min(seconds, at_most - spent),
            name=f"models.{self.model}",
        )
        spent += time.monotonic() - begun
        clock.write_text(str(spent))
        row = {name: values[-1] for name, values in trained.history.items()}
        say(f"{trained.epochs} epochs in {spent:.0f} s: {row}")
        # Otherwise the remaining time is shorter than an epoch.
        if trained.epochs < self.settings.epochs and spent * (1 + 1 / trained.epochs) < at_most:
            return False
        about = {
            "training": described,
            "history": trained.history,
            "best_epoch": trained.best_epoch,
            "training_seconds": spent,
        }
        with whole(self.about) as place:
            place.write_text(json.dumps(about))
        described = described | {"name": self.model}
        checkpoint.save(self.checkpoint, trained.weights, self.settings, size, described)
        return True

    def chains(self) -> Iterator[tuple[str, int, Chain]]:
        """Yield name, number of frames and chain options of each source of this model."""
        config = self.run.sampling
        chain = Chain(**config.model_dump(include=set(Chain.model_fields)))
        yield self.model, config.frames, chain
        steps = self.settings.chain_length
        if self.whole_chain_frames and steps and steps > (chain.sampling_steps or steps):
            paper = Chain(precision=chain.precision)
            yield f"{self.model}-{steps}steps", self.whole_chain_frames, paper

    def sample(self, seconds: float) -> bool:
        """Write a file of samples for each source and temperature; return whether all exist."""
        begun, last = time.monotonic(), 0.0
        model = checkpoint.load(self.checkpoint, self.device)
        if self.run.sampling.compile:
            model = quick(model)
        for source, frames, chain in self.chains():
            for T in self.run.temperatures:
                if list((self.state / source).glob(f"{T}.*.safetensors")):
                    continue
                start = time.monotonic()
                if start - begun + last > seconds:
                    return False
                seed = derive_seed(self.run.seed, "sample", source, T)
                sample = draw(model, float(T), frames, self.run.lattice_size, seed, chain)
                sampling_record.check_finite(sample, source, T)
                attributes = sampling_record.attributes(model, T, sample, seed, chain)
                last = time.monotonic() - start
                about = {"attributes": attributes | self.provenance(), "seconds": last}
                bits = {"bits": parcel.pack(sample.spins)}
                parcel.write(self.state / source, T, bits, about)
                say(f"{source}, T = {T}: {frames} frames in {last:.1f} s")
        return True

    def deliver(self, output: Path) -> list[Path]:
        """Write all results so far as one parcel."""
        about = json.loads(self.about.read_text()) | {
            "model": self.model,
            "config": self.run.plain(),
            "frames": {},
            "sampling_seconds": {},
        }
        arrays = {}
        for name, weight in checkpoint.load(self.checkpoint).network.state_dict().items():
            half = weight.to(torch.bfloat16) if weight.is_floating_point() else weight
            arrays[f"weights/{name}"] = half
        for source, *_ in self.chains():
            about["frames"][source], about["sampling_seconds"][source] = {}, 0.0
            for T in self.run.temperatures:
                files = list((self.state / source).glob(f"{T}.*.safetensors"))
                if not files:
                    continue
                found, described = parcel.read(files)
                arrays[f"frames/{source}/{T}"] = found["bits"]
                about["frames"][source][T] = described["attributes"]
                about["sampling_seconds"][source] += described["seconds"]
        for path in output.glob(f"{self.model}.*-of-*.safetensors"):
            path.unlink()  # of an earlier piece
        return parcel.write(output, self.model, arrays, about)

    def provenance(self) -> dict[str, str]:
        """Return the provenance that is recorded with all results."""
        gpu = self.device.type == "cuda"
        return {
            "config_hash": provenance.settings_hash(self.run.plain()),
            "device": torch.cuda.get_device_name(self.device) if gpu else platform.machine(),
            "torch_version": torch.__version__,
        }


def work(
    files: Sequence[Path],
    model: str,
    state: Path,
    output: Path,
    *,
    seconds: float,
    training_seconds: float,
    whole_chain_frames: int,
    device: str,
    threads: int,
) -> None:
    """Train, then sample, within the time limit; parameters are the flags of ``work``."""
    begun = time.monotonic()
    place = compute_device(device)
    if place.type == "cuda":
        torch.backends.cudnn.benchmark = True  # shapes stay the same for minutes
    torch.set_num_threads(threads)
    job = Work(files, model, state, place, whole_chain_frames)
    state.mkdir(parents=True, exist_ok=True)

    def left() -> float:
        return seconds - (time.monotonic() - begun)

    if not job.checkpoint.exists() and not job.train(left(), training_seconds):
        say("not finished: run the same command again to continue training")
        return
    done = job.sample(left())
    for path in job.deliver(output):
        say(f"{path}: {path.stat().st_size / 2**20:.1f} MiB")
    say("done" if done else "not finished: run the same command again to sample the rest")


def say(text: str) -> None:
    """Print a line and flush it, as output may be read over a network."""
    print(text, flush=True)
