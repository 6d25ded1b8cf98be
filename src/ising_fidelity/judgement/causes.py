"""Why frames are wrong."""

from dataclasses import dataclass

import xarray as xr


@dataclass(frozen=True)
class Cause:
    """Why frames are wrong, and which observable decides it."""

    name: str
    observable: str
    sentence: str
    p_value: float


def causes_of(data: xr.Dataset, reference: xr.Dataset, exact: xr.Dataset) -> list[Cause]:
    """Return causes, most likely first."""
    return []
