"""Figures beyond the paper's."""
