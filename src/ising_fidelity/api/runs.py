"""Finished runs: their scores, figures, frames and observables."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from ising_fidelity.config.load import load
from ising_fidelity.config.run import Config
from ising_fidelity.display import in_notebooks
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import Frames, read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.io.temperatures import canonical
from ising_fidelity.run import flags
from ising_fidelity.run.paths import Paths

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

CONFIGS = ("provenance/config.yaml", "config.yaml")
"""Places of a run's config; a shipped run has it in its own folder."""


@dataclass(frozen=True, repr=False)
class Run:
    """A run of the workflow, read from its folder.

    Attributes
    ----------
    folder
        ``results/<run>``.
    config
        Its config.
    """

    folder: Path
    config: Config

    @property
    def name(self) -> str:
        """The run's name."""
        return self.config.run

    @property
    def L(self) -> int:  # noqa: N802  # the field's name
        """Sites along a side."""
        return self.config.lattice_size

    @property
    def sources(self) -> list[str]:
        """Sources of frames: Monte Carlo, models, and relaxed or finished frames of them."""
        return self.config.all_sources

    @property
    def temperatures(self) -> list[float]:
        """Temperatures in units of J/k_B, in increasing order."""
        return [float(T) for T in self.config.temperatures]

    @property
    def figures(self) -> list[str]:
        """Names of the figures that the run has data for."""
        return list(self._paths.figures)

    @cached_property
    def scores(self) -> "pd.DataFrame":
        """The table of scores; temperatures are text such as ``2.30``, as in file names."""
        import pandas as pd

        path = self._there("scores.csv", "score")
        try:
            return pd.read_csv(path, dtype={"temperature": str})
        except (ValueError, OSError) as error:
            raise InputError(f"{path}: not a readable table ({error})") from error

    def figure(self, name: str) -> "Figure":
        """Return a figure, drawn from the run's files.

        Raises
        ------
        InputError
            If the run has no such figure or lacks a file; the message gives the reason.
        """
        paths = self._paths
        if name not in paths.figures:
            reason = paths.plan.left_out.get(name)
            raise InputError(
                f"figure: {name!r} is left out of {self.folder}: {reason}"
                if reason
                else f"figure: no {name!r} in {self.folder}; there are: {', '.join(self.figures)}"
            )
        from ising_fidelity.steps.plot import drawn

        shown = paths.figures[name]
        foreign = [source for source in shown.sources if source in self.config.foreign]
        return in_notebooks(
            drawn(
                figure=name,
                files=[self._place(path) for path in paths.read_by_figure(name)],
                temperatures=shown.temperatures,
                sources=shown.sources,
                training_temperatures=json.loads(
                    flags.training_temperatures(self.config, shown.sources)
                ),
                foreign={
                    source: str(self._place(self.config.foreign[source].frames))
                    for source in foreign
                },
            )
        )

    def frames(self, source: str, T: float) -> Frames:
        """Return the frames of a source at one temperature."""
        self._known(source)
        temperature = canonical(T)
        if temperature not in self.config.temperatures:
            known = ", ".join(self.config.temperatures)
            raise InputError(f"T: no T = {temperature} in {self.folder}; there are: {known}")
        path = self._place(self._paths.frames(source, temperature))
        found = Frames.from_dataset(read_frames(path))
        return Frames(found.spins, found.T, found.sampling, (f"{path}",), found.attributes)

    def observables(self, source: str) -> xr.Dataset:
        """Return observables, errors and distances of a source along ``temperature``."""
        self._known(source)
        path = self._there("fidelity.nc", "merge")
        tree = netcdf.read_tree(path)
        if source not in tree.children:
            known = ", ".join(tree.children)
            raise InputError(f"{path}: no group {source!r}; there are: {known}")
        return tree.children[source].to_dataset()

    @cached_property
    def _paths(self) -> Paths:
        return Paths(self.config)

    def _place(self, path: str) -> Path:
        """Return the place of a file, given its path relative to the workflow's folder."""
        inside = path.removeprefix(f"{self._paths.results}/")
        # Imported files have paths relative to the project's folder, two above the run's.
        return self.folder / inside if inside != path else self.folder.parents[1] / path

    def _there(self, name: str, verb: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise InputError(f"{self.folder}: no {name}, which {verb} writes; is the run finished?")
        return path

    def _known(self, source: str) -> None:
        if source not in self.sources:
            known = ", ".join(self.sources)
            raise InputError(f"source: no {source!r} in {self.folder}; there are: {known}")

    def _facts(self) -> dict[str, Sequence[str]]:
        return {
            "L": [str(self.L)],
            "temperatures": self.config.temperatures,
            "sources": self.sources,
            "figures": self.figures,
        }

    def __repr__(self) -> str:
        facts = [f"  {name}: {', '.join(values)}" for name, values in self._facts().items()]
        return "\n".join([f"Run {self.name} in {self.folder}", *facts])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{name}</th><td>{html.escape(', '.join(values))}</td></tr>"
            for name, values in self._facts().items()
        )
        title = f"Run <b>{html.escape(self.name)}</b> in {html.escape(str(self.folder))}"
        return f"<div><p>{title}</p><table>{rows}</table></div>"


def open_run(folder: str | Path) -> Run:
    """Open a run of the workflow, finished or not.

    Parameters
    ----------
    folder
        Folder of the run, such as ``results/default``.

    Raises
    ------
    InputError
        If the folder does not exist, is not that of a run, or has an invalid config.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"{folder}: no such folder; a run writes to results/<run>")
    for name in CONFIGS:
        if (place / name).is_file():
            return Run(place.absolute(), load([place / name]))
    raise InputError(f"{folder}: no {CONFIGS[0]}; allowed is the folder of a run, results/<run>")
