"""Frames of spins, and the contract that a dataset of frames must meet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity import display
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import formats
from ising_fidelity.io.netcdf import describe, read
from ising_fidelity.io.temperatures import MOST_DECIMALS, as_written, name_of
from ising_fidelity.io.variables import FRAME_DIMENSIONS, LOG_PROBABILITY, SAMPLINGS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class Frames:
    """Configurations of the two-dimensional Ising model at one temperature.

    Examples
    --------
    >>> import numpy as np
    >>> array = np.random.default_rng(1).integers(0, 2, size=(100, 16, 16))
    >>> Frames.from_array(array, T=2.30)
    Frames: 100 independent frames of 16 x 16 spins at T = 2.30
    taken as: 0 as down, 1 as up

    Attributes
    ----------
    spins
        Shape (chain, draw, L, L), -1 and +1, int8.
    T
        Temperature in units of J/k_B.
    sampling
        ``chain`` if draws of one chain are correlated, else ``independent``.
    said
        How the frames were read or made, in words.
    attributes
        Further attributes for files.
    """

    spins: NDArray[np.int8]
    T: float
    sampling: str = "independent"
    said: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise InputError unless spins have four axes; ``dataset`` checks the rest."""
        if np.ndim(self.spins) != len(FRAME_DIMENSIONS):
            raise InputError(
                f"spins: shape {np.shape(self.spins)}; allowed is (chain, draw, L, L); "
                "Frames.from_array takes others"
            )

    @classmethod
    def from_array(
        cls,
        array: Any,
        T: float,
        *,
        sampling: str = "independent",
        alphabet: formats.Alphabet | None = None,
        L: int | None = None,
    ) -> Self:
        """Return the frames in an array.

        Parameters
        ----------
        array
            Shape (n, L, L) or (chain, draw, L, L); spins are -1 and 1, 0 and 1, 0 and 255, or
            booleans.
        T
            Temperature in units of J/k_B.
        sampling
            ``chain`` if draws of one chain are correlated, else ``independent``.
        alphabet
            Values of spin down and up, where they are ambiguous.
        L
            Sites along a side, where a matrix may be one frame or have a frame per row.

        Raises
        ------
        InputError
            If the array cannot be interpreted or is ambiguous, or temperature or sampling are
            invalid.
        """
        taken = formats.take(array, "array", alphabet=alphabet, L=L)
        frames = cls(taken.spins, as_written(T), sampling, taken.said)
        frames.dataset()  # which is checked
        return frames

    @classmethod
    def from_dataset(cls, data: xr.Dataset) -> Self:
        """Return the frames of a dataset that meets the contract."""
        check_frames(data, "dataset")
        sampling = str(data.attrs["sampling"])
        known = {key: value for key, value in data.attrs.items() if key != "sampling"}
        T = as_written(data["temperature"].values[()])
        return cls(data["spin"].values.astype(np.int8), T, sampling, (), known)

    @property
    def L(self) -> int:  # noqa: N802  # the field's name
        """Sites along a side."""
        return self.spins.shape[-1]

    def __len__(self) -> int:
        """Return the number of frames over all chains."""
        return self.spins.shape[0] * self.spins.shape[1]

    def dataset(self) -> xr.Dataset:
        """Return the frames as a dataset that meets the contract."""
        return frames_dataset(self.spins, self.T, self.sampling, self.attributes)

    def __repr__(self) -> str:
        kind = "independent"
        if self.sampling == "chain":
            chains, draws = self.spins.shape[:2]
            kind = f"correlated ({chains} chain{'s' * (chains > 1)} of {draws} draws)"
        size = f"{self.L} x {self.L}"
        words = f"Frames: {len(self)} {kind} frames of {size} spins at T = {name_of(self.T)}"
        return "\n".join([words, *([f"taken as: {'; '.join(self.said)}"] if self.said else [])])

    def _repr_html_(self) -> str:
        return display.summary(self.spins, repr(self))

    def plot(self) -> "Figure":
        """Return a figure of some frames, with histograms of energy and magnetization of all."""
        return display.figure(self.spins, repr(self).splitlines()[0])


def frames_dataset(
    spins: NDArray[np.int8],
    temperature: float,
    sampling: str,
    attributes: Mapping[str, Any],
    field: NDArray[np.floating] | None = None,
    log_probability: NDArray[np.float64] | None = None,
) -> xr.Dataset:
    """Build a dataset of frames that meets the contract.

    Parameters
    ----------
    spins
        Shape (chain, draw, L, L), values -1 and +1.
    temperature
        Temperature in units of J/k_B.
    sampling
        ``chain`` if draws of one chain are correlated, else ``independent``.
    attributes
        Root attributes, see :func:`ising_fidelity.provenance.attributes`.
    field
        The network's output before rounding, with the same shape; stored as float16.
    log_probability
        ln q of every frame in nats, shape (chain, draw); q is normalised over all frames of this L.
    """
    variables: dict[str, Any] = {
        "spin": (
            FRAME_DIMENSIONS,
            np.asarray(spins, np.int8),
            {"flag_values": np.array([-1, 1], np.int8), "flag_meanings": "down up"},
        )
    }
    if field is not None:
        variables["field"] = (FRAME_DIMENSIONS, np.asarray(field, np.float16).astype(np.float32))
    if log_probability is not None:
        variables[LOG_PROBABILITY] = (FRAME_DIMENSIONS[:2], np.asarray(log_probability, np.float64))
    dataset = xr.Dataset(
        variables,
        coords={"temperature": float(temperature)},
        attrs={**attributes, "sampling": sampling},
    )
    check_frames(dataset, "the new frames")
    return describe(dataset)


def check_frames(dataset: xr.Dataset, name: str, values: bool = True) -> None:
    """Raise InputError, naming ``name``, unless a dataset meets the contract of frames.

    Without ``values`` the content of arrays is not checked, as for :func:`.netcdf.outline`.
    """
    if "spin" not in dataset:
        raise InputError(
            f"{name}: no variable 'spin'; a file of frames has spin(chain, draw, y, x)"
        )
    spin = dataset["spin"]
    if spin.dims != FRAME_DIMENSIONS:
        raise InputError(
            f"{name}: spin has dimensions {spin.dims}; allowed are {FRAME_DIMENSIONS} in this order"
        )
    if 0 in spin.shape or spin.sizes["y"] != spin.sizes["x"]:
        raise InputError(f"{name}: spin has shape {spin.shape}; frames are square and not empty")
    if spin.dtype.kind not in "if" or (values and not _all_spins(spin.values)):
        # A declared fill value is read as missing.
        fill = spin.encoding.get("_FillValue", spin.encoding.get("missing_value"))
        hint = f", as its fill value {fill} stands for missing ones" if fill in (-1, 1) else ""
        raise InputError(f"{name}: spin has values other than -1 and +1{hint}")
    temperature = dataset.get("temperature")
    if temperature is None or temperature.ndim != 0:
        raise InputError(f"{name}: no scalar coordinate 'temperature' (in units of J/k_B)")
    if temperature.dtype.kind not in "iuf" or not float(temperature) >= 0:
        raise InputError(
            f"{name}: temperature is {temperature.values[()]}; allowed are numbers >= 0 and inf"
        )
    _check_name(temperature.values[()], name)
    sampling = dataset.attrs.get("sampling")
    if not isinstance(sampling, str) or sampling not in SAMPLINGS:
        raise InputError(
            f"{name}: attribute 'sampling' is {sampling!r}; allowed are 'chain' (correlated draws) "
            "and 'independent'"
        )
    if LOG_PROBABILITY in dataset:
        _check_log_probability(dataset, name, values)


def _all_spins(values: NDArray[Any]) -> bool:
    """Whether all values are -1 or +1, one frame after the other to save memory."""
    return all(bool((np.abs(one) == 1).all()) for chain in values for one in chain)


def _check_name(temperature: Any, name: str) -> None:
    """Raise InputError unless a number >= 0 has a canonical name, which 1e-300 does not have."""
    try:
        named = name_of(temperature)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    if temperature and not float(named):
        raise InputError(
            f"{name}: temperature is {temperature}; allowed are 0, numbers from "
            f"{10.0**-MOST_DECIMALS} on, and inf"
        )


def _check_log_probability(dataset: xr.Dataset, name: str, values: bool) -> None:
    given = dataset[LOG_PROBABILITY]
    if given.dims != FRAME_DIMENSIONS[:2]:
        raise InputError(
            f"{name}: {LOG_PROBABILITY} has dimensions {given.dims}; allowed are "
            f"{FRAME_DIMENSIONS[:2]} in this order"
        )
    if given.dtype.kind != "f" or (
        values and not bool((given.values <= 0).all() & np.isfinite(given).all())
    ):
        raise InputError(
            f"{name}: {LOG_PROBABILITY} has values other than finite numbers of at most 0"
        )
    if dataset.attrs["sampling"] != "independent" or not 0 < float(dataset["temperature"]) < np.inf:
        raise InputError(
            f"{name}: {LOG_PROBABILITY} of frames with sampling {dataset.attrs['sampling']!r} at "
            f"T = {float(dataset['temperature'])}; allowed are 'independent' and finite T above 0"
        )


def read_frames(path: str | Path) -> xr.Dataset:
    """Read and check a file of frames; returns ``spin`` as int8 and T as float.

    Raises
    ------
    InputError
        If the file is missing or unreadable, or does not meet the contract.
    """
    dataset = read(path)
    check_frames(dataset, str(path))
    temperature = dataset["temperature"].copy(data=as_written(dataset["temperature"].values[()]))
    spin = dataset["spin"].astype(np.int8, copy=False)
    return dataset.assign(spin=spin).assign_coords(temperature=temperature)
