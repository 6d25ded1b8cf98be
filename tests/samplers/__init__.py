"""Samplers that are broken on purpose, and one that is not."""
