"""Figures of the paper and further ones."""
