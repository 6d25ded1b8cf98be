"""Generative models: their networks, what they minimise, how they are trained and sampled."""
