"""Generative models: networks, losses, training and sampling."""
