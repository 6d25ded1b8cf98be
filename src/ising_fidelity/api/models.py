"""Trained models, shipped or your own."""

import html
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ising_fidelity.api.arguments import whole
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import Frames
from ising_fidelity.io.optional import needing
from ising_fidelity.io.progress import shown
from ising_fidelity.io.temperatures import canonical
from ising_fidelity.models.sampling.options import Chain, GibbsFinish
from ising_fidelity.models.shipped import find
from ising_fidelity.schema import explain

if TYPE_CHECKING:
    from ising_fidelity.models import checkpoint

MOST_FRAMES = 10**9


@dataclass(frozen=True, repr=False)
class Model:
    """A trained model.

    Attributes
    ----------
    name
        Name of its file.
    trained
        Network, settings and provenance.
    """

    name: str
    trained: "checkpoint.Model"

    @property
    def L(self) -> int:  # noqa: N802  # the field's name
        """Sites along a side of its training frames."""
        return self.trained.lattice_size

    @property
    def family(self) -> str:
        """Family of the model, as in ``models:`` of a config."""
        return self.trained.settings.family

    @property
    def training_temperatures(self) -> list[float]:
        """Temperatures of its training frames in units of J/k_B, in increasing order."""
        return sorted(map(float, self.trained.settings.training_temperatures))

    @property
    def weights(self) -> int:
        """Number of trained parameters."""
        return sum(one.numel() for one in self.trained.network.parameters())

    def sample(
        self,
        T: float,
        frames: int = 100,
        *,
        seed: int = 0,
        L: int | None = None,
        progress: bool = True,
        **options: Any,
    ) -> Frames:
        """Sample independent frames, the same as ``ising-fidelity sample`` writes.

        Parameters
        ----------
        T
            Temperature in units of J/k_B.
        frames
            Number of frames.
        seed
            Seed of all random numbers.
        L
            Sites along a side; default: as in training.
        progress
            Whether to show a progress bar, on a terminal or in a notebook.
        options
            Options of the reverse chain (:class:`.Chain`), such as ``sampling_steps=20``, and of
            the Gibbs finish (:class:`.GibbsFinish`): ``finish_sigma=1.2, finish_sweeps=10``.

        Raises
        ------
        InputError
            If a parameter is out of range, or an option does not exist.
        """
        from ising_fidelity.models.sampling.chain import quick
        from ising_fidelity.models.sampling.dataset import sampled
        from ising_fidelity.steps.sample import warn_outside

        frames, seed, L = whole(frames=frames, seed=seed, L=self.L if L is None else L)
        for name, value, most in (("frames", frames, MOST_FRAMES), ("seed", seed, 2**63 - 1)):
            least = 1 if name == "frames" else 0
            if not least <= value <= most:
                raise InputError(f"{name}: {value}; allowed are {least} to {most}")
        chain, finish = _options(options)
        temperature = canonical(T)
        trained = quick(self.trained) if chain.compile else self.trained
        with shown(progress), _threads(self.trained.settings.threads):
            data = sampled(trained, temperature, frames, L, seed, chain, finish)
        warn_outside(self.trained, temperature, self.name)
        found = Frames.from_dataset(data)
        asked = [f"{key} {value}" for key, value in options.items()]
        said = "; ".join([f"sampled from {self.name}, seed {seed}", *asked])
        return Frames(found.spins, found.T, found.sampling, (said,), found.attributes)

    def _facts(self) -> dict[str, str]:
        known = self.training_temperatures
        grid = ", ".join(f"{T:g}" for T in known)
        return {
            "family": self.family,
            "L": f"{self.L}",
            "weights": f"{self.weights:,}",
            "training temperatures": grid,
        }

    def __repr__(self) -> str:
        return "\n".join(
            [f"Model {self.name}", *(f"  {name}: {value}" for name, value in self._facts().items())]
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{name}</th><td>{html.escape(value)}</td></tr>"
            for name, value in self._facts().items()
        )
        return f"<div><p>Model <b>{html.escape(self.name)}</b></p><table>{rows}</table></div>"


def load_model(model: str | Path, *, device: str = "auto") -> Model:
    """Load a trained model.

    Parameters
    ----------
    model
        Name of a shipped model, such as ``DiffIsing3-wide``, or path of a ``.safetensors`` file
        written by ``train``.
    device
        ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    InputError
        If there is no such model, the file is not a checkpoint of this package, or torch is
        missing.
    """
    if not isinstance(model, str | Path):
        raise InputError(f"model: {type(model).__name__}; allowed are a name and a path of a file")
    path = find(model)
    with needing("torch"):
        from ising_fidelity.models import checkpoint
        from ising_fidelity.models.common.device import compute_device
    return Model(path.stem, checkpoint.load(path, compute_device(device)))


def _options(given: Mapping[str, Any]) -> tuple[Chain, GibbsFinish | None]:
    """Return the options of the reverse chain and of the Gibbs finish."""
    known = [*Chain.model_fields, *GibbsFinish.model_fields]
    for name in given:
        if name not in known:
            raise InputError(f"{name}: not an option; allowed are {', '.join(known)}")
    finish = {name: value for name, value in given.items() if name in GibbsFinish.model_fields}
    chain = {name: value for name, value in given.items() if name not in finish}
    try:
        return Chain(**chain), GibbsFinish(**finish) if finish else None
    except ValidationError as error:
        raise InputError(explain(error)) from error


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Use the model's number of threads, on which sums depend."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
