"""Seeds depend on names alone."""

from itertools import product

from ising_fidelity.io.seeds import derive_seed


def test_every_step_has_a_seed_of_its_own():
    names = list(product((1, 2), ("simulate", "sample"), ("mc", "mc-paper"), ("2.30", "2.40")))
    seeds = {derive_seed(*name) for name in names}
    assert len(seeds) == len(names)
    assert all(0 <= seed < 2**48 for seed in seeds)


def test_a_seed_never_changes():
    """Files made by one version can be made again by the next."""
    assert derive_seed(20240513, "simulate", "mc", "2.30") == 121566461847952
