"""Compiled Monte Carlo kernels, their sources and a plain Python twin of each."""
