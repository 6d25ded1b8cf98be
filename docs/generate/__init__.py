"""The tables and figures of README.md and of the other pages, made from results: make readme."""
