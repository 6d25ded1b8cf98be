"""Digits that sums of large numbers need."""


def digits_needed(temperature: float) -> int:
    """Return how many digits leave double precision after all cancellations."""
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    return 60 + int(8 / temperature)
