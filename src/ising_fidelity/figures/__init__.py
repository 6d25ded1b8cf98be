"""Figures of the paper, and additional ones."""
