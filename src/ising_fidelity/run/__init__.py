"""The plan of a run: its files, and the commands that make them."""
