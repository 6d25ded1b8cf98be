"""The speed of training and sampling of diffusion models on one core."""
