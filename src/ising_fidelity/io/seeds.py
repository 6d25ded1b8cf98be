"""Seeds of all random streams."""

import hashlib


def derive_seed(base: int, verb: str, source: str, temperature: str = "") -> int:
    """Return the seed of one step, which depends on names only and not on positions in lists.

    Parameters
    ----------
    base
        The run's seed, ``seed`` in the config.
    verb, source, temperature
        The step, the source or model, and the canonical temperature (empty for training).

    Returns
    -------
    int
        Between 0 and 2^48 - 1, exact in JSON and in netCDF attributes.
    """
    name = f"{base}/{verb}/{source}/{temperature}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")
