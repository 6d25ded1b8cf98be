"""Distances between two sets of frames."""
