"""Further tests of frames beside reference frames."""

import xarray as xr

TESTS: tuple[str, ...] = ()
"""Those whose p-values count in the verdict."""


def evidence(frames: xr.Dataset, reference: xr.Dataset) -> xr.Dataset:
    """Return further tests of frames beside reference frames of the same T and L."""
    return xr.Dataset(coords={"temperature": frames["temperature"]})
