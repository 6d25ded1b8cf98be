"""How frames are sampled from models."""
