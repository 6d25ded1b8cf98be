"""The plan of a run: which files it has, and which commands make them."""
