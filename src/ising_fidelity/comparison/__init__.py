"""Distances of two sets of frames."""
