"""Fidelity against the compute of training and sampling."""
