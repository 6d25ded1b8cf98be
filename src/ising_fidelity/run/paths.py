"""The files of a run, and which of them each step reads."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from ising_fidelity.config.run import Config
from ising_fidelity.config.sections import Figure
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.run.figures import Plan, plan_figures


@dataclass(frozen=True)
class Paths:
    """The files of a run, as paths relative to Snakemake's working folder."""

    run: Config

    @property
    def results(self) -> str:
        """The run's folder."""
        return f"results/{self.run.run}"

    def frames(self, source: str, temperature: str) -> str:
        """Return the file of a source's frames; imported files are read in place."""
        if source in self.run.foreign:
            return self.run.foreign[source].frames.replace("{T}", temperature)
        return f"{self.results}/configurations/{source}/T{temperature}.nc"

    def training_frames(self, model: str) -> list[str]:
        """Return the files of frames that a model is trained on."""
        source = self.run.trained_on(model)
        settings = self.run.trained_models[model]
        return [self.frames(source, T) for T in settings.training_temperatures] + [
            f"{self.results}/finite_size/L{size}/configurations/{source}/T{T}.nc"
            for size in settings.other_sizes
            for T in settings.training_temperatures
        ]

    def training_frames_at(self, source: str, temperature: str) -> list[str]:
        """Return the frames at one temperature that a source was trained on, if any."""
        model = self.run.model_behind(source)
        if model is None or temperature not in model.training_temperatures:
            return []
        return [self.frames(self.run.trained_on(self.run.begun(source)), temperature)]

    def per_source_and_temperature(
        self,
        kind: str,
        sources: Iterable[str] | None = None,
        temperatures: Collection[str] | None = None,
    ) -> list[str]:
        """Return the files of one kind for all or some sources and temperatures."""
        return [
            self.frames(source, T)
            if kind == "configurations"
            else f"{self.results}/{kind}/{source}/T{T}.nc"
            for source in (self.run.all_sources if sources is None else sources)
            for T in (self.run.temperatures if temperatures is None else temperatures)
        ]

    def attributions(self) -> list[str]:
        """Return the files of parts of the excess specific heat."""
        return [
            f"{self.results}/attributions/{source}/T{T}.nc"
            for source, temperatures in self.run.attributed.items()
            for T in temperatures
        ]

    def at_sizes(self, source: str) -> list[str]:
        """Return the observables of a source at all lattice sizes of finite-size scaling."""
        places = self.run.finite_size
        return [
            f"{self.results}/finite_size/L{size}/observables/{source}/T{T}.nc"
            for size in (places.lattice_sizes if places else ())
            for T in (places.temperatures if places else ())
        ]

    def finite_sizes(self, sources: Collection[str] | None = None) -> list[str]:
        """Return the files of exponents of all or some sources."""
        return [
            f"{self.results}/finite_size/{source}.nc"
            for source in self.run.scaled
            if sources is None or source in sources
        ]

    def model(self, model: str) -> str:
        """Return the file of a model: its weights, or the output of its own command."""
        suffix = "model" if model in self.run.commands else "safetensors"
        return f"{self.results}/models/{model}.{suffix}"

    def trained(self, model: str) -> list[str]:
        """Return the file of a model in a list, which is empty for an untrained model."""
        return [self.model(model)] if self.run.trained_models[model].training_temperatures else []

    def training_histories(self, models: Iterable[str] | None = None) -> list[str]:
        """Return the files of losses of all networks, or some."""
        names = self.run.networks if models is None else models
        return [f"{self.results}/models/{model}.training.nc" for model in names]

    @cached_property
    def plan(self) -> Plan:
        """Which figures the run draws, and why others are left out."""
        return plan_figures(self.run)

    @property
    def figures(self) -> dict[str, Figure]:
        """Sources and temperatures of each figure of the run."""
        return self.plan.drawn

    def read_by_figure(self, name: str) -> list[str]:
        """Return the files that a figure is drawn from, by its registry entry."""
        figure, needs = self.figures[name], FIGURES[name].needs
        networks = [source for source in figure.sources if source in self.run.networks]
        chains = [source for source in figure.sources if source in self.run.chains]
        walked = [name for name in figure.sources if name in self.run.walked]
        files: list[str] = []
        for need in needs:
            if need in ("fidelity", "exact", "attribution"):
                files.append(f"{self.results}/{need}.nc")
            elif need == "finite_size":
                files += self.finite_sizes(figure.sources)
            elif need == "training":
                files += self.training_histories(networks)
            elif need == "model":
                files += [self.model(model) for model in networks]
            elif need == "equilibration":
                files += self.per_source_and_temperature(need, walked, figure.temperatures)
            else:
                # Figures of both time series and frames show the frames of Monte Carlo.
                shown = chains if "equilibration" in needs else figure.sources
                files += self.per_source_and_temperature(need, shown, figure.temperatures)
        return files

    def figure_files(self) -> list[str]:
        """Return all figure files of the run, in both formats."""
        return [
            f"{self.results}/figures/{name}.{suffix}"
            for name in self.figures
            for suffix in ("svg", "png")
        ]
