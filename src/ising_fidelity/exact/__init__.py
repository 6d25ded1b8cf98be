"""Exact results."""
