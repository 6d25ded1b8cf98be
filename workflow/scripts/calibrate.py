"""Estimate the time of a job by linear extrapolation from smaller versions of it."""

import copy
import os
import re
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from ising_fidelity.cli import forkserver
from ising_fidelity.config.run import Config
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.chain import ChainSampler
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.run.progress import ASSUMED_SECONDS

SECONDS_LONGER = 1.0
SPINS = 2**25
"""Largest number of spins that measurements are timed with; more take proportionally longer."""
FIRST_SHARE, GROWTH = 1e-6, 16
"""Share of the work of the first run, and factor from one run to the next."""
MOST_FLIPS = 0.02
"""Largest share of spins that are flipped in frames to measure, so that few energies are equal."""
ASSUMED_BYTES = 300_000
"""Assumed size of a figure or a table."""
READERS = ("measure", "compare")
SMALLER = ("simulate", "simulate_start", "train", "sample", "sample_finished", "relax", *READERS)
"""Rules whose jobs can be made smaller, in the order of their dependencies."""


@dataclass(frozen=True)
class Job:
    """A job of the dry run."""

    rule: str
    wildcards: dict[str, str]
    outputs: list[str]
    command: list[str]

    @property
    def kind(self) -> str:
        """The rule and its wildcards without the temperature."""
        names = [value for name, value in self.wildcards.items() if name != "T"]
        return " ".join([self.rule, *names])


@dataclass
class Cost:
    """Seconds and bytes of one job."""

    seconds: float = ASSUMED_SECONDS
    size: float = ASSUMED_BYTES
    measured: bool = False


def flag(words: Sequence[str], name: str, default: int) -> int:
    """Return the number after a flag."""
    return int(words[words.index(name) + 1]) if name in words else default


def put(words: list[str], name: str, value: object) -> None:
    """Set the value of a flag."""
    if name in words:
        words[words.index(name) + 1] = str(value)
    else:
        words[2:2] = [name, str(value)]


def busy() -> float:
    """Return the CPU seconds of all ended commands, forked or not."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + forkserver.cpu_seconds()


def of_a_job() -> dict[str, str]:
    """Return the environment of a job of one thread."""
    return os.environ | dict.fromkeys(forkserver.THREADS, "1")


class Calibration:
    """Runs small versions of jobs in a folder of its own."""

    def __init__(self, run: Config, folder: Path) -> None:
        self.run, self.folder = run, folder
        self.config = folder / "results" / run.run / "provenance" / "config.yaml"
        self.config.parent.mkdir(parents=True)
        self.config.write_text(yaml.safe_dump(run.plain()))
        self.begun: set[str] = set()

    def cost(self, job: Job) -> Cost:
        """Return the cost of a job, extrapolated from its smallest and its largest run."""
        points: list[tuple[float, float, float]] = []
        share = FIRST_SHARE
        if job.rule not in self.begun:
            # The first job of a rule also imports the libraries.
            self._timed(self.smaller(job, share)[0])
            self.begun.add(job.rule)
        if job.rule in READERS:  # their cost is not linear in a small number of frames
            return self._whole(job)
        while True:
            words, done = self.smaller(job, share)
            seconds: float = self._timed(words)
            size: float = sum((self.folder / path).stat().st_size for path in job.outputs)
            points.append((done, seconds, size))
            if done >= 1 or seconds - points[0][1] > SECONDS_LONGER:
                break
            share = min(1.0, done * GROWTH)
        (first, *low), (last, *high) = points[0], points[-1]
        steps = (1 - last) / (last - first) if last > first else 0.0
        seconds, size = (b + steps * max(0.0, b - a) for a, b in zip(low, high, strict=True))
        return Cost(seconds, size, measured=True)

    def _whole(self, job: Job) -> Cost:
        """Return the cost of a measurement of all frames, or in proportion to :data:`SPINS`."""
        paths = [Path(word) for word in job.command if "/configurations/" in word]
        frames = max(self._frames(path.parent.name) for path in paths)
        share = min(1.0, SPINS / (frames * self.run.lattice_size**2))
        words, done = self.smaller(job, share)
        seconds = self._timed(words)
        size = sum((self.folder / path).stat().st_size for path in job.outputs)
        return Cost(seconds / done, size / done, measured=True)

    def _timed(self, words: list[str]) -> float:
        """Return the seconds of a command: CPU time, if other work delayed it."""
        before, start = busy(), time.monotonic()
        subprocess.run(words, cwd=self.folder, check=True, capture_output=True, env=of_a_job())
        seconds = time.monotonic() - start
        # While a job waits for a GPU, its core counts as busy.
        return min(seconds, busy() - before)

    def smaller(self, job: Job, share: float) -> tuple[list[str], float]:
        """Return a command that does about this share of the work, and its actual share."""
        words = list(job.command)
        for path in job.outputs:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        if job.rule == "train":
            return self._training(job, words, share)
        if job.rule in READERS:
            return words, self._filled(
                [word for word in words if "/configurations/" in word], share
            )
        if job.rule.startswith("sample"):
            words = [word for word in words if word != "--compile"]
            frames, steps = flag(words, "--frames", 1), self._steps(job, words)
            work, fewer = share * frames * steps, 1
            if steps > 1:
                put(words, "--sampling-steps", fewer := max(2, min(steps, round(work))))
            put(words, "--frames", some := max(1, min(frames, round(work / fewer))))
            return words, min(1.0, fewer * some / (frames * steps))
        if job.rule == "relax":
            return words, self._filled(words[-1:], share)
        frames, chains = flag(words, "--frames", 1), flag(words, "--chains", 1)
        draws = max(2, round(share * frames / chains))
        put(words, "--frames", draws * chains)
        done = min(1.0, draws * chains / frames)
        put(words, "--thermalization", round(flag(words, "--thermalization", 0) * done))
        return words, done

    def _steps(self, job: Job, words: Sequence[str]) -> int:
        """Return the number of steps of a model's chain; 1 if it has none."""
        name = job.wildcards.get("model") or job.wildcards["finished"].split("+")[0]
        settings = self.run.trained_models[name]
        sampler = family_of(settings).make_sampler()
        if not isinstance(sampler, ChainSampler):
            return 1
        levels = sampler.noise_levels(settings, self.run.lattice_size, Chain())
        return flag(words, "--sampling-steps", len(levels) - 1)

    def _training(self, job: Job, words: list[str], share: float) -> tuple[list[str], float]:
        """Train at one temperature for one epoch."""
        name = job.wildcards["model"]
        settings = self.run.trained_models[name]
        inputs = [word for word in words if "/configurations/" in word]
        # Frames at any temperature are suitable.
        kept = str(next((self.folder / inputs[0]).parent.glob("T*.nc")).relative_to(self.folder))
        frames = self.run.chains[self.run.trained_on(name)].frames
        images = settings.images_per_epoch or frames * len(settings.training_temperatures)
        whole = images * settings.epochs
        some = min(whole, max(2 * settings.batch_size, round(share * whole)))
        plain = copy.deepcopy(self.run.plain())
        original = re.sub(r"\.seed\d+$", "", name)
        plain["models"][original] |= {
            "training_temperatures": [Path(kept).stem.removeprefix("T")],
            "epochs": 1,
            "images_per_epoch": some,
        }
        if "compile" in plain["models"][original]:
            plain["models"][original]["compile"] = False
        self.config.write_text(yaml.safe_dump(plain))
        return [*(word for word in words if word not in inputs), kept], some / whole

    def _filled(self, paths: Sequence[str], share: float) -> float:
        """Fill files with frames like those of a run, as many as this share of the full number.

        Random frames take longer to measure, and so do repeated ones, which are correlated.
        """
        generator = np.random.default_rng(0)
        done = 1.0
        for path in dict.fromkeys(paths):
            place = self.folder / path
            source = place.parent.name
            whole = self._frames(source)
            made = read_frames(place if place.exists() else next(place.parent.glob("T*.nc")))
            chains, _, *lattice = made["spin"].shape
            draws = max(4, round(share * whole / chains))
            # A model that is hardly trained samples noise.
            chain = source if source in self.run.chains else self.run.reference
            like = next((place.parents[1] / chain).glob("T*.nc"))
            known = read_frames(like)["spin"].values.reshape(-1, *lattice)
            spins = _like(known, chains * draws, generator).reshape(chains, draws, *lattice)
            T = float(place.stem.removeprefix("T"))
            netcdf.write(frames_dataset(spins, T, made.attrs["sampling"], {}), place)
            done = min(done, draws * chains / whole)
        return done

    def _frames(self, source: str) -> int:
        chain = self.run.chains.get(source)
        return self.run.sampling.frames if chain is None else chain.frames


def _like(known: NDArray[np.int8], frames: int, generator: np.random.Generator) -> NDArray[np.int8]:
    """Return random images of frames under translations and the global flip, with a few flips."""
    spins = known[generator.integers(len(known), size=frames)]
    for spin in spins:
        spin[:] = np.roll(spin, generator.integers(spin.shape[0], size=2), (0, 1))
    flips = generator.random((frames, 1, 1)) * MOST_FLIPS > generator.random(spins.shape)
    signs = generator.integers(0, 2, (frames, 1, 1), dtype=np.int8) * 2 - 1
    return np.where(flips, -spins, spins) * signs
