"""The speed of training at the scale of the paper."""
