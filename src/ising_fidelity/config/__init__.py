"""The config of a run: its sections, and checks across them."""
