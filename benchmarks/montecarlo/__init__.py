"""The speed of the Monte Carlo engine."""
