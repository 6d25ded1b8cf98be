"""The cost of an independent frame."""
